"""Which frames of a clip are read, and how each is brought to the size that a backbone wants."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from PIL import Image

RESAMPLE = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
}


@dataclass(frozen=True)
class FrameShape:
    """The size of a frame as a backbone wants it.

    Attributes:
        height: Rows.
        width: Columns.
        shortest_edge: If given, the frame is first resized so that its shorter side has this length, and the
            middle is cut out of it (padded with black where it is smaller); otherwise it is stretched.
        resample: The filter, a key of `RESAMPLE`.
    """

    height: int
    width: int
    shortest_edge: int | None = None
    resample: str = "bilinear"

    def apply(self, frame: np.ndarray) -> np.ndarray:
        """One frame resized.

        Args:
            frame: (H, W, 3) uint8.

        Returns:
            (height, width, 3) uint8.
        """
        filter_ = RESAMPLE[self.resample]
        image = Image.fromarray(np.ascontiguousarray(frame))
        if self.shortest_edge is None:
            if image.size != (self.width, self.height):
                image = image.resize((self.width, self.height), filter_)
            return np.asarray(image)
        short, long = sorted(image.size)
        other = int(self.shortest_edge * long / short)
        size = (self.shortest_edge, other) if image.width <= image.height else (other, self.shortest_edge)
        if image.size != size:
            image = image.resize(size, filter_)
        left, top = (image.width - self.width) // 2, (image.height - self.height) // 2
        return np.asarray(image.crop((left, top, left + self.width, top + self.height)))


@dataclass(frozen=True)
class Sampling:
    """How many frames of a clip are read, and at which size.

    Attributes:
        frames: At most this many, one from the middle of each of so many equal parts of the clip; of a shorter
            clip every frame once.
        shape: Their size.
    """

    frames: int
    shape: FrameShape

    def __post_init__(self) -> None:
        if self.frames < 1:
            raise ValueError(f"expected at least 1 frame, found {self.frames}")

    def describe(self) -> dict[str, Any]:
        """As it stands in a feature store's recipe."""
        return {"frames": self.frames, "placement": "uniform", **asdict(self.shape)}


def uniform_indices(count: int, frames: int) -> np.ndarray:
    """The middles of `frames` equal parts of `count` positions, (min(count, frames),) int64, rising."""
    frames = min(count, frames)
    return (2 * np.arange(frames, dtype=np.int64) + 1) * count // (2 * frames)


def choose_frames(
    times: np.ndarray, sampling: Sampling, start: float | None = None, end: float | None = None
) -> np.ndarray:
    """Positions of the frames to read.

    Args:
        times: When each frame is shown, (n,) seconds, rising.
        sampling: How many.
        start: Only frames shown at this time or later.
        end: Only frames shown before this time.

    Returns:
        (F,) int64, rising, without repetition; empty if no frame lies between `start` and `end`.
    """
    first = 0 if start is None else int(np.searchsorted(times, start - 1e-6))
    last = len(times) if end is None else int(np.searchsorted(times, end - 1e-6))
    if last <= first:
        return np.empty(0, np.int64)
    return first + uniform_indices(last - first, sampling.frames)
