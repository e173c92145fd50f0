"""The one place where a device is chosen."""

from __future__ import annotations

import os

import torch

from hgr.errors import DataError


def choose_device(name: str = "auto") -> torch.device:
    """The device of that name; "auto" is a GPU where there is one, under torchrun each process's own.

    Raises:
        DataError: No such device here.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        name = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise DataError(f"device {name!r}: expected auto, cpu, cuda or cuda:<number>") from None
    if device.type not in ("cpu", "cuda"):
        raise DataError(f"device {name!r}: expected auto, cpu, cuda or cuda:<number>")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise DataError(
            f"device {name!r}: this torch ({torch.__version__}) sees {torch.cuda.device_count()} GPUs"
        )
    return device
