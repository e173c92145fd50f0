"""The doctor: a sound folder has nothing, and everything that can be wrong is found."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hgr.data.doctor import diagnose
from hgr.data.feature_writer import FeatureStoreWriter, StreamPlan
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Segment, Video
from hgr.data.recipes import Recipe
from tests.hgr.video.making import make_truncated, make_video


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two videos with a caption each, a training and a test split."""
    root = tmp_path / "data"
    captions = [Caption("c1", "a", "a dog runs"), Caption("c2", "b", "a cat sits")]
    write_folder(root, captions, [Video("a", "a.mp4"), Video("b", "b.mp4")], {"train": ["a"], "test": ["b"]})
    make_video(root / "a.mp4", 8)
    make_video(root / "b.mp4", 9)
    return root


def _store(path: Path, ids: str, streams: tuple[str, ...] = ("frames",)) -> Path:
    with FeatureStoreWriter(path, {name: StreamPlan(2, Recipe("x")) for name in streams}) as writer:
        for video in ids:
            writer.add(video, {name: np.ones((1, 2)) for name in streams})
        writer.finish()
    return path


def _found(
    folder: Path, features: Path | None = None, decode: bool = False
) -> dict[str, tuple[str, str | None]]:
    """Code -> (severity, id) of the first problem of that code."""
    found = diagnose(folder, features=features, decode=decode, workers=1)
    assert json.loads(json.dumps(found.as_json()))["healthy"] == found.healthy == (not found.errors)
    for problem in found.problems:
        assert problem.code.replace("_", " ") in str(found)
    return {problem.code: (problem.severity, problem.id) for problem in reversed(found.problems)}


def _append(path: Path, line: str) -> None:
    with path.open("a") as handle:
        handle.write(line + "\n")


def test_sound_folder(folder: Path, tmp_path: Path) -> None:
    store = _store(tmp_path / "s", "ab")
    found = diagnose(folder, features=store, decode=True, workers=1)
    assert found.problems == () and found.healthy and "ready for training" in str(found)
    assert found.counts == {
        "captions": 2,
        "videos": 2,
        "videos_in_split_test": 1,
        "videos_in_split_train": 1,
        "videos_with_stream_frames": 2,
        "readable_video_files": 2,
    }


def test_unreadable_files(folder: Path) -> None:
    (folder / "a.mp4").unlink()
    (folder / "b.mp4").write_text("no video")
    found = diagnose(folder, workers=1)
    problems = {problem.id: problem for problem in found.problems}
    assert problems["a"].message == "no such file" and "not a video" in problems["b"].message
    assert all(
        problem.severity == "error" and problem.code == "unreadable_video" for problem in found.problems
    )


def test_bad_files_with_features_are_warnings(folder: Path, tmp_path: Path) -> None:
    (folder / "a.mp4").unlink()
    assert _found(folder, _store(tmp_path / "s", "ab")) == {"unreadable_video": ("warning", "a")}


def test_a_broken_end_is_seen_by_decoding(folder: Path) -> None:
    content = bytearray(make_video(folder / "a.mp4", 60, options={"crf": "1"}).read_bytes())
    start, index = content.index(b"mdat") + 1200, content.index(b"moov") - 8
    assert index > start + 1000, "the file has room for damage"
    content[start:index] = bytes(index - start)
    (folder / "a.mp4").write_bytes(content)
    assert _found(folder) == {}
    assert _found(folder, decode=True)["unreadable_video"] == ("error", "a")
    make_truncated(folder / "a.mp4")
    assert _found(folder)["unreadable_video"] == ("error", "a")


def test_captions_without_videos_and_videos_without_captions(folder: Path) -> None:
    _append(folder / "captions.jsonl", '{"id": "c3", "video": "z", "text": "x"}')
    _append(folder / "videos.jsonl", '{"id": "d", "file": "a.mp4", "start": 0.1}')
    found = _found(folder)
    assert found["unknown_video"] == ("error", "c3") and found["video_without_caption"] == ("warning", "d")
    assert found["video_in_no_split"] == ("warning", "d") and len(found) == 3


def test_duplicates(folder: Path) -> None:
    _append(folder / "captions.jsonl", '{"id": "c1", "video": "a", "text": "other"}')
    _append(folder / "captions.jsonl", '{"id": "c3", "video": "a", "text": "A dog  runs"}')
    (folder / "b.mp4").write_bytes((folder / "a.mp4").read_bytes())
    found = _found(folder)
    assert found == {
        "duplicate_id": ("error", "c1"),
        "repeated_caption": ("warning", "c3"),
        "same_video": ("warning", "b"),
    }


def test_captions_without_text(folder: Path) -> None:
    _append(folder / "captions.jsonl", '{"id": "c3", "video": "a", "text": ""}')
    _append(folder / "captions.jsonl", '{"id": "c4", "video": "a", "text": "123 !"}')
    assert _found(folder) == {"empty_caption": ("error", "c3"), "caption_without_words": ("warning", "c4")}


def test_splits_that_overlap(folder: Path) -> None:
    _append(folder / "splits" / "test.txt", "a")
    assert _found(folder) == {"split_overlap": ("error", "a")}
    (folder / "splits" / "train.txt").rename(folder / "splits" / "all.txt")
    assert _found(folder) == {"no_train_split": ("warning", None), "split_overlap": ("warning", "a")}


def test_split_without_captions(folder: Path) -> None:
    (folder / "captions.jsonl").write_text('{"id": "c1", "video": "a", "text": "a dog"}\n')
    assert _found(folder)["split_without_captions"][0] == "error"


def test_features_that_do_not_match(folder: Path, tmp_path: Path) -> None:
    found = _found(folder, _store(tmp_path / "s", "az"))
    assert found == {"missing_features": ("error", "b"), "features_without_video": ("warning", "z")}


def test_features_that_are_not_finite(folder: Path, tmp_path: Path) -> None:
    store = _store(tmp_path / "s", "ab")
    values = np.load(store / "frames.npy", mmap_mode="r+")
    values[1] = np.inf
    values.flush()
    assert _found(folder, store) == {"bad_features": ("error", "b")}


def test_a_stream_that_some_lack(folder: Path, tmp_path: Path) -> None:
    store = _store(tmp_path / "s", "ab")
    with FeatureStoreWriter(store, {"sound": StreamPlan(1, Recipe("x"))}, resume=True) as writer:
        writer.add("a", {"sound": np.ones(1)})
        writer.finish()
    assert _found(folder, store) == {"missing_stream": ("warning", "b")}


def test_no_store(folder: Path, tmp_path: Path) -> None:
    assert _found(folder, tmp_path) == {"bad_feature_store": ("error", None)}


def test_no_folder(tmp_path: Path) -> None:
    found = diagnose(tmp_path / "none")
    assert [problem.code for problem in found.errors] == ["missing_folder"]


def test_times_beyond_the_end(tmp_path: Path) -> None:
    captions = [Caption("c", "a", "a dog", (Segment(0, 9, "a dog"),))]
    write_folder(tmp_path, captions, [Video("a", "a.mp4", end=7.0, duration=2.0)], {"train": ["a"]})
    make_video(tmp_path / "a.mp4", 40)
    assert _found(tmp_path) == {"segment_beyond_end": ("warning", "c"), "clip_beyond_end": ("warning", "a")}


def test_features_only(tmp_path: Path) -> None:
    write_folder(tmp_path / "d", [Caption("c", "a", "a dog")], [Video("a")], {"train": ["a"]})
    assert _found(tmp_path / "d", _store(tmp_path / "s", "a")) == {}
    assert _found(tmp_path / "d") == {"no_file": ("error", "a")}
