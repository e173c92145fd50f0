"""Foreign .pt and .th files, read without running any code that they carry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from hgr.errors import DataError


def load_tensors(path: Path) -> Any:
    """Read a file that `torch.save` wrote, if it holds nothing but tensors and plain containers.

    Raises:
        DataError: Missing, not a torch file, or one that would need code to be run (a pickle with objects).
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"{path}: not a torch file of plain tensors ({reason}). Pickles with objects are refused: they run code."
        ) from error
