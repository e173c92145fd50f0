"""Small real video files, good and bad, made with PyAV. Every frame carries its number as a row of bits."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT, BITS = 160, 64, 10


def numbered_frame(number: int, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """(height, width, 3) uint8: the number's bits as black and white blocks, the lowest at the left."""
    frame = np.zeros((height, width, 3), np.uint8)
    block = width // BITS
    for bit in range(BITS):
        frame[:, bit * block : (bit + 1) * block] = 235 if number >> bit & 1 else 20
    return frame


def numbers(frames: np.ndarray) -> list[int]:
    """The numbers that are burned into frames (F, H, W, 3)."""
    block = frames.shape[2] // BITS
    bits = [
        frames[:, :, bit * block + 3 : (bit + 1) * block - 3].mean(axis=(1, 2, 3)) > 127
        for bit in range(BITS)
    ]
    return [int(sum(bool(bits[bit][row]) << bit for bit in range(BITS))) for row in range(len(frames))]


def make_video(
    path: Path,
    frames: int = 40,
    *,
    codec: str = "libx264",
    container: str | None = None,
    rate: int = 20,
    b_frames: int = 2,
    gop: int = 12,
    options: dict[str, str] | None = None,
) -> Path:
    """A file of numbered frames."""
    with av.open(str(path), "w", format=container) as output:
        quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
        stream = output.add_stream(codec, rate=rate, options={**quiet, **(options or {})})
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        stream.gop_size = gop
        if codec in ("libx264", "mpeg4"):
            stream.codec_context.max_b_frames = b_frames
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(numbered_frame(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            output.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        output.mux(stream.encode(None))
    return path


def make_avi_without_stamps(path: Path, frames: int = 40) -> Path:
    """H.264 in AVI, several groups of pictures: the form of the MSVD clips, whose packets carry no time stamp."""
    return make_video(path, frames, container="avi", b_frames=0)


def make_audio(path: Path) -> Path:
    """An mp4 file with sound only."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("aac", rate=16000)
        for block in range(20):
            samples = np.sin(np.arange(1024, dtype=np.float32) / 10)[None]
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16000, block * 1024
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def make_truncated(path: Path, keep: float = 0.5, frames: int = 120) -> Path:
    """An mp4 file whose index is at the front and whose end is missing."""
    whole = make_video(path, frames, options={"crf": "1"})
    fast = path.with_name("fast_" + path.name)
    with av.open(str(whole)) as source, av.open(str(fast), "w", options={"movflags": "faststart"}) as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    content = fast.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    fast.unlink()
    return path


def turn(path: Path, degrees: int) -> Path:
    """Write a display matrix that turns the picture into an mp4 file's track header.

    Args:
        path: The file, changed in place.
        degrees: 90, 180 or 270, counterclockwise as FFmpeg's `rotation` counts.
    """
    content = bytearray(path.read_bytes())
    start = content.index(b"tkhd") + 4
    matrix = start + (52 if content[start] else 40)
    cos, sin = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    values = [cos << 16, -sin << 16, 0, sin << 16, cos << 16, 0, 0, 0, 1 << 30]
    content[matrix : matrix + 36] = b"".join((value & 0xFFFFFFFF).to_bytes(4, "big") for value in values)
    path.write_bytes(bytes(content))
    return path
