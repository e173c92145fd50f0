"""Threads that each work on a block of their own, in place of threads that share every operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

import torch

Item = TypeVar("Item")


class Workers:
    """Runs a function for many items in several threads, each of which computes alone.

    Small operations lose more by waiting for one another's halves than they gain; whole blocks do not wait. Inside the
    context torch uses one thread an operation if there is more than one worker, afterwards as many as before.

    Args:
        count: Number of threads; with one, everything runs in the calling thread.
    """

    def __init__(self, count: int) -> None:
        self.count = max(count, 1)
        self._pool: ThreadPoolExecutor | None = None
        self._threads = 1

    def __enter__(self) -> Self:
        if self.count > 1:
            self._threads = torch.get_num_threads()
            torch.set_num_threads(1)
            self._pool = ThreadPoolExecutor(self.count)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            torch.set_num_threads(self._threads)

    def run(self, work: Callable[[Item], None], items: Iterable[Item]) -> None:
        """Call `work` for every item; the first exception is raised, items not begun are then left out."""
        if self._pool is None:
            for item in items:
                work(item)
            return
        for _ in self._pool.map(work, items):
            pass
