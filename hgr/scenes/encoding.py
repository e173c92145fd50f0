"""Frames -> mp4, byte for byte the same for the same frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np

KEY_FRAME_EVERY = 24
QUALITY = "20"


def encode(frames: np.ndarray, path: Path, frames_per_second: int) -> None:
    """Write frames as an H.264 mp4.

    Args:
        frames: RGB frames (F, H, W, 3) uint8; H and W even.
        path: File to write; its folder must exist.
        frames_per_second: Frame rate.
    """
    import av

    with av.open(
        str(path), "w", format="mp4", options={"fflags": "+bitexact", "movflags": "+faststart"}
    ) as container:
        stream = container.add_stream("libx264", rate=frames_per_second)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        stream.options = {
            "crf": QUALITY,
            "preset": "veryfast",
            "g": str(KEY_FRAME_EVERY),
            "flags": "+bitexact",
            # The vector code of macroblock-tree reads memory that it never wrote: once in some hundred
            # clips the bytes differ, in a process whose heap was used before.
            "x264-params": "mbtree=0",
        }
        for image in frames:
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
