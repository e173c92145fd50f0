"""Several processes on one cache: shared work, killed workers, Ctrl-C."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from parsing.cache import ParseCache
from parsing.cache_upkeep import verify
from parsing.canary import CANARIES
from parsing.worker_pool import ParserPool
from tests.parsing.toy_parser import ToyParser, toy_loader, toy_parse

FORK = multiprocessing.get_context("fork")


def fill(path: Path, texts: list[str], log: Path, delay: float, batch_size: int) -> None:
    with ParseCache.open(path) as cache:
        cache.fill(texts, ToyParser(log=log, delay=delay), batch_size=batch_size)


def parsed(log: Path) -> Counter:
    return Counter(line for line in log.read_text().splitlines() if line not in CANARIES)


def test_processes_on_the_same_captions_share_the_work(tmp_path):
    texts = [f"man feeds {i}" for i in range(4000)]
    logs = [tmp_path / f"{k}.log" for k in range(4)]
    processes = [FORK.Process(target=fill, args=(tmp_path / "a.db", texts, log, 0.0002, 100)) for log in logs]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    counts = sum((parsed(log) for log in logs), Counter())
    assert set(counts) == set(texts)
    assert sum(counts.values()) == len(texts)
    with ParseCache.open(tmp_path / "a.db") as cache:
        assert verify(cache).sound and verify(cache).rows == len(texts)
        assert cache.connection.execute("SELECT count(*) FROM claims").fetchone() == (0,)


@pytest.mark.parametrize(
    "trial", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)]
)
def test_two_of_four_killed_and_the_others_finish(trial, tmp_path):
    texts = [f"man feeds {i}" for i in range(2000)]
    logs = [tmp_path / f"{k}.log" for k in range(4)]
    processes = [FORK.Process(target=fill, args=(tmp_path / "a.db", texts, log, 0.0005, 20)) for log in logs]
    for process in processes:
        process.start()
    time.sleep(0.2 + 0.1 * trial)
    for process in processes[:2]:
        process.kill()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes[2:]] == [0, 0]
    counts = sum((parsed(log) for log in logs if log.exists()), Counter())
    assert set(counts) == set(texts)
    assert sum(counts.values()) <= 1.05 * len(texts)
    with ParseCache.open(tmp_path / "a.db") as cache:
        assert verify(cache).sound and verify(cache).rows == len(texts)


def test_after_a_kill_a_restart_parses_only_what_is_missing(tmp_path):
    texts = [f"man feeds {i}" for i in range(500)]
    log = tmp_path / "log"
    process = FORK.Process(target=fill, args=(tmp_path / "a.db", texts, log, 0.002, 10))
    process.start()
    while not log.exists() or sum(parsed(log).values()) < 150:
        time.sleep(0.01)
    process.kill()
    process.join()
    before = parsed(log)
    fill(tmp_path / "a.db", texts, log, 0.0, 10)
    assert set(parsed(log)) == set(texts)
    again = parsed(log) - Counter(texts)
    assert 150 <= sum(before.values()) < 500 and sum(again.values()) <= 10


def test_several_workers_fill_a_cache_past_a_hang_and_a_crash(tmp_path):
    texts = [f"man feeds {i}" for i in range(200)] + ["HANG", "CRASH", "RAISE"]
    with ParseCache.open(tmp_path / "a.db") as cache:
        with ParserPool(toy_loader(), processes=2, time_limit=0.3) as pool:
            report = cache.fill(texts, pool, batch_size=64, max_attempts=1)
            assert (report.parsed, report.failed) == (203, 3)
            assert set(report.reasons) == {
                "no answer within the time limit of 0.3 s",
                "the worker process died (signal 11)",
                "RuntimeError: cannot parse 'RAISE'",
            }
            assert cache.fill(texts, pool, max_attempts=1).known_failures == 3
            assert list(cache.parse(texts[:50], pool)) == [toy_parse(text) for text in texts[:50]]


SCRIPT = """
import sys
from parsing.cache import ParseCache
from parsing.worker_pool import ParserPool
from tests.parsing.toy_parser import toy_loader

if __name__ == "__main__":
    with ParseCache.open(sys.argv[1]) as cache, ParserPool(toy_loader(delay=0.01), processes=2) as pool:
        print("ready", flush=True)
        texts = (f"man feeds {i}" for i in range(100_000))
        cache.fill(texts, pool, batch_size=8, progress=lambda n: print(n, flush=True))
"""


def test_ctrl_c_ends_everything_within_two_seconds_and_leaves_a_consistent_cache(tmp_path):
    script = tmp_path / "main.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "a.db")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        start_new_session=True,
    )
    for _ in range(10):
        process.stdout.readline()
    start = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to parent and workers
    acknowledged = 8 * 9 + 8 * len(process.stdout.read().splitlines())
    process.wait(10)
    assert time.monotonic() - start < 2
    assert b"KeyboardInterrupt" in process.stderr.read()
    with ParseCache.open(tmp_path / "a.db") as cache:
        assert verify(cache).sound and verify(cache).rows >= acknowledged
        assert cache.connection.execute("SELECT count(*) FROM claims").fetchone() == (0,)
    deadline = time.monotonic() + 2
    while _group_runs(process.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _group_runs(process.pid)


def test_memory_stays_flat_over_many_captions(tmp_path):
    code = (
        "import resource, sys\n"
        "from parsing.cache import ParseCache\n"
        "from tests.parsing.toy_parser import ToyParser\n"
        "class Quiet(ToyParser):\n"
        "    def parse(self, texts, batch_size=256):\n"
        "        self.seen.clear()\n"
        "        return super().parse(texts, batch_size)\n"
        "with ParseCache.open(sys.argv[1]) as cache:\n"
        "    peaks = []\n"
        "    for count in (4096, 14000):\n"
        "        texts = (f'man feeds {count} {i}' for i in range(count))\n"
        "        assert sum(1 for _ in cache.parse(texts, Quiet())) == count\n"
        "        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        "print(peaks[1] - peaks[0])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.db")],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        check=True,
    )
    assert int(run.stdout) < 16_000  # kilobytes


def _group_runs(group: int) -> bool:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[-1].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                return True
    return False
