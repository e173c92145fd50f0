"""Classes on disk: what is written is read again, what is wrong is named, the doctor only warns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hgr.data.classes import CLASSES_FILE, ActionClasses, Classes, merge_classes, read_classes, write_classes
from hgr.data.doctor import diagnose
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Video
from hgr.errors import DataError
from tests.schemas import validator

SOME = Classes(
    {"c é": ActionClasses(3, frozenset({4, 1}))},
    {"v/1": ActionClasses(0), "v2": ActionClasses(3, frozenset({1}))},
)


def test_round_trip_in_the_documented_format(tmp_path: Path) -> None:
    path = tmp_path / CLASSES_FILE
    write_classes(path, SOME)
    assert read_classes(path) == SOME
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {"caption": "c é", "verb": 3, "nouns": [1, 4]} and len(lines) == 3
    for line in lines:
        validator("classes").validate(line)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"verb": 1, "nouns": []}', "expected either 'caption' or 'video'"),
        ('{"caption": "a", "video": "b", "verb": 1, "nouns": []}', "expected either 'caption' or 'video'"),
        (
            '{"video": "b", "verb": "1", "nouns": []}',
            "expected 'verb' to be the number of a class, found '1'",
        ),
        (
            '{"video": "b", "verb": true, "nouns": []}',
            "expected 'verb' to be the number of a class, found True",
        ),
        (
            '{"video": "b", "verb": 1, "nouns": 3}',
            "expected 'nouns' to be a list of numbers of classes, found 3",
        ),
        ('{"video": "b", "verb": 1, "nouns": [-1]}', "expected 'nouns' to be a list of numbers of classes"),
        ('{"video": 3, "verb": 1, "nouns": []}', "expected 'video' to be a string"),
        ('{"video": "v2", "verb": 1, "nouns": []}', "video 'v2' is in this file twice"),
        ("[]", "expected a JSON object"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / CLASSES_FILE
    write_classes(path, SOME)
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(DataError, match=rf"classes.jsonl:4: {message}"):
        read_classes(path)
    if "twice" not in message:
        assert not validator("classes").is_valid(json.loads(line))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_classes(tmp_path / CLASSES_FILE)


def test_splits_are_merged() -> None:
    other = Classes({"d": ActionClasses(1)}, {"w": ActionClasses(2)})
    merged = merge_classes([SOME, other])
    assert list(merged.captions) == ["c é", "d"] and list(merged.videos) == ["v/1", "v2", "w"]


def test_the_doctor_warns_of_classes_that_do_not_fit(tmp_path: Path) -> None:
    write_folder(tmp_path, [Caption("c", "v", "a dog")], [Video("v"), Video("v2")], {"train": ["v"]})
    assert "videos_with_classes" not in diagnose(tmp_path, workers=1).counts
    write_classes(tmp_path / CLASSES_FILE, SOME)
    with (tmp_path / CLASSES_FILE).open("a") as file:
        file.write("{\n")
    found = [problem for problem in diagnose(tmp_path, workers=1).problems if CLASSES_FILE in problem.file]
    assert {(problem.code, problem.severity, problem.id) for problem in found} == {
        ("bad_json", "warning", None),
        ("unknown_caption", "warning", "c é"),
        ("unknown_video", "warning", "v/1"),
        ("video_without_classes", "warning", "v"),
    }
