"""Looking after a parse cache: counts, verification, exchange, merging, removal of what nobody needs."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parsing import claims
from parsing.cache import CacheError, ParseCache, ParserEntry, from_column, row_digest, row_key
from parsing.formats import Result, read_parses, write_parses
from parsing.guard import batches
from parsing.parsed_caption import ParseFailure
from parsing.records import FAILED, Record, RecordError, decode, encode

BATCH = 1000


@dataclass(frozen=True)
class ParserStats:
    """What a cache holds of one parser: captions by status ("ok", "empty", "failed"), commonest failure reasons."""

    parser: str
    version: str
    counts: dict[str, int]
    reasons: list[tuple[str, int]]


@dataclass
class VerifyReport:
    """Outcome of a verification.

    Attributes:
        rows: Rows looked at.
        damaged: (caption, what is wrong) of rows that do not match their digest or key, or whose content is no
            parse of the caption.
        problems: What SQLite itself found wrong with the file.
        removed: Damaged rows deleted.
    """

    rows: int = 0
    damaged: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    removed: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.damaged and not self.problems


def stats(cache: ParseCache) -> list[ParserStats]:
    """Counts of every parser in the cache."""
    found = []
    for entry in cache.parsers():
        rows = cache.connection.execute(
            "SELECT status, count(*) FROM parses WHERE parser = ? GROUP BY status ORDER BY status",
            (entry.id,),
        )
        counts = dict(rows.fetchall())
        reasons: Counter[str] = Counter()
        failed = cache.connection.execute(
            "SELECT payload FROM parses WHERE parser = ? AND status = ?", (entry.id, FAILED)
        )
        for (payload,) in failed:
            try:
                result = decode(payload)
            except RecordError:
                continue
            reasons[result.reason if isinstance(result, ParseFailure) else ""] += 1
        found.append(ParserStats(entry.name, entry.version, counts, reasons.most_common(5)))
    return found


def verify(cache: ParseCache, repair: bool = False) -> VerifyReport:
    """Check the file's structure and every row's key, digest and content, positions in the caption included.

    Args:
        cache: The cache.
        repair: Delete damaged rows, so that the next run parses their captions again.
    """
    report = VerifyReport()
    try:
        verdicts = cache.connection.execute("PRAGMA integrity_check(20)").fetchall()
        report.problems = [verdict for (verdict,) in verdicts if verdict != "ok"]
        entries = {entry.id: entry for entry in cache.parsers()}
        bad: list[tuple[int]] = []
        for row in cache.connection.execute(
            "SELECT id, key, parser, text, status, payload, digest FROM parses"
        ):
            report.rows += 1
            problem = _row_problem(entries, *row[1:])
            if problem:
                report.damaged.append((str(row[3]), problem))
                bad.append((row[0],))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        report.problems.append(str(error))
        return report
    if repair and bad:
        with cache.transaction() as connection:
            connection.executemany("DELETE FROM parses WHERE id = ?", bad)
        report.removed = len(bad)
    return report


def export(cache: ParseCache, entry: ParserEntry, path: Path | str, format: str | None = None) -> int:
    """Write all parses of one parser to a file, sorted by caption, so that equal content gives equal bytes."""
    header = {"parser": entry.name, "parser_version": entry.version}
    return write_parses(path, cache.results(entry), header, format)


def import_file(
    cache: ParseCache, path: Path | str, format: str | None = None, parser: str = "", version: str = ""
) -> tuple[ParserEntry, int]:
    """Add the parses of a file under the parser that the file names: all of them, or on an error none.

    Args:
        cache: The cache; what it holds already stays.
        path: The file.
        format: A name of FORMATS, told by the suffix where None.
        parser: Name to use instead of the file's.
        version: Version to use instead of the file's.

    Returns:
        The parser's row and the number of parses in the file.
    """
    header, results = read_parses(path, format)
    return import_results(cache, results, {"parser": Path(path).name, **header}, parser, version)


def import_results(
    cache: ParseCache,
    results: Iterable[Result],
    header: Mapping[str, Any],
    parser: str = "",
    version: str = "",
) -> tuple[ParserEntry, int]:
    """Add parses and their parser in one transaction: all of them, or on an error none."""
    name = parser or str(header.get("parser", "imported"))
    count = 0
    with cache.transaction() as connection:
        entry = cache.enter_row(connection, name, version or str(header.get("parser_version", "imported")))
        for batch in batches(results, BATCH):
            cache.insert(connection, entry, [encode(result) for result in batch])
            count += len(batch)
    return entry, count


def merge(cache: ParseCache, other: ParseCache) -> dict[str, int]:
    """Copy the parses of another cache; a parse wins over a failure, otherwise what is here stays.

    Returns:
        Parser -> number of rows looked at.

    Raises:
        CacheError: A damaged row there, or a parser whose canary parses differ between the two.
    """
    copied: dict[str, int] = {}
    for theirs in other.parsers():
        entry = cache.enter(theirs.name, theirs.version, theirs.canary)
        count = 0
        for batch in batches(other.records(theirs), BATCH):
            with cache.transaction() as connection:
                cache.insert(connection, entry, batch)
            count += len(batch)
        copied[f"{theirs.name}@{theirs.version}"] = count
    return copied


def collect_garbage(cache: ParseCache, parser: str | None = None, failures: bool = False) -> int:
    """Remove what is no longer wanted and give the space back.

    Args:
        cache: The cache.
        parser: Remove all parses of this parser ("builtin" or "builtin@<version>"); where None, those of all
            but the latest version of each parser.
        failures: Remove only failures, so that they are tried again.

    Returns:
        Rows removed.
    """
    entries = cache.parsers()
    latest = {entry.name: entry.id for entry in entries}
    if parser is not None:
        chosen = [entry for entry in entries if parser in (entry.name, f"{entry.name}@{entry.version}")]
        if not chosen:
            raise CacheError(
                f"{cache.path}: no parses by {parser}; parsers here: {', '.join(latest) or 'none'}"
            )
    elif failures:
        chosen = entries
    else:
        chosen = [entry for entry in entries if entry.id != latest[entry.name]]
    removed = 0
    with cache.transaction() as connection:
        claims.drop_dead(connection)
        for entry in chosen:
            which = f" AND status = '{FAILED}'" if failures else ""
            removed += connection.execute(f"DELETE FROM parses WHERE parser = ?{which}", (entry.id,)).rowcount
            if not failures:
                connection.execute("DELETE FROM parsers WHERE id = ?", (entry.id,))
    cache.connection.execute("VACUUM")
    return removed


def _row_problem(
    entries: Mapping[int, ParserEntry],
    key: bytes,
    parser: int,
    text: Any,
    status: str,
    payload: Any,
    digest: bytes,
) -> str:
    if parser not in entries:
        return f"belongs to parser {parser}, which is not in the table of parsers"
    try:
        caption = from_column(text)
        if row_key(entries[parser], caption) != key:
            return "the key is not that of caption and parser"
        record = Record(caption, status, payload)
        if row_digest(record) != digest:
            return "the content does not match its digest"
        if encode(decode(payload)) != record:
            return "the content is not that of its caption and status"
    except (RecordError, TypeError, UnicodeDecodeError) as error:
        return str(error)
    return ""
