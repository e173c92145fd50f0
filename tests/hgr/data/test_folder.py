"""A data set's folder: what is written is read back, and everything wrong is named with file, line and id."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from hgr.data.folder import load_folder, load_videos, scan_folder, write_folder
from hgr.data.items import Caption, Segment, Video
from hgr.errors import DataError

CAPTIONS = [
    Caption("c1", "v1", "a dog runs"),
    Caption("c2", "v1", "ein Hund läuft", (Segment(0.0, 1.5, "er läuft"), Segment(1.5, 2.0, "er sitzt"))),
    Caption("c3", "v/2", "a dog runs"),
]
VIDEOS = [Video("v1", "clips/v1.mp4", 0.5, 3.0, 2.5), Video("v/2")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(tmp_path / "data", CAPTIONS, VIDEOS, {"train": ["v1"], "test": ["v/2"]})
    return tmp_path / "data"


def test_written_is_read_back(folder: Path) -> None:
    data = load_folder(folder)
    assert data.captions == tuple(CAPTIONS) and data.videos == tuple(VIDEOS)
    assert data.splits == {"test": ("v/2",), "train": ("v1",)}
    assert data.split("train") == ("v1",) and [c.id for c in data.captions_of("train")] == ["c1", "c2"]
    assert (
        data.video_path(data.videos[0]) == folder / "clips/v1.mp4" and data.video_path(data.videos[1]) is None
    )
    assert pickle.loads(pickle.dumps(data)) == data
    assert load_videos(folder) == tuple(VIDEOS)


def test_no_partial_file_is_left(folder: Path) -> None:
    assert sorted(path.name for path in folder.rglob("*")) == [
        "captions.jsonl",
        "splits",
        "test.txt",
        "train.txt",
        "videos.jsonl",
    ]


def test_unknown_split_names_those_that_there_are(folder: Path) -> None:
    with pytest.raises(DataError, match="val.txt: no such split; there are: test, train"):
        load_folder(folder).split("val")


def test_byte_order_mark_blank_lines_and_line_ends_are_allowed(folder: Path) -> None:
    content = (folder / "captions.jsonl").read_text()
    (folder / "captions.jsonl").write_bytes(b"\xef\xbb\xbf" + content.replace("\n", "\r\n\r\n").encode())
    (folder / "splits" / "train.txt").write_bytes(b"\xef\xbb\xbfv1\r\n\r\n")
    data = load_folder(folder)
    assert data.captions == tuple(CAPTIONS) and data.split("train") == ("v1",)


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        (
            "captions.jsonl",
            '{"id": "c1", "video": "v1", "text": "x"}',
            "captions.jsonl:4: id 'c1': the id is in this file twice",
        ),
        (
            "captions.jsonl",
            '{"id": "c9", "video": "v1", "text": " "}',
            "captions.jsonl:4: id 'c9': 'text' is empty",
        ),
        (
            "captions.jsonl",
            '{"id": "c9", "video": "v9", "text": "x"}',
            "id 'c9': video 'v9' is not in videos.jsonl",
        ),
        ("captions.jsonl", '{"id": "c9", "video": "v1"}', "expected 'text' to be a string, found nothing"),
        (
            "captions.jsonl",
            '{"id": 9, "video": "v1", "text": "x"}',
            "expected 'id' to be a string, found int 9",
        ),
        ("captions.jsonl", '{"id": " c", "video": "v1", "text": "x"}', "has white space at its ends"),
        (
            "captions.jsonl",
            '{"id": "c9", "video": "v1", "txt": "x"}',
            "unknown key 'txt'; did you mean 'text'?",
        ),
        ("captions.jsonl", "{'id': 'c9'}", "captions.jsonl:4: not JSON"),
        ("captions.jsonl", '["c9"]', "expected a JSON object, found list"),
        (
            "captions.jsonl",
            '{"id": "c9", "video": "v1", "text": "x", "segments": [{"start": 2, "end": 1, "text": "y"}]}',
            "expected a segment's end > start, found 2.0 to 1.0",
        ),
        (
            "captions.jsonl",
            '{"id": "c9", "video": "v1", "text": "x", "segments": [{"start": 0, "text": "y"}]}',
            "id 'c9': expected 'end' in seconds, found nothing",
        ),
        (
            "captions.jsonl",
            '{"id": "c9", "video": "v1", "text": "x", "segments": {}}',
            "to be a list of objects",
        ),
        ("videos.jsonl", '{"id": "v1"}', "videos.jsonl:3: id 'v1': the id is in this file twice"),
        ("videos.jsonl", '{"id": "v3", "start": NaN}', "NaN is not a number that JSON knows"),
        ("videos.jsonl", '{"id": "v3", "start": "1"}', "expected 'start' in seconds, found '1'"),
        (
            "videos.jsonl",
            '{"id": "v3", "start": 3, "end": 3}',
            "expected end > start, found start 3.0 and end 3.0",
        ),
        ("videos.jsonl", '{"id": "v3", "duration": -1}', "expected 'duration' in seconds, found -1"),
        ("videos.jsonl", '{"id": "v3", "duration": true}', "expected 'duration' in seconds, found True"),
        ("splits/train.txt", "v9", "train.txt:2: id 'v9': not in videos.jsonl"),
        ("splits/train.txt", "v1", "train.txt:2: id 'v1': the video is in this split twice"),
    ],
)
def test_wrong_line_is_named(folder: Path, file: str, line: str, message: str) -> None:
    with (folder / file).open("a") as handle:
        handle.write(line + "\n")
    with pytest.raises(DataError) as error:
        load_folder(folder)
    assert message in str(error.value) and str(folder) in str(error.value)


def test_missing_files(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        load_folder(tmp_path / "nowhere")
    (folder / "captions.jsonl").unlink()
    with pytest.raises(DataError, match="captions.jsonl: no such file"):
        load_folder(folder)
    assert load_videos(folder) == tuple(VIDEOS)
    (folder / "videos.jsonl").write_text("")
    with pytest.raises(DataError, match="videos.jsonl: the file is empty"):
        load_videos(folder)


def test_other_encoding_is_an_error(folder: Path) -> None:
    (folder / "captions.jsonl").write_bytes('{"id": "c1", "video": "v1", "text": "läuft"}'.encode("latin1"))
    with pytest.raises(DataError, match="captions.jsonl:1: not UTF-8"):
        load_folder(folder)


def test_all_problems_are_listed(folder: Path) -> None:
    lines = [
        '{"id": "c1", "video": "v1", "text": "x"}',
        "nothing",
        '{"id": "c2", "video": "v7", "text": "x"}',
    ]
    (folder / "captions.jsonl").write_text("\n".join(lines))
    data, problems = scan_folder(folder)
    assert [caption.id for caption in data.captions] == ["c1"]
    assert [(problem.code, problem.line) for problem in problems] == [("bad_json", 2), ("unknown_video", 3)]
    with pytest.raises(
        DataError, match=r"captions.jsonl:2: not JSON.*and 1 more problem; `hgr doctor` lists all"
    ):
        load_folder(folder)


def test_further_keys_are_a_warning_once(folder: Path) -> None:
    records = [json.loads(line) for line in (folder / "videos.jsonl").read_text().splitlines()]
    (folder / "videos.jsonl").write_text(
        "\n".join(json.dumps({**record, "licence": "MIT"}) for record in records)
    )
    data, problems = scan_folder(folder)
    assert data.videos == tuple(VIDEOS) and load_folder(folder).videos == data.videos
    assert [(problem.code, problem.severity) for problem in problems] == [("unknown_key", "warning")]


def test_what_cannot_be_read_back_is_refused_when_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="id 'c': 'text' is empty"):
        write_folder(tmp_path, [Caption("c", "v", "")], [Video("v")], {})
    with pytest.raises(DataError, match="split name '../x'"):
        write_folder(tmp_path, [Caption("c", "v", "x")], [Video("v")], {"../x": ["v"]})
