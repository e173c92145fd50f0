"""Tasks in worker processes, each with a time limit after which its process is killed and replaced."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
LOOK_AHEAD = 4
"""Finished results a worker may be ahead of the consumer; bounds the memory that they take."""
ORPHAN_CHECK_SECONDS = 1.0
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Read by the numeric libraries when they are loaded, so they must stand before a process starts."""


@dataclass(frozen=True)
class TaskFailure:
    """A task without a result: its function raised, ran out of time, or its process died."""

    reason: str


class _Worker(Generic[Task]):
    """A process that runs one task at a time."""

    def __init__(self, function: Callable[[Task], Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, child = context.Pipe()
        self.process = context.Process(target=_serve, args=(function, child, os.getpid()), daemon=True)
        with _one_thread():
            self.process.start()
        child.close()
        self.number: int | None = None
        self.deadline = float("inf")

    def start(self, number: int, task: Task) -> None:
        """Hand over a task; the clock starts when the process is up."""
        with suppress(OSError):  # a process that just died is found by whoever waits for its answer
            self.connection.send(task)
        self.number, self.deadline = number, float("inf")

    def stop(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.join()
        self.connection.close()


def run_with_limit(
    function: Callable[[Task], Result], tasks: Sequence[Task], *, workers: int, seconds: float
) -> Iterator[Result | TaskFailure]:
    """Results of a function for every task, in the order of the tasks.

    Args:
        function: Importable from its module, as are tasks and results (they are pickled). What it raises becomes a
            `TaskFailure`.
        tasks: What it is called with.
        workers: How many processes, at least 1.
        seconds: After this time the task's process is killed and the task is a `TaskFailure`.

    Yields:
        One result or failure a task.
    """
    if workers < 1 or seconds <= 0:
        raise ValueError(f"expected workers >= 1 and seconds > 0, found {workers} and {seconds}")
    crew = [_Worker(function) for _ in range(min(workers, len(tasks)))]
    done: dict[int, Result | TaskFailure] = {}
    following = 0
    try:
        for number in range(len(tasks)):
            while number not in done:
                for place, worker in enumerate(crew):
                    if worker.number is None and following < min(len(tasks), number + LOOK_AHEAD * len(crew)):
                        if not worker.process.is_alive():
                            worker.stop()
                            worker = crew[place] = _Worker(function)
                        worker.start(following, tasks[following])
                        following += 1
                for place in _collect(crew, done, seconds):
                    crew[place].stop()
                    crew[place] = _Worker(function)
            yield done.pop(number)
    finally:
        for worker in crew:
            worker.stop()


def _collect(crew: list[_Worker[Any]], done: dict[int, Any], seconds: float) -> list[int]:
    """Wait for the next event of any busy worker and note results; places of workers that have to be replaced."""
    busy = {worker.connection: place for place, worker in enumerate(crew) if worker.number is not None}
    deadline = min(crew[place].deadline for place in busy.values())
    timeout = None if deadline == float("inf") else max(deadline - time.monotonic(), 0)
    lost = []
    for connection in wait(list(busy), timeout):
        place = busy[connection]  # type: ignore[index]
        worker = crew[place]
        try:
            message, value = worker.connection.recv()
        except (EOFError, OSError):
            worker.process.join()
            done[_number(worker)] = TaskFailure(f"the worker process died ({_exit(worker.process.exitcode)})")
            lost.append(place)
            continue
        if message == "started":
            worker.deadline = time.monotonic() + seconds
        else:
            done[_number(worker)] = value if message == "result" else TaskFailure(value)
            worker.number, worker.deadline = None, float("inf")
    now = time.monotonic()
    for place, worker in enumerate(crew):
        if place not in lost and worker.number is not None and worker.deadline <= now:
            done[worker.number] = TaskFailure(
                f"no result after {seconds:g} s; the worker process was stopped"
            )
            lost.append(place)
    return lost


def _number(worker: _Worker[Any]) -> int:
    assert worker.number is not None
    return worker.number


def _exit(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes started inside compute with one thread each: together they use the cores, without fighting for them."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _serve(function: Callable[[Any], Any], connection: Connection, parent: int) -> None:
    """The worker's side: run tasks until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    while True:
        try:
            task = connection.recv()
            connection.send(("started", None))
        except (EOFError, OSError):
            return
        try:
            message = ("result", function(task))
        except Exception as error:
            reason = getattr(error, "reason", None)
            message = ("failure", reason if isinstance(reason, str) else f"{type(error).__name__}: {error}")
        try:
            connection.send(message)
        except OSError:  # the parent is gone
            return


def _watch(parent: int) -> None:
    """End this process when its parent is gone, even in the middle of a call that never returns."""
    while os.getppid() == parent:
        time.sleep(ORPHAN_CHECK_SECONDS)
    os._exit(1)
