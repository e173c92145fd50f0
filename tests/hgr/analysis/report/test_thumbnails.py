from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

from hgr.analysis.report.thumbnails import TIERS, StripTask, make_strip, make_strips
from hgr.video.sampling import uniform_indices
from tests.hgr.video.making import HEIGHT, WIDTH, make_video, numbers


def frames_of(uri: str, count: int) -> np.ndarray:
    image = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/jpeg;base64,")))))
    return np.stack(np.split(image, count, axis=1))


def test_a_strip_holds_the_frames_of_the_features(tmp_path: Path) -> None:
    task = StripTask(str(make_video(tmp_path / "a.mp4")), 8, (0, 2, 5, 7), None, None, height=64, quality=90)
    strip = make_strip(task)
    assert (strip.frames, strip.aspect) == (4, WIDTH / HEIGHT)
    expected = uniform_indices(40, 8)[[0, 2, 5, 7]].tolist()
    assert numbers(frames_of(strip.uri, 4)) == expected


def test_a_part_of_a_file(tmp_path: Path) -> None:
    task = StripTask(str(make_video(tmp_path / "a.mp4")), 4, (0, 1, 2, 3), 1.0, 1.5, height=64, quality=90)
    found = numbers(frames_of(make_strip(task).uri, 4))
    assert found == (20 + uniform_indices(10, 4)).tolist()


def test_what_cannot_be_shown_is_said(tmp_path: Path) -> None:
    good = str(make_video(tmp_path / "good.mp4"))
    (tmp_path / "bad.mp4").write_text("no video")
    tasks = {
        "good": StripTask(good, 8, tuple(range(8)), None, None),
        "bad": StripTask(str(tmp_path / "bad.mp4"), 8, tuple(range(8)), None, None),
        "gone": StripTask(str(tmp_path / "gone.mp4"), 8, tuple(range(8)), None, None),
        "other": StripTask(good, 50, tuple(range(20)), None, None),
    }
    strips, reasons = make_strips(tasks, room=10**6)
    assert set(strips) == {"good"}
    assert reasons["gone"] == "the video file is not there"
    assert "not a video" in reasons["bad"]
    assert "has 40 frames, the features were made of 50" in reasons["other"]


def test_strips_shrink_until_they_fit(tmp_path: Path) -> None:
    task = StripTask(str(make_video(tmp_path / "a.mp4")), 8, tuple(range(8)), None, None)
    large = len(make_strip(task).uri)
    tasks = {str(k): task for k in range(4)}
    for room in (5 * large, 3 * large, large):
        strips, reasons = make_strips(tasks, room=room)
        assert sum(len(strip.uri) for strip in strips.values()) <= room
        assert len(strips) + len(reasons) == 4
        assert set(reasons.values()) <= {"no room in this page"}
    assert [height for height, _ in TIERS] == sorted((height for height, _ in TIERS), reverse=True)
