"""Tasks with a time limit: order, errors, hangs that hold on to the processor, processes that die."""

from __future__ import annotations

import os
import signal
import time

import pytest

from hgr.video.errors import VideoReadError
from hgr.video.workers import THREAD_VARIABLES, TaskFailure, run_with_limit


def behave(task: tuple[str, int]) -> int:
    """Do as the task says; runs in a worker process."""
    kind, number = task
    if kind == "raise":
        raise VideoReadError("a.mp4", "broken")
    if kind == "other":
        raise KeyError("gone")
    if kind == "hang":
        while True:
            pass
    if kind == "die":
        os.kill(os.getpid(), signal.SIGSEGV)
    if kind == "leave":
        os._exit(7)
    if kind == "slow":
        time.sleep(0.2)
    return number


def test_results_come_in_order() -> None:
    tasks = [("slow" if number % 3 == 0 else "fine", number) for number in range(12)]
    assert list(run_with_limit(behave, tasks, workers=2, seconds=30)) == list(range(12))


def test_everything_that_can_go_wrong_is_a_failure_and_the_rest_goes_on() -> None:
    tasks = [("fine", 0), ("raise", 1), ("hang", 2), ("die", 3), ("leave", 4), ("other", 5), ("fine", 6)]
    results = list(run_with_limit(behave, tasks, workers=1, seconds=0.5))
    assert results[0] == 0 and results[6] == 6
    assert results[1] == TaskFailure("broken")
    assert results[2] == TaskFailure("no result after 0.5 s; the worker process was stopped")
    assert results[3] == TaskFailure("the worker process died (signal 11)")
    assert results[4] == TaskFailure("the worker process died (exit status 7)")
    assert results[5] == TaskFailure("KeyError: 'gone'")


def test_no_process_is_left_when_the_consumer_stops() -> None:
    results = run_with_limit(behave, [("fine", 0), ("hang", 1), ("hang", 2)], workers=2, seconds=60)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    import multiprocessing

    assert not multiprocessing.active_children()


def test_no_task_no_process() -> None:
    assert list(run_with_limit(behave, [], workers=4, seconds=1)) == []


def test_wrong_settings() -> None:
    with pytest.raises(ValueError, match="expected workers >= 1"):
        list(run_with_limit(behave, [("fine", 0)], workers=0, seconds=1))


def _threads(_: int) -> list[str | None]:
    return [os.environ.get(name) for name in THREAD_VARIABLES]


def test_workers_compute_with_one_thread_each_and_the_parent_keeps_its_own(monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    assert list(run_with_limit(_threads, [0], workers=1, seconds=60)) == [["1", "1", "1"]]
    assert os.environ["OMP_NUM_THREADS"] == "7" and "MKL_NUM_THREADS" not in os.environ
