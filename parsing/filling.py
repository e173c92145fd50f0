"""Filling a parse cache: parse what it lacks, leave to other processes what they are parsing already."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from parsing import claims
from parsing.cache import CacheError, ParseCache, ParserEntry, row_key
from parsing.canary import canary_digest
from parsing.guard import batches, parse_safely
from parsing.parsed_caption import ParsedCaption, ParseFailure
from parsing.parsers import Parser, ParserError
from parsing.records import EMPTY, FAILED, Record, decode, encode
from parsing.worker_pool import ParserPool

LOOKUP = 1024
"""Captions looked up and claimed at a time."""
FAILURE_SAMPLE = 200
"""Captions that must have been parsed before a failure rate stops a run."""
POLL_SECONDS = 0.05
"""How often captions of another process are looked for."""


@dataclass
class FillReport:
    """What a run over captions found and did. total = cached + known_failures + parsed.

    Attributes:
        total: Captions given, repeated ones included.
        cached: Found in the cache, or parsed earlier in this run, or by another process meanwhile.
        known_failures: Found as failures that are not tried again.
        parsed: Parsed now, failures included.
        empty: Of those, without words.
        failed: Of those, failed.
        damaged: Found with a wrong digest, and therefore parsed again.
        reasons: Reason -> number of failures of this run.
    """

    total: int = 0
    cached: int = 0
    known_failures: int = 0
    parsed: int = 0
    empty: int = 0
    failed: int = 0
    damaged: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


class Filler:
    """One run of one parser over captions, on one cache."""

    def __init__(
        self, cache: ParseCache, parser: Parser, *, batch_size: int = 256, max_attempts: int = 2
    ) -> None:
        self.cache = cache
        self.parser = parser
        self.batch_size = batch_size
        self.max_attempts = max_attempts
        self.max_failure_rate = 1.0
        self.progress: Callable[[int], None] | None = None
        self.report = FillReport()
        self.entry: ParserEntry = cache.enter(parser.name, parser.version, canary_digest(parser))
        self._waiting: list[str] = []
        self._in_flight: set[bytes] = set()

    def fill(self, texts: Iterable[str]) -> FillReport:
        """Parse and commit what the cache lacks of these captions; see `ParseCache.fill`."""
        try:
            self._run(self._counted(texts))
            while self._waiting:
                again, self._waiting = self._waiting, []
                self._run(again, retry=False)
                if self._waiting:
                    time.sleep(POLL_SECONDS)
        finally:
            self._give_up_claims()
        self.report.cached = self.report.total - self.report.parsed - self.report.known_failures
        return self.report

    def _run(self, texts: Iterable[str], retry: bool = True) -> None:
        for records in _record_batches(self.parser, self._missing(texts, retry), self.batch_size):
            self.cache.store(self.entry, records)
            self._in_flight.difference_update(row_key(self.entry, record.text) for record in records)
            self._count(records)
            self._check_failure_rate()

    def _counted(self, texts: Iterable[str]) -> Iterator[str]:
        for text in texts:
            self.report.total += 1
            yield text

    def _missing(self, texts: Iterable[str], retry: bool) -> Iterator[str]:
        """Captions to parse now; those that another process has are kept for later."""
        for chunk in batches(texts, LOOKUP):
            mine: list[str] = []
            others: list[str] = []
            lacking = self._unsettled(chunk, retry)
            if lacking:
                with self.cache.transaction() as connection:
                    lacking = self._unsettled(
                        lacking, retry
                    )  # another process may have finished some meanwhile
                    keys = {row_key(self.entry, text): text for text in lacking}
                    taken = claims.take(connection, self.cache.owner, list(keys))
                    others = [text for key, text in keys.items() if key in taken]
                    mine = [text for key, text in keys.items() if key not in taken]
                    self.report.damaged += self.cache.drop_damaged(connection, self.entry, mine)
                self._in_flight.update(keys.keys() - taken)
            self._waiting += others
            self._tell(len(chunk) - len(mine) - len(others))
            yield from mine

    def _unsettled(self, texts: list[str], retry: bool) -> list[str]:
        """Of these captions, each once, those without a parse and without a failure that is final."""
        found = self.cache.lookup(self.entry, texts)
        lacking: list[str] = []
        for text in dict.fromkeys(texts):
            if row_key(self.entry, text) in self._in_flight:
                continue
            if text not in found:
                lacking.append(text)
                continue
            record, attempts = found[text]
            if record.status != FAILED:
                continue
            if retry and attempts < self.max_attempts:
                lacking.append(text)
            else:
                self.report.known_failures += 1
        return lacking

    def _count(self, records: list[Record]) -> None:
        self.report.parsed += len(records)
        for record in records:
            self.report.empty += record.status == EMPTY
            if record.status == FAILED:
                failure = decode(record.payload)
                self.report.failed += 1
                self.report.reasons[failure.reason if isinstance(failure, ParseFailure) else ""] += 1
        self._tell(len(records))

    def _check_failure_rate(self) -> None:
        failed, parsed = self.report.failed, self.report.parsed
        if parsed >= FAILURE_SAMPLE and failed > self.max_failure_rate * parsed:
            raise ParserError(
                f"stopped: {failed} of {parsed} captions failed, more than {self.max_failure_rate:.1%}; most often: "
                f"{self.report.reasons.most_common(1)[0][0]}"
            )

    def _tell(self, count: int) -> None:
        if self.progress is not None and count:
            self.progress(count)

    def _give_up_claims(self) -> None:
        self._in_flight.clear()
        try:
            with self.cache.transaction() as connection:
                connection.execute("DELETE FROM claims WHERE owner = ?", (self.cache.owner,))
        except CacheError:
            return  # a cache that cannot be written now: the next process drops the claims of one that is gone


def parse_with_cache(
    cache: ParseCache, texts: Iterable[str], parser: Parser, *, batch_size: int = 256, max_attempts: int = 2
) -> Iterator[ParsedCaption | ParseFailure]:
    """One result per caption, in order, a window at a time; see `ParseCache.parse`."""
    filler = Filler(cache, parser, batch_size=batch_size, max_attempts=max_attempts)
    for window in batches(texts, 4 * LOOKUP):
        filler.fill(window)
        yield from cache.read(filler.entry, window)


def _record_batches(parser: Parser, texts: Iterable[str], batch_size: int) -> Iterator[list[Record]]:
    if isinstance(parser, ParserPool):
        yield from parser.encoded(texts, batch_size)
    else:
        for batch in batches(texts, batch_size):
            yield [encode(result) for result in parse_safely(parser, batch, batch_size)]
