"""The documented JSON schemas fit what is written, and refuse what is not allowed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hgr.data.doctor import diagnose
from hgr.data.feature_writer import FeatureStoreWriter, StreamPlan
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Segment, Video
from hgr.data.recipes import Recipe
from tests.schemas import validator

jsonschema = pytest.importorskip("jsonschema")


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    captions = [Caption("c", "a/b", "a dog"), Caption("d", "a/b", "x", (Segment(0, 1, "y"),))]
    write_folder(tmp_path / "data", captions, [Video("a/b", "x.mp4", 1, 2, 3), Video("e")], {"train": ["e"]})
    return tmp_path / "data"


def test_data_set_folder(folder: Path) -> None:
    for record in _lines(folder / "captions.jsonl"):
        validator("caption").validate(record)
    for record in _lines(folder / "videos.jsonl"):
        validator("video").validate(record)


def test_diagnosis(folder: Path) -> None:
    found = diagnose(folder, workers=1).as_json()
    assert found["problems"]
    validator("diagnosis").validate(found)


def test_feature_store(tmp_path: Path) -> None:
    recipe = Recipe("grid", None, {"frames": 4}, {"version": 1}, "hgr")
    with FeatureStoreWriter(
        tmp_path / "s", {"frames": StreamPlan(2, recipe), "b": StreamPlan(1, recipe)}
    ) as writer:
        writer.add("a", {"frames": np.ones((3, 2)), "b": np.ones(1)})
        writer.fail("z", "z.mp4", "broken")
        writer.finish()
    validator("feature_store").validate(json.loads((tmp_path / "s" / "index.json").read_text()))
    for record in _lines(tmp_path / "s" / "failures.jsonl"):
        validator("failure").validate(record)


@pytest.mark.parametrize(
    ("schema", "record"),
    [
        ("caption", {"id": "c", "video": "v"}),
        ("caption", {"id": "c", "video": "v", "text": " "}),
        ("caption", {"id": " c", "video": "v", "text": "x"}),
        ("video", {"id": 3}),
        ("video", {"id": "v", "start": -1}),
        ("feature_store", {"schema": "hgr.feature_store", "version": 2, "producer": "hgr", "streams": {}}),
    ],
)
def test_wrong_records_are_refused(schema: str, record: dict[str, Any]) -> None:
    assert not validator(schema).is_valid(record)
