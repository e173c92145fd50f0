"""The one error of reading a video."""

from __future__ import annotations

import os
from pathlib import Path

from hgr.errors import DataError


class VideoReadError(DataError):
    """A video file that cannot be read. Picklable, so that it travels from a worker process.

    Attributes:
        path: The file.
        reason: What is wrong with it.
    """

    def __init__(self, path: str | os.PathLike[str], reason: str) -> None:
        super().__init__(str(path), reason)
        self.path, self.reason = Path(path), reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"
