"""Feature stores of made-up arrays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hgr.data.feature_writer import FeatureStoreWriter, StreamPlan
from hgr.data.recipes import Recipe


def write_store(path: Path, frames: Mapping[str, np.ndarray], stream: str = "frames") -> None:
    """A store of one stream."""
    width = next(iter(frames.values())).shape[1]
    writer = FeatureStoreWriter(path, {stream: StreamPlan(width, Recipe("made-up"), "float32")})
    for video, array in frames.items():
        writer.add(video, {stream: array.astype(np.float32)})
    writer.finish()
