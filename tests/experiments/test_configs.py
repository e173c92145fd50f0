from __future__ import annotations

from pathlib import Path

import pytest

from hgr.settings import read_settings

CONFIGS = sorted((Path(__file__).resolve().parents[2] / "experiments" / "configs").glob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_configuration_is_valid_and_named_after_its_file(path: Path) -> None:
    assert read_settings(path).name == path.stem


def test_published_configurations_set_what_was_published() -> None:
    model = read_settings(next(path for path in CONFIGS if path.stem == "hgr_published")).model
    published = {"missing_level": "zero", "max_actions": 4, "max_entities": 6, "max_words": 30}
    assert model.model_dump(include=set(published)) == published
