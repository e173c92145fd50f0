"""Frames of good and bad files, from both readers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hgr.video import decord_reader, pyav_reader
from hgr.video.errors import VideoReadError
from hgr.video.probe import probe
from hgr.video.reader import read_clip
from hgr.video.sampling import FrameShape, Sampling, choose_frames, uniform_indices
from tests.hgr.video.making import (
    HEIGHT,
    WIDTH,
    make_audio,
    make_avi_without_stamps,
    make_truncated,
    make_video,
    numbered_frame,
    numbers,
    turn,
)

SHAPE = FrameShape(HEIGHT, WIDTH)
EIGHT = Sampling(8, SHAPE)
needs_decord = pytest.mark.skipif(
    not decord_reader.available(), reason="decord has no wheel for this platform"
)


@pytest.mark.parametrize(
    ("name", "codec", "reader"),
    [
        ("a.mp4", "libx264", "decord"),
        ("a.mkv", "libx264", "decord"),
        ("a.mov", "libx265", "pyav"),
        ("a.webm", "libvpx", "decord"),
        ("a.webm", "libvpx-vp9", "decord"),
        ("a.mp4", "mpeg4", "pyav"),
        ("a.mp4", "libsvtav1", "pyav"),
        ("a.gif", "gif", "pyav"),
        ("a.ts", "libx264", "pyav"),
        ("a.avi", "mpeg4", "pyav"),
    ],
)
@needs_decord
def test_right_frames_of_every_format(tmp_path: Path, name: str, codec: str, reader: str) -> None:
    path = make_video(tmp_path / name, codec=codec)
    clip = read_clip(path, EIGHT)
    assert clip.reader == reader
    assert numbers(clip.frames) == uniform_indices(40, 8).tolist()
    assert np.allclose(clip.times, uniform_indices(40, 8) / 20, atol=0.02)
    assert clip.info.num_frames == 40


@needs_decord
@pytest.mark.parametrize("codec", ["libx264", "libx265", "libvpx", "libvpx-vp9", "mpeg4"])
def test_both_readers_give_the_same_frames(tmp_path: Path, codec: str) -> None:
    options = {"x265-params": "open-gop=0:log-level=none"} if codec == "libx265" else {}
    path = make_video(tmp_path / "a.mkv", codec=codec, options=options, b_frames=0 if codec == "mpeg4" else 2)
    assert decord_reader.suits(probe(path))
    shape = FrameShape(48, 48, shortest_edge=56, resample="bicubic")
    ours, theirs = (read_clip(path, Sampling(16, shape), reader=reader) for reader in ("decord", "pyav"))
    assert ours.frames.shape == (16, 48, 48, 3)
    assert np.array_equal(ours.frames, theirs.frames) and np.array_equal(ours.times, theirs.times)


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libx264", {"x264-params": "open-gop=1"}),
        ("libx265", {"x265-params": "log-level=none"}),
        ("mpeg4", {}),
    ],
)
def test_open_groups_of_pictures(tmp_path: Path, codec: str, options: dict[str, str]) -> None:
    path = make_video(tmp_path / "a.mp4", 100, codec=codec, options=options)
    clip = read_clip(path, Sampling(16, SHAPE))
    assert not clip.info.closed_groups and clip.reader == "pyav"
    assert numbers(clip.frames) == uniform_indices(100, 16).tolist()


def test_avi_with_h264_is_read_in_the_right_order(tmp_path: Path) -> None:
    path = make_avi_without_stamps(tmp_path / "msvd.avi")
    clip = read_clip(path, Sampling(20, SHAPE))
    assert clip.reader == "pyav" and clip.info.codec == "h264" and clip.info.container == "avi"
    assert numbers(clip.frames) == uniform_indices(40, 20).tolist()


def test_mpeg_ts_with_b_frames(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.ts", 60, container="mpegts", b_frames=3)
    clip = read_clip(path, Sampling(60, SHAPE))
    assert clip.reader == "pyav" and numbers(clip.frames) == list(range(60))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(VideoReadError, match="none.mp4: no such file"):
        read_clip(tmp_path / "none.mp4", EIGHT)


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(VideoReadError, match="not a file"):
        read_clip(tmp_path, EIGHT)


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    with pytest.raises(VideoReadError, match="a.mp4: the file is empty"):
        read_clip(tmp_path / "a.mp4", EIGHT)


@pytest.mark.parametrize("content", [b"This is not a video.\n" * 50, bytes(range(256)) * 40])
def test_something_else_named_mp4(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(VideoReadError, match="not a video that can be read|no frame can be decoded"):
        read_clip(tmp_path / "a.mp4", EIGHT)


def test_truncated_file(tmp_path: Path) -> None:
    path = make_truncated(tmp_path / "cut.mp4")
    with pytest.raises(VideoReadError, match=r"truncated or broken: \d+ of 120 frames"):
        read_clip(path, EIGHT)


def test_file_without_its_index(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[:-900])
    with pytest.raises(VideoReadError, match="not a video that can be read|a codec that is not known"):
        read_clip(path, EIGHT)


def test_sound_only(tmp_path: Path) -> None:
    with pytest.raises(VideoReadError, match="expected a video stream, found audio"):
        read_clip(make_audio(tmp_path / "a.mp4"), EIGHT)


def test_one_frame(tmp_path: Path) -> None:
    clip = read_clip(make_video(tmp_path / "a.mp4", 1), EIGHT)
    assert clip.frames.shape == (1, HEIGHT, WIDTH, 3) and clip.times.tolist() == [0]


@pytest.mark.parametrize("degrees", [90, 180, 270])
@needs_decord
def test_rotation_is_applied_by_both_readers(tmp_path: Path, degrees: int) -> None:
    path = turn(make_video(tmp_path / "a.mp4"), degrees)
    info = probe(path)
    assert info.rotation == degrees
    size = (HEIGHT, WIDTH) if degrees == 180 else (WIDTH, HEIGHT)
    assert (info.height, info.width) == size
    ours, theirs = (read_clip(path, Sampling(5, FrameShape(*size)), reader=r) for r in ("decord", "pyav"))
    assert np.array_equal(ours.frames, theirs.frames)
    upright = np.rot90(theirs.frames, -degrees // 90, axes=(1, 2))
    assert numbers(upright) == uniform_indices(40, 5).tolist()


@pytest.mark.parametrize("reader", ["auto", "pyav"])
def test_part_of_a_video(tmp_path: Path, reader: str) -> None:
    path = make_video(tmp_path / "a.mp4", 200)
    clip = read_clip(path, EIGHT, start=5.0, end=9.0, reader=reader)
    assert numbers(clip.frames) == (100 + uniform_indices(80, 8)).tolist()


def test_part_beyond_the_end(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4")
    with pytest.raises(VideoReadError, match="no frame from 3 s to 4 s; the video is 2.00 s long"):
        read_clip(path, EIGHT, start=3, end=4)
    with pytest.raises(VideoReadError, match="no frame from 3 s to the end"):
        read_clip(make_avi_without_stamps(tmp_path / "a.avi"), EIGHT, start=3)


def test_seeking_over_long_gaps(tmp_path: Path) -> None:
    info = probe(make_video(tmp_path / "a.mp4", 400))
    wanted = np.array([3, 4, 170, 171, 399])
    frames = pyav_reader.read_indices(info, wanted, SHAPE)
    assert frames is not None and numbers(frames) == wanted.tolist()


def test_large_video_is_not_given_to_decord(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_video(tmp_path / "a.mp4")
    monkeypatch.setattr(decord_reader, "MEMORY_LIMIT", 40 * WIDTH * HEIGHT * 3 - 1)
    assert read_clip(path, EIGHT).reader == "pyav"


def test_without_decord_pyav_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decord_reader, "available", lambda: False)
    clip = read_clip(make_video(tmp_path / "a.mp4"), EIGHT)
    assert clip.reader == "pyav" and numbers(clip.frames) == uniform_indices(40, 8).tolist()


@needs_decord
def test_where_decord_fails_pyav_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> np.ndarray:
        raise VideoReadError("a.mp4", "decord: broken")

    monkeypatch.setattr(decord_reader, "read_indices", broken)
    path = make_video(tmp_path / "a.mp4")
    assert read_clip(path, EIGHT).reader == "pyav"
    with pytest.raises(VideoReadError, match="decord: broken"):
        read_clip(path, EIGHT, reader="decord")


def test_uniform_indices_are_middles_of_equal_parts() -> None:
    assert uniform_indices(100, 4).tolist() == [12, 37, 62, 87]
    assert uniform_indices(3, 8).tolist() == [0, 1, 2]
    assert choose_frames(np.arange(10) / 10, Sampling(2, SHAPE), 0.2, 0.6).tolist() == [3, 5]


def test_shape_stretches_or_cuts_the_middle() -> None:
    frame = numbered_frame(0b1000000001)
    assert numbers(FrameShape(64, 80).apply(frame)[None]) == [0b1000000001]
    middle = FrameShape(64, 32, shortest_edge=64).apply(frame)
    assert middle.shape == (64, 32, 3) and middle.max() < 30


@needs_decord
def test_real_clips_are_the_same_from_both_readers(shared_data: Path) -> None:
    _compare_real(shared_data, slice(None, None, 16))


@needs_decord
@pytest.mark.slow
def test_all_real_clips_are_the_same_from_both_readers(shared_data: Path) -> None:
    assert _compare_real(shared_data, slice(None)) >= 70


def _compare_real(shared_data: Path, part: slice) -> int:
    """Frames of real clips from both readers must be equal; how many clips decord may read."""
    compared = 0
    for entry in json.loads((shared_data / "video" / "manifest.json").read_text())[part]:
        path = shared_data / "video" / entry["file"]
        theirs = read_clip(path, Sampling(16, FrameShape(128, 128)), reader="pyav")
        assert theirs.info.num_frames == entry["frames"], path
        if decord_reader.CONTAINERS & set(theirs.info.container.split(",")):
            ours = read_clip(path, Sampling(16, FrameShape(128, 128)), reader="decord")
            assert np.array_equal(ours.frames, theirs.frames), path
            compared += 1
    return compared
