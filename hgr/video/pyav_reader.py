"""Frames with PyAV: every format FFmpeg knows, one frame in memory at a time."""

from __future__ import annotations

from bisect import bisect_right

import av
import numpy as np

from hgr.video.errors import VideoReadError
from hgr.video.probe import MIN_SHARE, VideoInfo, opened
from hgr.video.sampling import FrameShape, Sampling, choose_frames

SEEK_GAP = 48
"""Frames ahead that a key frame must be for a seek to pay: a seek costs about as much as decoding these."""


def read_indices(info: VideoInfo, indices: np.ndarray, shape: FrameShape) -> np.ndarray | None:
    """The frames at some positions, found by their time stamps; seeks over long gaps.

    Args:
        info: The probed file; it must have time stamps.
        indices: (F,) positions in order of presentation, rising.
        shape: Size of the frames.

    Returns:
        (F, height, width, 3) uint8; None if not every one of them turned up where the container says it is.

    Raises:
        VideoReadError: The file cannot be opened.
    """
    assert info.stamps is not None
    position = {int(stamp): index for index, stamp in enumerate(info.stamps)}
    key_positions: list[int] = np.nonzero(info.keys)[0].tolist()
    found: dict[int, np.ndarray] = {}
    wanted = [int(index) for index in indices]
    with opened(info.path) as (container, stream):
        frames = iter(container.decode(stream))
        current = -1
        for index in wanted:
            key = key_positions[max(bisect_right(key_positions, index) - 1, 0)]
            if current + SEEK_GAP < key <= index:
                container.seek(int(info.stamps[key]), backward=True, any_frame=False, stream=stream)
                frames = iter(container.decode(stream))
            while current < index or index not in found:
                try:
                    frame = next(frames, None)
                except av.FFmpegError:
                    return None
                if frame is None or frame.pts is None:
                    return None
                shown = position.get(frame.pts)
                if shown is None or shown > index:
                    return None
                current = shown
                if shown == index:
                    found[index] = to_array(frame, shape)
    return np.stack([found[index] for index in wanted])


def read_counting(
    info: VideoInfo, sampling: Sampling, start: float | None, end: float | None
) -> tuple[np.ndarray, np.ndarray]:
    """Frames found by decoding the whole file and counting, for files whose time stamps cannot be relied on.

    Args:
        info: The probed file.
        sampling: How many frames, and their size.
        start: In seconds, None for the beginning.
        end: In seconds, None for the end.

    Returns:
        frames (F, height, width, 3) uint8; times (F,) seconds.

    Raises:
        VideoReadError: A packet is broken, frames are missing, or none lies between `start` and `end`.
    """
    times = info.times
    while True:
        indices = choose_frames(times, sampling, start, end)
        if not len(indices):
            raise VideoReadError(info.path, no_frame_between(start, end, info))
        frames, actual = _decode_all(info, set(indices.tolist()), sampling.shape)
        expected = max(info.declared_frames, info.num_frames)
        if len(actual) < MIN_SHARE * expected:
            raise VideoReadError(
                info.path, f"truncated or broken: {len(actual)} of {expected} frames can be decoded"
            )
        if len(actual) == len(times):
            return np.stack(frames), times[indices]
        times = actual


def _decode_all(info: VideoInfo, wanted: set[int], shape: FrameShape) -> tuple[list[np.ndarray], np.ndarray]:
    """The wanted frames, resized, and the times of all frames that there are."""
    frames: list[np.ndarray] = []
    stamps: list[float | None] = []
    with opened(info.path) as (container, stream):
        rate = float(stream.average_rate or stream.guessed_rate or 25)
        for frame in container.decode(stream):
            if len(stamps) in wanted:
                frames.append(to_array(frame, shape))
            stamps.append(frame.time)
    known = np.array([np.nan if stamp is None else stamp for stamp in stamps])
    if info.stamps is None or np.isnan(known).any() or (np.diff(known) <= 0).any():
        return frames, np.arange(len(stamps)) / rate
    return frames, known - known[0]


def to_array(frame: av.VideoFrame, shape: FrameShape) -> np.ndarray:
    """A decoded frame as (height, width, 3) uint8, turned as its file says and resized."""
    array = frame.to_ndarray(format="rgb24")
    turns = int(round(frame.rotation / 90)) % 4
    return shape.apply(np.rot90(array, turns) if turns else array)


def no_frame_between(start: float | None, end: float | None, info: VideoInfo) -> str:
    """The reason given where a part of a video has no frame."""
    last = "the end" if end is None else f"{end:g} s"
    return f"no frame from {start or 0:g} s to {last}; the video is {info.duration:.2f} s long"
