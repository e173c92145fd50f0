"""Numbers in sentences for people."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """A number with its noun, "1 caption" or "2,000 captions".

    Args:
        count: The number.
        noun: Singular of a noun whose plural ends in "s".
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
