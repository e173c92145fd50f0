"""Progress bars around iterables: on standard error, and only where that is a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def bar(iterable: Iterable[Any], description: str, length: int) -> Iterable[Any]:
    """Wrap an iterable in a progress bar.

    Args:
        iterable: What is gone through.
        description: What stands before the bar.
        length: How many items there are.
    """
    from tqdm import tqdm

    return tqdm(iterable, desc=description, total=length, disable=None, leave=False)
