"""Feature streams with mean 0 and deviation 1 in every coordinate, as measured on the training videos."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

Statistics = Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]
"""Stream name -> mean and deviation, each with one entry a coordinate."""
SMALLEST_DEVIATION = 1e-3
"""Coordinates that vary less are divided by this, so that a constant one stays small."""


def measure(streams: Mapping[str, Mapping[str, np.ndarray]], videos: Iterable[str]) -> dict[str, tuple]:
    """Mean and deviation over all frames of some videos.

    Args:
        streams: Stream name -> (video id -> (F, D)).
        videos: The training videos; one that a stream lacks is left out there.
    """
    ids = list(videos)
    return {
        name: _moments(stream[video] for video in ids if video in stream) for name, stream in streams.items()
    }


def _moments(arrays: Iterable[np.ndarray]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    total = square = 0.0
    count = 0
    for array in arrays:
        wide = np.asarray(array, dtype=np.float64)
        total = total + wide.sum(0)
        square = square + np.square(wide).sum(0)
        count += len(wide)
    mean = np.atleast_1d(total) / max(count, 1)
    variance = np.maximum(np.atleast_1d(square) / max(count, 1) - np.square(mean), 0)
    return tuple(mean.tolist()), tuple(np.maximum(np.sqrt(variance), SMALLEST_DEVIATION).tolist())


class StandardizedStream(Mapping[str, np.ndarray]):
    """A stream seen through its statistics; nothing is copied until a video is asked for.

    Args:
        stream: Video id -> (F, D).
        mean: (D,).
        deviation: (D,), positive.
    """

    def __init__(
        self, stream: Mapping[str, np.ndarray], mean: Iterable[float], deviation: Iterable[float]
    ) -> None:
        self.stream = stream
        self.mean = np.asarray(tuple(mean), dtype=np.float32)
        self.deviation = np.asarray(tuple(deviation), dtype=np.float32)

    def __getitem__(self, video: str) -> np.ndarray:
        return (np.asarray(self.stream[video], dtype=np.float32) - self.mean) / self.deviation

    def __iter__(self) -> Iterator[str]:
        return iter(self.stream)

    def __len__(self) -> int:
        return len(self.stream)

    def __contains__(self, video: object) -> bool:
        return video in self.stream


def standardized(
    streams: Mapping[str, Mapping[str, np.ndarray]], statistics: Statistics
) -> dict[str, Mapping[str, np.ndarray]]:
    """Streams through their statistics; a stream without statistics stays as it is."""
    return {
        name: StandardizedStream(stream, *statistics[name]) if name in statistics else stream
        for name, stream in streams.items()
    }
