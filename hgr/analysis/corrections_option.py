"""Corrections as a user names them on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hgr.analysis.stored import open_matrix, score_type
from hgr.errors import DataError

BANKED = "querybank"
"""The correction that looks at a bank of training captions."""


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
    """Scores of training captions for the same videos, (B, V), in the precision in which scores are ranked."""
    matrix = open_matrix(path)
    return torch.from_numpy(np.array(matrix, dtype=score_type(matrix.dtype)))
