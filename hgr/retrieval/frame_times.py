"""When the frames of a video's features were shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hgr.data.items import Video
from hgr.data.loading import duration_of


def kept_positions(num_frames: int, max_frames: int | None) -> np.ndarray:
    """Which rows of a stored feature array a run keeps, the rule of `hgr.data.loading.choose_frames`.

    Args:
        num_frames: Rows that are stored.
        max_frames: None for all.

    Returns:
        (F,) int64, rising.
    """
    if max_frames is None or num_frames <= max_frames:
        return np.arange(num_frames, dtype=np.int64)
    return np.round(np.linspace(0, num_frames - 1, max_frames)).astype(np.int64)


def frame_times(
    num_frames: int, max_frames: int | None, recipe: Mapping[str, Any], video: Video | None
) -> tuple[float, ...] | None:
    """Seconds after the start of the video's file of the frames that a run keeps, to within one frame.

    Args:
        num_frames: Rows of the stored features.
        max_frames: How many of them the run keeps at most.
        recipe: How the stream was made; frames are known to lie uniformly only where it says so.
        video: What the data set knows of the video.

    Returns:
        One time a kept frame, None where the duration or the placement is not known.
    """
    duration = duration_of(video) if video is not None else None
    sampling = recipe.get("sampling") or {}
    if video is None or duration is None or sampling.get("placement") != "uniform" or not num_frames:
        return None
    middles = (2 * kept_positions(num_frames, max_frames) + 1) / (2 * num_frames)
    return tuple(round(float((video.start or 0.0) + middle * duration), 3) for middle in middles)
