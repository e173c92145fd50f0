"""Strips of small frames: one JPEG a video, the frames side by side, exactly those that the features were made of."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from hgr.video.workers import TaskFailure, run_with_limit

SECONDS = 60.0
"""Time limit of one file."""
PROBES = 6
"""Strips that are made of to find out how large the others will be."""


@dataclass(frozen=True)
class StripTask:
    """What a worker process needs to make one strip.

    Attributes:
        path: The video file.
        stored: Frames that were sampled when the features were made.
        kept: Which of them are shown.
        start: Where the clip begins, in seconds.
        end: Where it ends.
        height: Pixels of a frame.
        quality: Of the JPEG.
    """

    path: str
    stored: int
    kept: tuple[int, ...]
    start: float | None
    end: float | None
    height: int = 72
    quality: int = 60


@dataclass(frozen=True)
class Strip:
    """The frames of one video side by side.

    Attributes:
        uri: data:image/jpeg;base64,...
        frames: How many.
        aspect: Width over height of one frame.
    """

    uri: str
    frames: int
    aspect: float


TIERS = ((72, 60), (54, 55), (40, 50), (32, 40), (24, 30))
"""(height, quality) of the strips, best first; the first that fits into the page's size is taken."""


def make_strip(task: StripTask) -> Strip:
    """Decode, shrink, put side by side; runs in a worker process."""
    from hgr.video.probe import probe
    from hgr.video.reader import read_clip
    from hgr.video.sampling import FrameShape, Sampling

    info = probe(task.path)
    aspect = min(max(info.width / info.height, 0.4), 2.5)
    width = max(2, round(task.height * aspect))
    sampling = Sampling(task.stored, FrameShape(task.height, width, resample="box"))
    frames = read_clip(task.path, sampling, start=task.start, end=task.end).frames
    if len(frames) != task.stored:
        raise ValueError(f"{task.path}: has {len(frames)} frames, the features were made of {task.stored}")
    strip = np.concatenate([frames[i] for i in task.kept], axis=1)
    buffer = io.BytesIO()
    Image.fromarray(strip).save(buffer, "JPEG", quality=task.quality, optimize=True)
    content = base64.b64encode(buffer.getvalue()).decode("ascii")
    return Strip(f"data:image/jpeg;base64,{content}", len(task.kept), width / task.height)


def make_strips(
    tasks: Mapping[str, StripTask], *, room: int, workers: int = 1
) -> tuple[dict[str, Strip], dict[str, str]]:
    """Strips of many videos within a size.

    Args:
        tasks: Video id -> task; those of the most wanted videos first.
        room: Characters that all strips together may take. Where even the smallest do not fit, the last videos
            get none.
        workers: Processes that decode.

    Returns:
        Strips by video id, and why a video has none by video id.
    """
    names = [name for name in tasks if Path(tasks[name].path).is_file()]
    reasons = {name: "the video file is not there" for name in tasks if name not in set(names)}
    if not names:
        return {}, reasons
    height, quality = _tier([tasks[name] for name in names], room, workers)
    jobs = [replace(tasks[name], height=height, quality=quality) for name in names]
    strips: dict[str, Strip] = {}
    for name, found in zip(
        names, run_with_limit(make_strip, jobs, workers=workers, seconds=SECONDS), strict=True
    ):
        if isinstance(found, TaskFailure):
            reasons[name] = found.reason
        elif len(found.uri) > room:
            reasons[name] = "no room in this page"
        else:
            strips[name] = found
            room -= len(found.uri)
    return strips, reasons


def _tier(tasks: Sequence[StripTask], room: int, workers: int) -> tuple[int, int]:
    step = max(1, len(tasks) // PROBES)
    sample = list(tasks[::step][:PROBES])
    for height, quality in TIERS[:-1]:
        jobs = [replace(task, height=height, quality=quality) for task in sample]
        made = [
            len(found.uri)
            for found in run_with_limit(make_strip, jobs, workers=workers, seconds=SECONDS)
            if isinstance(found, Strip)
        ]
        if not made or 1.15 * sum(made) / len(made) * len(tasks) <= room:
            return height, quality
    return TIERS[-1]
