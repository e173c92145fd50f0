"""Gzipped JSON lines of the training data, each decoded into something, with errors that name file and line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def read_gzipped(path: Path, expected: str, decode: Callable[[Any], T]) -> Iterator[T]:
    """What `decode` makes of each line.

    Raises:
        ValueError: A line that it cannot decode, with file, line number and what was `expected`.
    """
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                decoded = decode(json.loads(line))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}:{number}: expected {expected}, found {error!r}") from error
            yield decoded
