"""What a video file holds, found with PyAV before any reader is chosen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from hgr.video.errors import VideoReadError

READ_ERRORS = (av.FFmpegError, MemoryError, OSError, OverflowError, UnicodeError, IndexError)
"""What PyAV raises on damaged files; IndexError where a further stream turns up in the middle of MPEG-TS."""
MIN_SHARE = 0.9
"""A file of which fewer of its frames are there counts as broken, not as short."""


@dataclass(frozen=True)
class VideoInfo:
    """A video file's best video stream.

    Attributes:
        path: The file.
        container: FFmpeg's name of the format, for example "mov,mp4,m4a,3gp,3g2,mj2".
        codec: FFmpeg's name of the codec, for example "h264".
        width: Of a shown frame, in pixels, the rotation applied.
        height: Likewise.
        rotation: Degrees counterclockwise by which a decoded frame must be turned to be shown.
        times: When each frame is shown, in seconds after the first; (n,) float64, rising.
        stamps: Presentation time stamps in the stream's unit, (n,) int64; None where the file has none.
        keys: Which frames can be decoded without the ones before, (n,) bool.
        closed_groups: Whether no frame that is decoded after a key frame is shown before it.
        declared_frames: How many frames the container says it has, 0 where it does not say.
        duration: Seconds from the first frame to the end of the last one.
    """

    path: Path
    container: str
    codec: str
    width: int
    height: int
    rotation: int
    times: np.ndarray
    stamps: np.ndarray | None
    keys: np.ndarray
    closed_groups: bool
    declared_frames: int
    duration: float

    @property
    def num_frames(self) -> int:
        """Frames that the file has packets for."""
        return len(self.times)


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[tuple[av.container.InputContainer, av.VideoStream]]:
    """A file's container and its best video stream; anything that goes wrong is a `VideoReadError`."""
    path = Path(path)
    if not path.exists():
        raise VideoReadError(path, "no such file")
    if not path.is_file():
        raise VideoReadError(path, "not a file")
    if not path.stat().st_size:
        raise VideoReadError(path, "the file is empty")
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            stream = container.streams.best("video")
            if not isinstance(stream, av.VideoStream):
                kinds = ", ".join(sorted({part.type for part in container.streams})) or "nothing"
                raise VideoReadError(path, f"expected a video stream, found {kinds}")
            if stream.codec_context is None:
                raise VideoReadError(path, "the video stream has a codec that is not known")
            stream.thread_type = "SLICE"
            yield container, stream
    except READ_ERRORS as error:
        raise VideoReadError(path, f"not a video that can be read: {_reason(error)}") from error


def probe(path: str | os.PathLike[str]) -> VideoInfo:
    """A video file's container, codec, best stream and times of its frames; its first frame must decode.

    Raises:
        VideoReadError: Missing, empty, not a video, without a video stream, broken at its start, or truncated.
    """
    with opened(path) as (container, stream):
        first = next(iter(container.decode(stream)), None)
        if first is None:
            raise VideoReadError(path, "no frame can be decoded")
        rotation = int(round(first.rotation / 90)) * 90 % 360
        width, height = (first.height, first.width) if rotation in (90, 270) else (first.width, first.height)
        container_name, codec = container.format.name, stream.codec_context.name
        declared, rate = stream.frames, float(stream.average_rate or stream.guessed_rate or 25)
        unit = float(stream.time_base or 1 / rate)
    stamps, keys, closed_groups = _packets(Path(path))
    if len(keys) < MIN_SHARE * declared:
        raise VideoReadError(path, f"truncated or broken: {len(keys)} of {declared} frames are there")
    if stamps is None:
        times = np.arange(len(keys)) / rate
    else:
        times = (stamps - stamps[0]) * unit
    return VideoInfo(
        path=Path(path),
        container=container_name,
        codec=codec,
        width=width,
        height=height,
        rotation=rotation,
        times=times,
        stamps=stamps,
        keys=keys,
        closed_groups=closed_groups,
        declared_frames=declared,
        duration=float(times[-1] + 1 / rate),
    )


def _packets(path: Path) -> tuple[np.ndarray | None, np.ndarray, bool]:
    """Time stamps in order of presentation (None if packets lack or share them), key frames, closed groups.

    What comes after a broken packet is not counted: readers say how many of the declared frames there are.
    """
    stamps: list[int | None] = []
    keys: list[bool] = []
    with opened(path) as (container, stream):
        try:
            for packet in container.demux(stream):
                if packet.size and not packet.is_discard:
                    stamps.append(packet.pts)
                    keys.append(packet.is_keyframe)
        except av.FFmpegError:
            if not keys:
                raise
    if not keys:
        raise VideoReadError(path, "no frame can be decoded")
    if any(stamp is None for stamp in stamps) or len(set(stamps)) != len(stamps):
        return None, np.array(keys), False
    values = np.array(stamps, np.int64)
    order = np.argsort(values)
    # the last key frame's stamp at every packet, in decoding order
    groups = np.maximum.accumulate(np.where(keys, np.arange(len(keys)), 0))
    return values[order], np.array(keys)[order], bool((values >= values[groups]).all())


def _reason(error: Exception) -> str:
    if isinstance(error, av.FFmpegError):
        return f"{type(error).__name__}: {error.strerror or error}"
    return f"{type(error).__name__}: {error}"
