"""Frames with decord, where its frames are right. The only file that imports decord."""

from __future__ import annotations

import numpy as np

from hgr.video.errors import VideoReadError
from hgr.video.probe import VideoInfo
from hgr.video.sampling import FrameShape

CONTAINERS = frozenset({"mov", "mp4", "matroska", "webm"})
CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "mpeg4"})
MEMORY_LIMIT = 512 * 2**20
"""Bytes of a whole decoded video: decord decodes ahead without bound, so that this bounds its memory."""


def suits(info: VideoInfo) -> bool:
    """Whether decord reads such a file right and within bounds.

    It gives wrong frames of H.264 in AVI, and after a seek wherever frames that are decoded after a key frame are
    shown before it (x265 by default, MPEG-4 with B-frames); it hangs on MPEG-TS, and does not open AV1 and GIF.
    """
    return (
        bool(CONTAINERS & set(info.container.split(",")))
        and info.codec in CODECS
        and info.closed_groups
        and info.num_frames * info.width * info.height * 3 <= MEMORY_LIMIT
    )


def available() -> bool:
    """Whether decord is installed (it has no wheels for macOS on ARM and Linux on ARM)."""
    try:
        import decord  # noqa: F401
    except (ImportError, OSError, RuntimeError):
        return False
    return True


def read_indices(info: VideoInfo, indices: np.ndarray, shape: FrameShape) -> np.ndarray:
    """The frames at some positions.

    Args:
        info: The probed file.
        indices: (F,) positions in order of presentation, rising.
        shape: Size of the frames.

    Returns:
        (F, height, width, 3) uint8.

    Raises:
        VideoReadError: decord cannot read them, or counts other frames than the container has.
    """
    import decord

    decord.logging.set_level(decord.logging.QUIET)
    try:
        reader = decord.VideoReader(str(info.path), num_threads=1)
        if len(reader) != info.num_frames:
            raise VideoReadError(info.path, f"decord counts {len(reader)} frames, expected {info.num_frames}")
        frames = reader.get_batch(indices.tolist()).asnumpy()
        del reader
    except (decord.DECORDError, RuntimeError, IndexError) as error:
        raise VideoReadError(
            info.path, f"decord: {str(error).splitlines()[0] if str(error) else error!r}"
        ) from error
    return np.stack([shape.apply(frame) for frame in frames])
