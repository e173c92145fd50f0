"""A progress bar on stderr for functions that report (done, total); silent where stderr is no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(unit: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function of (done, total) that moves a bar.

    Args:
        unit: What is counted.
    """
    from tqdm import tqdm

    with tqdm(unit=unit, disable=None, leave=False) as bar:

        def move(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield move
