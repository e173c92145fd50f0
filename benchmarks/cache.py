"""The parse cache under load and under fire: records a second with several writers, and what kill -9 leaves behind.

    python -m benchmarks.cache [--writers 4] [--records 10000] [--kills 200] [--seed 0]

A record is a parsed caption of ten words with two predicates, encoded, digested and committed in batches; writers are
processes on one file. A kill trial starts a writer that reports each batch after its commit, kills it (SIGKILL) at a
random moment, opens the file again, checks the file and every row, and looks for every reported caption.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from parsing.cache import CacheError, ParseCache
from parsing.cache_upkeep import verify
from parsing.guard import batches
from parsing.parsed_caption import Argument, ParsedCaption, Predicate, Token
from parsing.records import encode

FORK = multiprocessing.get_context("fork")
"""Writers start in a millisecond; the parent holds no SQLite connection when it forks."""
TRIALS_A_FILE = 20
"""A new file after so many kills, so that checking it stays fast."""


@dataclass
class KillReport:
    """Outcome of kill trials; `files_damaged`, `rows_damaged` and `lost` should be 0."""

    kills: int = 0
    in_flight: int = 0
    acknowledged: int = 0
    lost: int = 0
    rows: int = 0
    rows_damaged: int = 0
    files_damaged: int = 0


def sample(number: int) -> ParsedCaption:
    """A parsed caption of ordinary size; each number gives another one."""
    words = f"man {number} feeds the dog and then slowly walks home".split()
    tokens = tuple(
        Token(word, word, "NOUN", "NN", "Number=Sing|Person=3", i - 1, "nmod") for i, word in enumerate(words)
    )
    feeds = Predicate((2,), "feed", (Argument("ARG0", (0, 1), 0), Argument("ARG1", (3, 4), 4)), 2)
    walks = Predicate((8,), "walk", (Argument("ARG0", (0, 1), 0), Argument("ARGM-MNR", (7,), 7)), 8)
    return ParsedCaption(" ".join(words), tokens, (feeds, walks), ((0, 1), (3, 4)))


def throughput(path: Path, writers: int = 4, records: int = 10_000, batch: int = 250) -> tuple[float, float]:
    """Speed of several processes that commit to one cache together, from parses to committed rows.

    Returns:
        Records a second of the clock, and records a second of processor time: the second hardly depends on what else
        the machine is doing.
    """
    ParseCache.open(path).close()
    costs = FORK.SimpleQueue()
    barrier = FORK.Barrier(writers + 1)
    processes = [
        FORK.Process(target=_write, args=(path, k * records, records, batch, barrier, costs))
        for k in range(writers)
    ]
    for process in processes:
        process.start()
    barrier.wait(60)
    start = time.perf_counter()
    for process in processes:
        process.join()
    seconds = time.perf_counter() - start
    cpu_seconds = [costs.get() for _ in processes]
    if any(process.exitcode for process in processes):
        raise RuntimeError(f"writers ended with {[process.exitcode for process in processes]}")
    with ParseCache.open(path) as cache:
        rows = cache.connection.execute("SELECT count(*) FROM parses").fetchone()[0]
    if rows != writers * records:
        raise RuntimeError(f"{rows} rows, expected {writers * records}")
    return rows / seconds, rows / sum(cpu_seconds)


def kill_trials(folder: Path, kills: int, seed: int = 0, longest: float = 0.25) -> KillReport:
    """Kill writers at random moments and count what is damaged or lost.

    Args:
        folder: Where the caches go.
        kills: Number of trials.
        seed: Of the random moments.
        longest: Latest moment, in seconds after the writer has started.
    """
    generator = random.Random(seed)
    report = KillReport()
    path = folder
    for trial in range(kills):
        if trial % TRIALS_A_FILE == 0:
            path = folder / f"killed-{seed}-{trial}.db"
        acknowledged = _kill_one(path, trial, generator.uniform(0.0, longest), generator.randint(1, 60))
        report.kills += 1
        report.acknowledged += len(acknowledged)
        _check(path, trial, acknowledged, report)
    return report


def _write(path: Path, first: int, count: int, batch: int, barrier: Barrier, costs: SimpleQueue) -> None:
    parses = [sample(i) for i in range(first, first + count)]
    with ParseCache.open(path) as cache:
        entry = cache.enter("benchmark", "1")
        barrier.wait(60)
        start = time.process_time()
        for members in batches(parses, batch):
            cache.store(entry, [encode(parsed) for parsed in members])
        costs.put(time.process_time() - start)


def _kill_one(path: Path, trial: int, delay: float, batch: int) -> list[int]:
    """Numbers of the captions that a writer reported as committed before it was killed."""
    ours, theirs = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_write_and_report, args=(path, trial, batch, theirs))
    process.start()
    theirs.close()
    time.sleep(delay)
    process.kill()
    process.join()
    acknowledged: list[int] = []
    while True:
        try:
            acknowledged += ours.recv()
        except EOFError:
            return acknowledged


def _write_and_report(path: Path, trial: int, batch: int, connection: Connection) -> None:
    with ParseCache.open(path) as cache:
        entry = cache.enter("benchmark", "1")
        number = trial * 1_000_000
        while True:
            numbers = list(range(number, number + batch))
            cache.store(entry, [encode(sample(i)) for i in numbers])
            connection.send(numbers)
            number += batch


def _check(path: Path, trial: int, acknowledged: list[int], report: KillReport) -> None:
    report.in_flight += os.path.exists(f"{path}-wal")
    try:
        with ParseCache.open(path) as cache:
            found = verify(cache)
            report.rows += found.rows
            report.rows_damaged += len(found.damaged)
            report.files_damaged += bool(found.problems)
            entry = cache.enter("benchmark", "1")
            known = cache.lookup(entry, [sample(i).text for i in acknowledged])
            report.lost += sum(sample(i).text not in known for i in acknowledged)
    except CacheError:
        report.files_damaged += 1
        report.lost += len(acknowledged)


def main() -> int:
    """Print both measurements; 1 where something was damaged or lost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--records", type=int, default=10_000, help="a writer")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for writers in (1, options.writers):
            rate, cpu_rate = throughput(folder / f"{writers}.db", writers, options.records)
            print(
                f"{writers} writers, {options.records} records each, {os.cpu_count()} cores: {rate:,.0f} records/s, "
                f"{cpu_rate:,.0f} records per second of processor time"
            )
        report = kill_trials(folder, options.kills, options.seed)
    print(
        f"{report.kills} kills ({report.in_flight} with a write-ahead log left over), "
        f"{report.acknowledged:,} acknowledged captions: {report.lost} lost; "
        f"{report.rows:,} rows checked: {report.rows_damaged} damaged; {report.files_damaged} files damaged"
    )
    return 1 if report.lost or report.rows_damaged or report.files_damaged else 0


if __name__ == "__main__":
    sys.exit(main())
