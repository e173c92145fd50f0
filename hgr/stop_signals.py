"""SIGTERM and Ctrl-C as a question that a long loop asks itself between two steps."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class StopAsked(BaseException):
    """A stop signal inside a part that is not worth finishing."""


class StopSignals:
    """Whether SIGTERM or Ctrl-C came; a second one ends the process as usual."""

    def __init__(self) -> None:
        self.asked = False
        self._raise = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        if self._raise:
            raise StopAsked

    @contextmanager
    def raising(self) -> Iterator[None]:
        """Stop at once inside the block, not at its end."""
        self._raise = True
        try:
            if self.asked:
                raise StopAsked
            yield
        finally:
            self._raise = False


@contextmanager
def stop_signals() -> Iterator[StopSignals]:
    """Catch SIGTERM and SIGINT inside the block; only in the main thread, elsewhere it never asks to stop."""
    stop = StopSignals()
    old: dict[int, Any] = {}
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            try:
                old[number] = signal.signal(number, stop)
            except ValueError:  # not in the main thread
                break
        yield stop
    finally:
        for installed, handler in old.items():
            signal.signal(installed, handler)
