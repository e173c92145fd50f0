"""Parsers in worker processes: several cores, and a backend that hangs or crashes costs one caption, not the run."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait

from parsing.guard import batches, parse_safely
from parsing.parsed_caption import ParsedCaption, ParseFailure
from parsing.parsers import Parser, ParserError
from parsing.records import Record, decode, encode

SPLIT = 8
"""A batch that hangs or crashes is tried again in this many pieces, down to single captions."""
SECONDS_A_CAPTION = 0.1
"""What every caption of a batch adds to the time limit."""
HOPELESS = 16
"""So many captions in a row that hang or crash say something about the backend, not about the captions."""


@dataclass
class _Task:
    batch: int
    start: int
    texts: list[str]


@dataclass
class _Batch:
    texts: list[str]
    records: list[Record | None]
    left: int


@dataclass
class _Worker:
    process: multiprocessing.process.BaseProcess
    connection: Connection
    ready: bool = False
    task: _Task | None = None
    deadline: float = 0.0


@dataclass
class ParserPool:
    """A Parser that runs another one in worker processes, each with its own copy.

    Use as a context manager; leaving it ends the workers, also after Ctrl-C.

    Attributes:
        load: Makes the parser inside a worker; must be picklable (`functools.partial(load_parser,
            "builtin")`).
        processes: Number of workers.
        time_limit: Seconds for one caption; a batch gets this plus a tenth of a second a caption. Sixteen captions in
            a row that hang or crash end the run with a ParserError.
        load_limit: Seconds for loading the model.
    """

    load: Callable[[], Parser]
    processes: int = 2
    time_limit: float = 10.0
    load_limit: float = 300.0
    name: str = field(default="", init=False)
    version: str = field(default="", init=False)
    _workers: list[_Worker] = field(default_factory=list, init=False)
    _lost_in_a_row: int = field(default=0, init=False)

    def __enter__(self) -> ParserPool:
        if self.processes < 1:
            raise ValueError(f"processes is {self.processes}, expected at least 1")
        try:
            self._workers = [self._start() for _ in range(self.processes)]
            first = self._workers[0]
            while not first.ready:
                self._receive(first) if self._wait([first]) else self._give_up_loading(first)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers at once."""
        for worker in self._workers:
            _stop(worker)
        self._workers = []

    def parse(self, texts: Iterable[str], batch_size: int = 64) -> Iterator[ParsedCaption | ParseFailure]:
        """One result per text, in order; batches run in several processes."""
        for records in self.encoded(texts, batch_size, ordered=True):
            for record in records:
                yield decode(record.payload)

    def encoded(
        self, texts: Iterable[str], batch_size: int = 64, *, ordered: bool = False
    ) -> Iterator[list[Record]]:
        """Batches of records, as the workers finish them or in the order of the texts."""
        if not self._workers:
            raise ParserError("the parser pool is not running; use it in a with block")
        source = enumerate(batches(texts, batch_size))
        open_: dict[int, _Batch] = {}
        queue: deque[_Task] = deque()
        next_batch, exhausted = 0, False
        while True:
            while not exhausted and len(open_) < 3 * self.processes and len(queue) < self.processes:
                item = next(source, None)
                if item is None:
                    exhausted = True
                else:
                    number, members = item
                    open_[number] = _Batch(members, [None] * len(members), len(members))
                    queue.append(_Task(number, 0, members))
            if not open_:
                return
            self._assign(queue)
            for worker in self._ready():
                self._collect(worker, open_, queue)
            for number in [n for n, batch in open_.items() if not batch.left]:
                if ordered and number != next_batch:
                    break
                next_batch += 1
                yield [record for record in open_.pop(number).records if record is not None]

    def _assign(self, queue: deque[_Task]) -> None:
        for worker in self._workers:
            if queue and worker.ready and worker.task is None:
                worker.task = queue.popleft()
                worker.deadline = (
                    time.monotonic() + self.time_limit + SECONDS_A_CAPTION * (len(worker.task.texts) - 1)
                )
                try:
                    worker.connection.send(worker.task.texts)
                except OSError:
                    worker.deadline = 0.0  # it died; `_ready` will notice

    def _ready(self) -> list[_Worker]:
        """Workers that have something to say, have died, or are out of time."""
        now = time.monotonic()
        busy = [w for w in self._workers if w.task is not None or not w.ready]
        timeout = max(0.0, min((w.deadline - now for w in busy), default=0.0))
        spoke = set(wait([w.connection for w in busy], timeout))
        now = time.monotonic()
        return [w for w in busy if w.connection in spoke or w.deadline <= now]

    def _collect(self, worker: _Worker, open_: dict[int, _Batch], queue: deque[_Task]) -> None:
        task = worker.task
        if task is None:
            self._receive(worker) if worker.connection.poll() else self._give_up_loading(worker)
            return
        problem = ""
        records: list[Record] = []
        try:
            if worker.connection.poll():
                records = worker.connection.recv()
            else:
                problem = f"no answer within the time limit of {self.time_limit:g} s"
        except (EOFError, OSError):
            worker.process.join(1)
            problem = f"the worker process died ({_death(worker.process.exitcode)})"
        if problem:
            _stop(worker)
            self._workers[self._workers.index(worker)] = self._start()
            if len(task.texts) > 1:
                size = -(-len(task.texts) // SPLIT)
                pieces = [
                    _Task(task.batch, task.start + i, task.texts[i : i + size])
                    for i in range(0, len(task.texts), size)
                ]
                queue.extendleft(reversed(pieces))
                return
            records = [encode(ParseFailure(task.texts[0], problem))]
            self._lost_in_a_row += 1
            if self._lost_in_a_row >= HOPELESS:
                raise ParserError(
                    f"stopped: the last {HOPELESS} captions all hang or crash {self.name}: {problem}"
                )
        else:
            self._lost_in_a_row = 0
        worker.task = None
        batch = open_[task.batch]
        batch.records[task.start : task.start + len(records)] = records
        batch.left -= len(records)

    def _start(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self.load), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours, deadline=time.monotonic() + self.load_limit)

    def _wait(self, workers: list[_Worker]) -> bool:
        return bool(wait([w.connection for w in workers], self.load_limit))

    def _receive(self, worker: _Worker) -> None:
        """Take the first message of a worker: who it is, or why its parser cannot be loaded."""
        try:
            kind, *rest = worker.connection.recv()
        except (EOFError, OSError):
            worker.process.join(1)
            reason = _death(worker.process.exitcode)
            raise ParserError(f"a worker process died while loading the parser ({reason})") from None
        if kind == "error":
            raise ParserError(rest[0])
        self.name, self.version = rest
        worker.ready = True

    def _give_up_loading(self, worker: _Worker) -> None:
        raise ParserError(f"the parser was not loaded within {self.load_limit:g} s")


def _work(connection: Connection, load: Callable[[], Parser]) -> None:
    """What a worker does: load, then answer batches until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    os.environ["OMP_NUM_THREADS"] = "1"
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        parser = load()
        connection.send(("ready", parser.name, parser.version))
    except Exception as error:
        text = str(error) if isinstance(error, ParserError) else f"{type(error).__name__}: {error}"
        connection.send(("error", text))
        return
    try:
        while True:
            texts = connection.recv()
            connection.send([encode(result) for result in parse_safely(parser, texts, len(texts))])
    except (EOFError, OSError):
        return


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _stop(worker: _Worker) -> None:
    worker.connection.close()
    worker.process.kill()
    worker.process.join(5)


def _death(code: int | None) -> str:
    if code is None:
        return "no exit code"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
