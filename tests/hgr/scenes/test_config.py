"""Configurations are strict, and those of the package are valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from hgr.config import ConfigError
from hgr.errors import DataError
from hgr.scenes.config import SceneConfig, load_scene_config, packaged_configs
from tests.hgr.scenes.small import SMALL


@pytest.mark.parametrize("name", packaged_configs())
def test_packaged_configurations_are_valid(name: str) -> None:
    assert {"train", "val", "test"} == set(load_scene_config(name).splits)


def test_packaged_names() -> None:
    assert {"demo", "full", "paragraphs"} <= set(packaged_configs())


@pytest.mark.parametrize(
    "line,message",
    [
        ("colours: [red]", "colours: unknown key"),
        ("frames: many", "frames: expected"),
        ("two_events: 1.5", "two_events: expected"),
        ("colors: [red, blue, green, mauve, pink]", "mauve"),
        ("colors: [red, red, blue, green, pink]", "at least 5 different"),
        ("actions: [push]", "at least 2 different"),
        ("paragraph_events: [5, 4]", "least, largest"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "scenes.yaml"
    file.write_text(f"splits: {{train: {{scenes: 1}}}}\n{line}\n")
    with pytest.raises(ConfigError, match=message):
        load_scene_config(str(file))


def test_missing_file_is_named() -> None:
    with pytest.raises(ConfigError, match="nowhere.yaml"):
        load_scene_config("nowhere.yaml")


def test_resizing_keeps_shares_and_every_split() -> None:
    small = SMALL.resized(400)
    clips = sum(split.scenes * (1 + split.siblings) for split in small.splits.values())
    assert abs(clips - 400) < 20
    assert all(split.scenes >= 1 for split in SMALL.resized(1).splits.values())
    with pytest.raises(DataError, match="without scenes"):
        SceneConfig(splits={}).resized(10)
