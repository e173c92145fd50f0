"""hgr/settings.py: the sections of a run against the literal tables."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import ValidationError

from hgr.config import ConfigError, dump, parse_yaml
from hgr.losses import HingeConfig, InfoNCEConfig
from hgr.settings import Settings, check_settings, default_settings, read_settings

MINIMAL = "name: first\ndata:\n  folder: scenes\nmodel:\n  system: toy\n"


@pytest.fixture(autouse=True)
def _toy_system(toy_system) -> None:
    """A system named "toy" with the options of tests/hgr/conftest.py."""


def settings_of(text: str) -> Settings:
    return check_settings(parse_yaml(text), "run.yaml")


def test_a_minimal_run_has_every_default() -> None:
    settings = settings_of(MINIMAL)
    assert settings.data.max_frames == 20
    assert settings.objective.weights == {"fused": 1.0}
    assert settings.objective.loss == HingeConfig()
    assert settings.objective.positives == "same_video"
    assert settings.evaluation.queries == "every_caption"
    assert type(settings.model).__name__ == "ToyConfig"


def test_lr_1e_4_is_a_number_from_file_and_override(tmp_path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text(MINIMAL + "training:\n  learning_rate: 1e-4\n")
    assert read_settings(path).training.learning_rate == 1e-4
    assert read_settings(path, ["training.learning_rate=2e-3"]).training.learning_rate == 2e-3


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ("training:\n  lr: 1e-4\n", "training.lr: unknown key; known keys: epochs"),
        (
            "training:\n  learning_rat: 1\n",
            "training.learning_rat: unknown key; did you mean 'learning_rate'?",
        ),
        (
            "training:\n  epochs: 0\n",
            "training.epochs: expected greater than or equal to 1, found 0 (integer)",
        ),
        ("training:\n  epochs: '3'\n", "training.epochs: expected valid integer, found '3' (text)"),
        ("training:\n  learning_rate: .nan\n", "training.learning_rate: "),
        ("training:\n  learning_rate: 0\n", "training.learning_rate: expected greater than 0"),
        ("training:\n  schedule: {name: cosin}\n", "training.schedule.name: expected 'constant'"),
        (
            "objective:\n  loss: {name: hinge, margn: 0.1}\n",
            "objective.loss.margn: unknown key; did you mean 'margin'",
        ),
        (
            "objective:\n  loss: {name: hing}\n",
            "objective.loss.name: expected one of hinge, info_nce, found 'hing'",
        ),
        ("objective:\n  loss: {name: info_nce, margin: 0.1}\n", "objective.loss.margin: unknown key"),
        (
            "objective:\n  weights: {fused: -1.0}\n",
            "objective.weights.fused: expected greater than or equal to 0",
        ),
        (
            "objective:\n  weights: {fused: 0}\n",
            "settings: objective.weights: expected at least one weight above 0",
        ),
        ("evaluation:\n  cutoffs: []\n", "evaluation.cutoffs: "),
        ("datas: {}\n", "datas: unknown key; did you mean 'data'?"),
    ],
)
def test_problems(extra: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings_of(MINIMAL + extra)
    assert caught.value.problems[0].startswith(problem), caught.value.problems


def test_the_models_options_are_checked_with_their_path() -> None:
    with pytest.raises(ConfigError, match="run.yaml: model.widht: unknown key; did you mean 'width'"):
        settings_of(MINIMAL + "  widht: 3\n")
    with pytest.raises(ConfigError, match="model.system: expected one of .*toy.*, found 'hgrr'"):
        settings_of(MINIMAL.replace("toy", "hgrr"))
    with pytest.raises(ConfigError, match="model.system: missing, expected one of"):
        settings_of("name: a\ndata: {folder: b}\n")
    with pytest.raises(ConfigError, match="data.folder: missing"):
        settings_of("name: a\ndata: {}\nmodel: {system: toy}\n")


def test_the_losss_options_are_those_of_its_class() -> None:
    settings = settings_of(MINIMAL + "objective:\n  loss: {name: info_nce, temperature: 0.1}\n")
    assert settings.objective.loss == InfoNCEConfig(temperature=0.1)
    assert (
        settings_of(MINIMAL + "objective:\n  weights: {fused: 1, event: 0.2}\n").objective.loss
        == HingeConfig()
    )


def test_a_name_cannot_leave_the_runs_folder() -> None:
    for name in ("../x", "a/b", "", ".x"):
        with pytest.raises(ConfigError, match="name: "):
            settings_of(MINIMAL.replace("first", repr(name)))


def test_settings_are_frozen_and_dump_reads_back() -> None:
    settings = settings_of(
        MINIMAL
        + "  width: 4\nobjective:\n  loss: {name: info_nce}\n  weights: {fused: 1, event: 1e-3}\n"
        + "training: {schedule: {name: multistep, milestones: [2, 4]}, betas: [0.9, 0.98]}\n"
    )
    with pytest.raises(ValidationError, match="frozen"):
        settings.seed = 2
    again = settings_of(dump(settings))
    assert again == settings
    assert again.model.width == 4
    assert again.training.betas == (0.9, 0.98)


def test_default_settings_from_python(toy_system) -> None:
    settings = default_settings(toy_system.config(system="toy", width=7), "scenes")
    assert (settings.model.width, settings.data.folder) == (7, "scenes")


def test_literal_annotation_is_kept(toy_system) -> None:
    assert toy_system.config.model_fields["system"].annotation == Literal["toy"]
