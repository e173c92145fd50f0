"""Clips are H.264, close to the frames, and byte for byte the same each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hgr.scenes.encoding import encode
from hgr.scenes.rendering import render
from tests.hgr.scenes.small import one_event


def test_clip_is_repeatable_and_close_to_its_frames(tmp_path: Path) -> None:
    import av

    frames = render(one_event(), 24)
    for name in ("a.mp4", "b.mp4"):
        encode(frames, tmp_path / name, 12)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264" and stream.average_rate == 12
        decoded = np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(stream)])
    assert decoded.shape == frames.shape
    assert np.abs(decoded.astype(float) - frames).mean() < 5.0
