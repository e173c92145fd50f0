import os
import time

import pytest

from parsing import ParseFailure, ParserError
from parsing.worker_pool import ParserPool
from tests.parsing.toy_parser import load_broken, load_dying, load_slowly, toy_loader, toy_parse

TEXTS = [f"man {i} feeds dog {i}" for i in range(100)]


def test_two_processes_give_results_in_order_and_share_the_work():
    with ParserPool(toy_loader(delay=0.002), processes=2) as pool:
        assert (pool.name, pool.version) == ("toy", "1")
        assert list(pool.parse(iter(TEXTS), batch_size=7)) == [toy_parse(text) for text in TEXTS]
        batches = list(pool.encoded(TEXTS, 10))
        assert sorted(record.text for batch in batches for record in batch) == sorted(TEXTS)
        assert list(pool.parse([])) == []


def test_a_hanging_caption_and_a_crashing_one_fail_alone():
    texts = TEXTS[:20] + ["HANG here"] + TEXTS[20:40] + ["CRASH here"] + TEXTS[40:60]
    with ParserPool(toy_loader(), processes=2, time_limit=0.3) as pool:
        results = list(pool.parse(texts, batch_size=32))
    failures = {result.text: result.reason for result in results if isinstance(result, ParseFailure)}
    assert failures == {
        "HANG here": "no answer within the time limit of 0.3 s",
        "CRASH here": "the worker process died (signal 11)",
    }
    assert [result.text for result in results] == texts
    assert [result for result in results if result.text in TEXTS] == [toy_parse(text) for text in TEXTS[:60]]


def test_a_backend_that_always_crashes_ends_the_run():
    with ParserPool(toy_loader(), processes=2) as pool:
        with pytest.raises(ParserError, match="the last 16 captions all hang or crash toy: .*signal 11"):
            list(pool.parse([f"CRASH {i}" for i in range(64)], batch_size=4))


def test_leaving_the_pool_ends_a_hanging_worker_at_once():
    with ParserPool(toy_loader(), processes=1, time_limit=1000) as pool:
        processes = [worker.process for worker in pool._workers]
        pool._workers[0].connection.send(["HANG"])
        start = time.monotonic()
    assert time.monotonic() - start < 2
    assert not any(process.is_alive() for process in processes)


def test_workers_end_when_their_parent_is_killed(tmp_path):
    import subprocess
    import sys

    code = (
        "from parsing.worker_pool import ParserPool\n"
        "from tests.parsing.toy_parser import toy_loader\n"
        "import os\n"
        "if __name__ == '__main__':\n"
        "    pool = ParserPool(toy_loader(), processes=1).__enter__()\n"
        "    pool._workers[0].connection.send(['HANG'])\n"
        "    print(pool._workers[0].process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    script = tmp_path / "main.py"
    script.write_text(code)
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    run = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env=environment, timeout=60
    )
    pid = int(run.stdout)
    deadline = time.monotonic() + 5
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(pid)


@pytest.mark.parametrize(
    ("load", "message"),
    [
        (load_broken, "ValueError: no model here"),
        (load_dying, "died while loading the parser .exit code 7."),
        (load_slowly, "not loaded within 0.5 s"),
    ],
)
def test_a_parser_that_cannot_be_loaded_is_an_error(load, message):
    with pytest.raises(ParserError, match=message):
        with ParserPool(load, processes=1, load_limit=0.5 if load is load_slowly else 60):
            pass


def test_misuse_is_an_error():
    with pytest.raises(ValueError, match="processes is 0"):
        ParserPool(toy_loader(), processes=0).__enter__()
    with pytest.raises(ParserError, match="with block"):
        list(ParserPool(toy_loader()).parse(["a"]))


def _runs(pid: int) -> bool:
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[-1].split()[0] != "Z"
    except OSError:
        return False
