"""Corrections as a user names them on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from hgr.analysis.stored import open_matrix
from hgr.errors import DataError


def parse_corrections(arguments: Sequence[str]) -> dict[str, float]:
    """`NAME=TEMPERATURE` several times.

    Raises:
        DataError: Another form, or a temperature that is no number above 0.
    """
    found = {}
    for argument in arguments:
        name, _, value = argument.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise DataError(f"correction {argument!r}: expected NAME=TEMPERATURE") from None
        if not found[name] > 0:
            raise DataError(f"correction {argument!r}: the temperature must be above 0")
    return found


def read_bank(path: Path) -> Tensor:
    """Scores of training captions for the same videos, (B, V) float32."""
    return torch.from_numpy(open_matrix(path).astype("float32"))
