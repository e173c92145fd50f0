"""ParseCache: parses in one SQLite file that many processes share and that survives being killed."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from parsing import claims
from parsing.cache_file import CacheError, connect, is_read_only
from parsing.parsed_caption import ParsedCaption, ParseFailure
from parsing.parsers import Parser
from parsing.records import FAILED, Record, RecordError, decode

if TYPE_CHECKING:
    from parsing.filling import FillReport

__all__ = ["CacheError", "ParseCache", "ParserEntry"]


@dataclass(frozen=True, slots=True)
class ParserEntry:
    """A parser that the cache holds parses of.

    Attributes:
        id: Its row.
        name: "builtin", "spacy:en_core_web_sm", ...
        version: Version and digest of backend and model.
        canary: Digest of its parses of the canary sentences, "" for imported parses.
    """

    id: int
    name: str
    version: str
    canary: str


class ParseCache:
    """Captions -> parses, one file, any number of processes.

    A row is written once for a caption and a parser (name, version with the model's digest) and carries a
    digest of its content. What `fill` or `parse` has counted is committed: a killed process loses at most
    what it was parsing.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._pid = os.getpid()
        self.owner = claims.owner_name()
        self._renewed = time.monotonic()

    @classmethod
    def open(cls, path: Path | str, *, create: bool = True, vfs: str = "") -> ParseCache:
        """Open a cache file, making it where it is missing.

        Raises:
            CacheError: No parse cache, a newer schema, or a damaged file after an unclean stop.
        """
        cache = cls(Path(path), connect(Path(path), create=create, vfs=vfs))
        try:
            if is_read_only(cache.path):
                return cache
            with cache.transaction() as connection:
                unclean = claims.drop_dead(connection)
            if unclean:
                verdict = cache.connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                if verdict != "ok":
                    raise CacheError(f"{path}: damaged ({verdict}); run: hgr cache verify {path}")
        except BaseException:
            cache.close()
            raise
        return cache

    @property
    def connection(self) -> sqlite3.Connection:
        """The SQLite connection, of this process only."""
        if os.getpid() != self._pid:
            raise CacheError(
                f"{self.path}: opened in process {self._pid}; open the cache again in each process"
            )
        return self._connection

    def close(self) -> None:
        """Close the file."""
        if os.getpid() == self._pid:
            self._connection.close()

    def __enter__(self) -> ParseCache:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything in the block is written, or nothing."""
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise CacheError(f"{self.path}: cannot be written ({error})") from error

    def parsers(self) -> list[ParserEntry]:
        """The parsers whose parses the cache holds, in the order they came."""
        rows = self.connection.execute("SELECT id, name, version, canary FROM parsers ORDER BY id")
        return [ParserEntry(*row) for row in rows]

    def one_parser(self, name: str | None = None) -> ParserEntry:
        """The parser of this name, or the only one; of several versions the latest to come.

        Raises:
            CacheError: None, or several and no name given.
        """
        entries = [
            entry for entry in self.parsers() if name in (None, entry.name, f"{entry.name}@{entry.version}")
        ]
        known = ", ".join(f"{entry.name}@{entry.version}" for entry in self.parsers()) or "none"
        if not entries:
            raise CacheError(f"{self.path}: no parses by {name or 'any parser'}; parsers here: {known}")
        if len({entry.name for entry in entries}) > 1:
            raise CacheError(f"{self.path}: several parsers, name one of: {known}")
        return entries[-1]

    def enter(self, name: str, version: str, canary: str = "") -> ParserEntry:
        """The row of a parser, made where it is missing.

        Raises:
            CacheError: The cache holds parses of this name and version with other canary parses.
        """
        with self.transaction() as connection:
            return self.enter_row(connection, name, version, canary)

    def enter_row(
        self, connection: sqlite3.Connection, name: str, version: str, canary: str = ""
    ) -> ParserEntry:
        """The writing of `enter`, inside a transaction of the caller."""
        connection.execute(
            "INSERT OR IGNORE INTO parsers(name, version, canary) VALUES(?, ?, ?)",
            (name, version, canary),
        )
        row = connection.execute(
            "SELECT id, name, version, canary FROM parsers WHERE name = ? AND version = ?",
            (name, version),
        ).fetchone()
        entry = ParserEntry(*row)
        if canary and not entry.canary:
            connection.execute("UPDATE parsers SET canary = ? WHERE id = ?", (canary, entry.id))
        elif canary and entry.canary != canary:
            raise CacheError(
                f"{self.path}: parser {name} ({version}) parses the canary sentences otherwise than when "
                "this cache was filled: its model or libraries changed under the same version. "
                "Nothing was written. Use another "
                f"cache file, or remove its parses with: hgr cache gc {self.path} --parser {name}"
            )
        return entry

    def lookup(self, entry: ParserEntry, texts: Sequence[str]) -> dict[str, tuple[Record, int]]:
        """Records and attempts of those captions that the cache holds undamaged."""
        keys = {row_key(entry, text): text for text in texts}
        found: dict[str, tuple[Record, int]] = {}
        wanted = list(keys)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            rows = self.connection.execute(
                "SELECT key, status, payload, digest, attempts FROM parses"
                f" WHERE key IN ({','.join('?' * len(part))})",
                part,
            )
            for key, status, payload, digest, attempts in rows:
                record = Record(keys[bytes(key)], status, payload)
                if row_digest(record) == digest:
                    found[record.text] = (record, attempts)
        return found

    def get(self, text: str, entry: ParserEntry) -> ParsedCaption | ParseFailure | None:
        """The parse of one caption, None where the cache has none.

        Raises:
            CacheError: A row whose content is no parse of its caption.
        """
        found = self.lookup(entry, [text])
        return self._decoded(found[text][0]) if text in found else None

    def read(self, entry: ParserEntry, texts: Sequence[str]) -> Iterator[ParsedCaption | ParseFailure]:
        """The parses of captions that the cache is known to hold, in order.

        Raises:
            CacheError: One of them is not there, or its row is damaged.
        """
        found = self.lookup(entry, texts)
        for text in texts:
            if text not in found:
                raise CacheError(
                    f"{self.path}: no undamaged parse of {text!r} by {entry.name}; parse it again"
                )
            yield self._decoded(found[text][0])

    def results(self, entry: ParserEntry) -> Iterator[ParsedCaption | ParseFailure]:
        """Every parse of a parser, sorted by caption, one at a time.

        Raises:
            CacheError: A damaged row.
        """
        for record in self.records(entry):
            yield self._decoded(record)

    def records(self, entry: ParserEntry) -> Iterator[Record]:
        """Every record of a parser, sorted by caption, checked against its digest."""
        cursor = self.connection.execute(
            "SELECT text, status, payload, digest FROM parses WHERE parser = ? ORDER BY text", (entry.id,)
        )
        for text, status, payload, digest in cursor:
            record = Record(from_column(text), status, payload)
            if row_digest(record) != digest:
                raise CacheError(
                    f"{self.path}: row of {record.text!r} is damaged; run: hgr cache verify {self.path} --repair"
                )
            yield record

    def _decoded(self, record: Record) -> ParsedCaption | ParseFailure:
        try:
            return decode(record.payload)
        except RecordError as error:
            raise CacheError(
                f"{self.path}: row of {record.text!r} is damaged ({error}); "
                f"run: hgr cache verify {self.path} --repair"
            ) from error

    def drop_damaged(self, connection: sqlite3.Connection, entry: ParserEntry, texts: Sequence[str]) -> int:
        """Inside a transaction, delete the rows of captions whose digest is wrong; returns how many."""
        found = self.lookup(entry, texts)
        keys = [(row_key(entry, text),) for text in texts if text not in found]
        return sum(connection.execute("DELETE FROM parses WHERE key = ?", key).rowcount for key in keys)

    def store(self, entry: ParserEntry, records: Sequence[Record]) -> None:
        """Write records and give up their claims; when this returns they are safe from a kill.

        A parse that is there already stays; a failure that is there is replaced and counts one more attempt.
        """
        with self.transaction() as connection:
            self.insert(connection, entry, records)
            claims.release(connection, [row_key(entry, record.text) for record in records])
            if time.monotonic() - self._renewed > claims.CLAIM_SECONDS / 4:
                claims.renew(connection, self.owner)
                self._renewed = time.monotonic()

    def insert(self, connection: sqlite3.Connection, entry: ParserEntry, records: Sequence[Record]) -> None:
        """The writing of `store`, inside a transaction of the caller."""
        connection.executemany(
            "INSERT INTO parses(key, parser, text, status, payload, digest, attempts) VALUES(?, ?, ?, ?, ?, ?, 1)"
            " ON CONFLICT(key) DO UPDATE SET text = excluded.text, status = excluded.status,"
            " payload = excluded.payload, digest = excluded.digest, attempts = attempts + 1"
            f" WHERE status = '{FAILED}'",
            [
                (row_key(entry, r.text), entry.id, to_column(r.text), r.status, r.payload, row_digest(r))
                for r in records
            ],
        )

    def parse(
        self, texts: Iterable[str], parser: Parser, *, batch_size: int = 256, max_attempts: int = 2
    ) -> Iterator[ParsedCaption | ParseFailure]:
        """One result per caption, in order; only captions that the cache lacks are parsed.

        Args:
            texts: Captions; any number, they are taken a few thousand at a time.
            parser: The parser; a `ParserPool` uses several processes and survives a backend that hangs.
            batch_size: Captions given to the backend at once, and committed at once.
            max_attempts: A caption that failed so often is not tried again.

        Raises:
            CacheError: The parser's canary sentences parse otherwise than when the cache was filled.
        """
        from parsing.filling import parse_with_cache

        return parse_with_cache(self, texts, parser, batch_size=batch_size, max_attempts=max_attempts)

    def fill(
        self,
        texts: Iterable[str],
        parser: Parser,
        *,
        batch_size: int = 256,
        max_attempts: int = 2,
        max_failure_rate: float = 1.0,
        progress: Callable[[int], None] | None = None,
    ) -> FillReport:
        """Parse the captions that the cache lacks and commit them batch by batch, without giving them back.

        Captions that another process is parsing at the moment are left to it, and waited for at the end.

        Args:
            texts: Captions.
            parser: The parser.
            batch_size: Captions given to the backend at once, and committed at once.
            max_attempts: A caption that failed so often is not tried again.
            max_failure_rate: Stop when a larger share of at least 200 captions parsed now failed; of fewer
                captions the report tells.
            progress: Called with numbers of captions that are done.

        Raises:
            CacheError: Changed canary parses; nothing was written.
            ParserError: The failure rate; what was parsed is kept.
        """
        from parsing.filling import Filler

        filler = Filler(self, parser, batch_size=batch_size, max_attempts=max_attempts)
        filler.max_failure_rate = max_failure_rate
        filler.progress = progress
        return filler.fill(texts)


def row_key(entry: ParserEntry, text: str) -> bytes:
    """SHA-256 over parser name, version and caption."""
    digest = hashlib.sha256(f"{entry.name}\0{entry.version}\0".encode())
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.digest()


def row_digest(record: Record) -> bytes:
    """SHA-256 over everything that a row says about its caption."""
    content = "\0".join(record)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()


def to_column(text: str) -> str | bytes:
    """A caption as SQLite can hold it: text, or bytes where it has a lone surrogate."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def from_column(value: str | bytes) -> str:
    """The caption of `to_column`."""
    return value if isinstance(value, str) else value.decode("utf-8", "surrogatepass")
