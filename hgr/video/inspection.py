"""Looking at a file in a worker process: can it be read, and how long is it."""

from __future__ import annotations

from dataclasses import dataclass

from hgr.video.probe import probe
from hgr.video.sampling import FrameShape, Sampling

SMALL = FrameShape(32, 32)


@dataclass(frozen=True)
class InspectionTask:
    """A file to look at.

    Attributes:
        path: The file.
        frames: How many frames to read over its length; 0 decodes the first one alone.
        start: Where the clip begins, in seconds.
        end: Where it ends.
    """

    path: str
    frames: int = 0
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Inspection:
    """A file that can be read.

    Attributes:
        container: FFmpeg's name of the format.
        codec: FFmpeg's name of the codec.
        frames: How many frames it has.
        duration: Its length in seconds.
    """

    container: str
    codec: str
    frames: int
    duration: float


def inspect_task(task: InspectionTask) -> Inspection:
    """Look at one file.

    Raises:
        VideoReadError: It cannot be read.
    """
    if task.frames:
        from hgr.video.reader import read_clip

        info = read_clip(task.path, Sampling(task.frames, SMALL), start=task.start, end=task.end).info
    else:
        info = probe(task.path)
    return Inspection(info.container, info.codec, info.num_frames, info.duration)
