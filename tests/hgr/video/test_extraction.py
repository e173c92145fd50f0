"""From files to a feature store: bad files recorded, stopped runs taken up, other recipes refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from hgr.data.feature_writer import FeatureStoreWriter, StreamPlan
from hgr.data.features import FeatureStore
from hgr.data.folder import load_videos
from hgr.data.items import Video
from hgr.errors import DataError
from hgr.video.backbones import GridBackbone
from hgr.video.extraction import clip_features, extract_features, recipe_of
from hgr.video.grid import DIM, grid_features
from hgr.video.reader import read_clip
from hgr.video.sampling import Sampling
from tests.hgr.video.making import make_audio, make_truncated, make_video


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three good clips, one of them used twice, and three bad files."""
    root = tmp_path / "data"
    root.mkdir()
    make_video(root / "a.mp4")
    make_video(root / "b.mkv", 5)
    make_video(root / "c.gif", codec="gif")
    (root / "empty.mp4").touch()
    make_audio(root / "sound.mp4")
    make_truncated(root / "cut.mp4")
    videos = [
        Video("a", "a.mp4"),
        Video("bad/empty", "empty.mp4"),
        Video("a-part", "a.mp4", start=1.0, end=1.5),
        Video("bad/sound", "sound.mp4"),
        Video("b", "b.mkv"),
        Video("bad/cut", "cut.mp4"),
        Video("bad/missing", "missing.mp4"),
        Video("c", "c.gif"),
        Video("no-file"),
    ]
    records = [{key: value for key, value in asdict(video).items() if value is not None} for video in videos]
    (root / "videos.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    assert load_videos(root) == tuple(videos)
    return root


def test_good_files_are_stored_and_bad_ones_recorded(folder: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    backbone = GridBackbone()
    report = extract_features(
        folder, tmp_path / "out", backbone, frames=8, progress=lambda done, total: seen.append((done, total))
    )
    store = FeatureStore.open(tmp_path / "out")
    assert store.ids == ("a", "a-part", "b", "c")
    assert {video: len(store.stream("frames")[video]) for video in store.ids} == {
        "a": 8,
        "a-part": 8,
        "b": 5,
        "c": 8,
    }
    reasons = {failure["id"]: failure["reason"] for failure in store.failures()}
    assert reasons.keys() == {"bad/empty", "bad/sound", "bad/cut", "bad/missing"}
    assert reasons["bad/empty"] == "the file is empty" and reasons["bad/missing"] == "no such file"
    assert "expected a video stream" in reasons["bad/sound"] and "truncated" in reasons["bad/cut"]
    assert (report.videos, report.extracted, report.kept, report.without_file) == (9, 4, 0, 1)
    assert report.failed_share == 0.5 and list(report.failures) == store.failures()
    assert seen == [(count, 8) for count in range(1, 9)]
    assert "4 failed" in str(report) and "bad/cut" in str(report)
    clip = read_clip(folder / "a.mp4", Sampling(8, backbone.shape))
    assert np.array_equal(store.stream("frames")["a"], grid_features(clip.frames).astype(np.float16))


def test_what_is_done_is_not_redone(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    extract_features(folder, out, GridBackbone(), frames=8, only=["a", "b"])
    before = (out / "frames.npy").read_bytes()
    (folder / "a.mp4").unlink()
    make_video(folder / "empty.mp4", 3)
    report = extract_features(folder, out, GridBackbone(), frames=8)
    assert (report.kept, report.extracted) == (2, 2)
    store = FeatureStore.open(out)
    assert store.ids == ("a", "b", "bad/empty", "c")
    assert {failure["id"] for failure in store.failures()} == {
        "a-part",
        "bad/sound",
        "bad/cut",
        "bad/missing",
    }
    size = 13 * DIM * 2
    assert (out / "frames.npy").read_bytes()[128 : 128 + size] == before[128:]
    done = extract_features(folder, out, GridBackbone(), frames=8, only=["a", "b", "c"])
    assert (done.kept, done.extracted, done.failures) == (3, 0, ())


def test_another_recipe_is_refused(folder: Path, tmp_path: Path) -> None:
    extract_features(folder, tmp_path / "out", GridBackbone(), frames=8, only=["a"])
    with pytest.raises(DataError, match="expected sampling .*'frames': 4.*found .*'frames': 8"):
        extract_features(folder, tmp_path / "out", GridBackbone(), frames=4, only=["a", "b"])
    with pytest.raises(DataError, match="has dtype float16, asked for float32"):
        extract_features(folder, tmp_path / "out", GridBackbone(), frames=8, dtype="float32", only=["b"])
    assert FeatureStore.open(tmp_path / "out").ids == ("a",)


def test_time_limit(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not one of 1 video files could be read.*no result after 1e-05 s"):
        extract_features(folder, tmp_path / "out", GridBackbone(), frames=8, only=["a"], seconds=1e-5)
    assert not (tmp_path / "out").exists()


class BrokenBackbone(GridBackbone):
    """Gives NaN."""

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        return np.full((len(frames), self.dim), np.nan, np.float32)


def test_nan_features_are_failures(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match="could be read; the first: a.mp4: .*'a': expected finite values, found nan"
    ):
        extract_features(folder, tmp_path / "out", BrokenBackbone(), frames=2, only=["a"])


def test_unknown_id_is_an_error(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="1 of the wanted videos are not there, the first is 'z'"):
        extract_features(folder, tmp_path / "out", GridBackbone(), only=["a", "z"])


def test_features_of_one_file(folder: Path) -> None:
    assert clip_features(folder / "b.mkv", GridBackbone(), 3).shape == (3, DIM)


def test_interrupted_extraction_is_taken_up(folder: Path, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        extract_features(folder, out, GridBackbone(), frames=4, progress=interrupt)
    assert not out.exists()
    with pytest.raises(DataError, match="an unfinished extraction lies at"):
        FeatureStore.open(out)
    report = extract_features(folder, out, GridBackbone(), frames=4)
    assert (report.kept, report.extracted) == (2, 2)
    extract_features(folder, tmp_path / "whole", GridBackbone(), frames=4)
    assert (out / "frames.npy").read_bytes() == (tmp_path / "whole" / "frames.npy").read_bytes()


@pytest.mark.slow
def test_killed_extraction_is_taken_up(tmp_path: Path) -> None:
    root, out = tmp_path / "data", tmp_path / "out"
    root.mkdir()
    for number in range(30):
        make_video(root / f"{number}.mp4", 20 + number)
    lines = [f'{{"id": "v{number}", "file": "{number}.mp4"}}\n' for number in range(30)]
    (root / "videos.jsonl").write_text("".join(lines))
    code = (
        "from hgr.video.extraction import extract_features\nfrom hgr.video.backbones import GridBackbone\n"
        f"extract_features({str(root)!r}, {str(out)!r}, GridBackbone(), frames=16, workers=1)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[3])
    journal = tmp_path / "out.partial" / "journal.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (not journal.exists() or journal.read_bytes().count(b"\n") < 3):
        time.sleep(0.005)
    children = _children(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.05)
    assert not out.exists()
    done = journal.read_bytes().count(b"\n")
    assert 3 <= done < 30
    report = extract_features(root, out, GridBackbone(), frames=16)
    assert report.kept == done and report.extracted == 30 - done
    extract_features(root, tmp_path / "whole", GridBackbone(), frames=16)
    stores = FeatureStore.open(out), FeatureStore.open(tmp_path / "whole")
    assert stores[0].ids == stores[1].ids
    for video in stores[0].ids:
        assert np.array_equal(*(store.stream("frames")[video] for store in stores))


def _children(pid: int) -> list[int]:
    """Processes that a process started; none where the system has no /proc."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def test_recipe_says_how(tmp_path: Path) -> None:
    recipe = recipe_of(GridBackbone(), 8)
    assert (
        recipe.backbone == "grid"
        and recipe.sampling["frames"] == 8
        and recipe.sampling["placement"] == "uniform"
    )
    with FeatureStoreWriter(tmp_path / "s", {"frames": StreamPlan(DIM, recipe)}) as writer:
        writer.add("a", {"frames": np.zeros((1, DIM))})
        store = writer.finish()
    store.check({"frames": recipe_of(GridBackbone(), 8)})
    with pytest.raises(DataError, match="expected sampling"):
        store.check({"frames": recipe_of(GridBackbone(), 9)})
