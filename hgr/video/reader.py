"""Frames of a video file, the same whichever library reads them."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from hgr.video import decord_reader, pyav_reader
from hgr.video.errors import VideoReadError
from hgr.video.probe import VideoInfo, probe
from hgr.video.sampling import Sampling, choose_frames

READERS = ("auto", "decord", "pyav")


@dataclass(frozen=True)
class Clip:
    """Frames of a clip.

    Attributes:
        frames: (F, height, width, 3) uint8, RGB, in the order of time.
        times: When each is shown, (F,) seconds after the video's first frame.
        reader: "decord" or "pyav".
        info: What the file holds.
    """

    frames: np.ndarray
    times: np.ndarray
    reader: str
    info: VideoInfo


def read_clip(
    path: str | os.PathLike[str],
    sampling: Sampling,
    *,
    start: float | None = None,
    end: float | None = None,
    reader: str = "auto",
) -> Clip:
    """Read frames that lie uniformly over a video, or over a part of it.

    Frames are decoded at their full size, turned as the file says, and resized once.

    Args:
        path: The video file.
        sampling: How many frames, and their size.
        start: Where the clip begins, in seconds after the first frame.
        end: Where it ends.
        reader: "auto" takes decord where its frames are right, PyAV elsewhere and where decord fails; "decord"
            and "pyav" take that one alone.

    Raises:
        VideoReadError: The file is missing, empty, not a video, has no video stream, is truncated or broken, or
            has no frame between `start` and `end`.
    """
    if reader not in READERS:
        raise ValueError(f"expected a reader of {READERS}, found {reader!r}")
    info = probe(path)
    indices = choose_frames(info.times, sampling, start, end)
    if info.stamps is None or (reader == "auto" and not _decord_suits(info)):
        return _with_pyav(info, indices, sampling, start, end)
    if not len(indices):
        raise VideoReadError(path, pyav_reader.no_frame_between(start, end, info))
    if reader != "pyav":
        try:
            frames = decord_reader.read_indices(info, indices, sampling.shape)
            return Clip(frames, info.times[indices], "decord", info)
        except VideoReadError:
            if reader == "decord":
                raise
    return _with_pyav(info, indices, sampling, start, end)


def _decord_suits(info: VideoInfo) -> bool:
    return decord_reader.suits(info) and decord_reader.available()


def _with_pyav(
    info: VideoInfo, indices: np.ndarray, sampling: Sampling, start: float | None, end: float | None
) -> Clip:
    if info.stamps is not None and len(indices):
        frames = pyav_reader.read_indices(info, indices, sampling.shape)
        if frames is not None:
            return Clip(frames, info.times[indices], "pyav", info)
    counted, times = pyav_reader.read_counting(info, sampling, start, end)
    return Clip(counted, times, "pyav", info)
