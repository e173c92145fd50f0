"""hgr/run_training.py: settings in, run folder out; what cannot work fails before the first step."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from hgr.checkpoint import load_model, open_checkpoint
from hgr.config import ConfigError
from hgr.data.prepare import prepare
from hgr.errors import DataError
from hgr.run_training import build, dry_run, run_training
from hgr.settings import Settings, check_settings, read_settings


@pytest.fixture(autouse=True)
def _toy(toy_system) -> None: ...


def settings_of(folder: Path, **sections) -> Settings:
    data = {"folder": str(folder), "parser": None} | sections.pop("data", {})
    model = {"system": "toy", "width": 8} | sections.pop("model", {})
    training = {"epochs": 2, "batch_size": 8, "learning_rate": 0.02} | sections.pop("training", {})
    return check_settings({"name": "t", "data": data, "model": model, "training": training, **sections})


def test_a_run_leaves_its_folder(data_folder, tmp_path) -> None:
    settings = settings_of(data_folder)
    result = run_training(settings, str(tmp_path / "run"))
    run = tmp_path / "run"
    assert (result["epochs"], result["steps"], result["steps_per_epoch"]) == (2, 6, 3)
    assert result["splits"]["train"]["captions"] == 24
    assert json.loads(json.dumps(result)) == result
    assert read_settings(run / "config.yaml") == settings
    assert json.loads((run / "environment.json").read_text())["data"]
    kinds = [json.loads(line)["kind"] for line in (run / "metrics.jsonl").open()]
    assert kinds == ["train", "validation", "validation"]
    assert any((run / "tensorboard").iterdir())
    assert open_checkpoint(run / "checkpoints" / "last", with_state=True).step == 6
    model, checkpoint = load_model(run / "checkpoints" / "best")
    assert checkpoint.recipes["look"]["backbone"] == "made up"
    assert checkpoint.settings == settings
    assert sum(p.numel() for p in model.parameters()) == result["parameters"]


def test_a_run_is_not_overwritten_and_resuming_a_finished_one_changes_nothing(data_folder, tmp_path) -> None:
    settings = settings_of(data_folder)
    path = str(tmp_path / "run")
    run_training(settings, path, tensorboard=False)
    with pytest.raises(DataError, match="holds a training already; go on with --resume"):
        run_training(settings, path)
    before = (tmp_path / "run" / "metrics.jsonl").read_bytes()
    result = run_training(settings, path, resumed=True, tensorboard=False)
    assert result["steps"] == 6
    assert (tmp_path / "run" / "metrics.jsonl").read_bytes() == before


def test_resuming_before_the_first_checkpoint_starts_anew(data_folder, tmp_path) -> None:
    result = run_training(settings_of(data_folder), str(tmp_path / "run"), resumed=True, tensorboard=False)
    assert result["steps"] == 6


def test_training_without_validation_keeps_the_last(data_folder, tmp_path) -> None:
    settings = settings_of(data_folder, data={"validation": None})
    result = run_training(settings, str(tmp_path / "run"), tensorboard=False)
    assert result["best"] is None
    assert not (tmp_path / "run" / "checkpoints" / "best").exists()


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"objective": {"weights": {"fuzed": 1.0}}}, "objective weighs the matrix 'fuzed'"),
        ({"objective": {"auxiliary": {"bce": 1.0}}}, "auxiliary loss 'bce'"),
        ({"training": {"monitor": "r1"}}, "monitor 'r1': expected rsum"),
        ({"training": {"learning_rate_factors": {"nothing": 0.1}}}, "no parameter starts with 'nothing'"),
    ],
)
def test_what_cannot_work_fails_before_the_first_step(data_folder, tmp_path, sections, message) -> None:
    with pytest.raises(ValueError, match=message):
        run_training(settings_of(data_folder, **sections), str(tmp_path / "run"))
    assert not (tmp_path / "run" / "metrics.jsonl").exists()
    with pytest.raises(ValueError, match=message):
        dry_run(settings_of(data_folder, **sections))


def test_a_dry_run_writes_nothing_and_says_what_would_be(data_folder, tmp_path) -> None:
    before = sorted(tmp_path.rglob("*"))
    result = dry_run(settings_of(data_folder))
    assert sorted(tmp_path.rglob("*")) == before
    assert result["loss"] > 0 and result["steps_per_epoch"] == 3


def test_the_rehearsal_leaves_no_trace(data_folder, tmp_path, monkeypatch) -> None:
    settings = settings_of(data_folder)
    run_training(settings, str(tmp_path / "a"), tensorboard=False)
    monkeypatch.setattr("hgr.run_training.rehearse", lambda *arguments: torch.rand(3).sum() * 0)
    monkeypatch.setattr("hgr.run_training.rehearse", lambda *arguments: None)
    run_training(settings, str(tmp_path / "b"), tensorboard=False)
    first, second = (open_checkpoint(tmp_path / run / "checkpoints" / "last").weights for run in "ab")
    assert all(torch.equal(tensor, second[name]) for name, tensor in first.items())


def test_word_vectors_reach_the_model(data_folder, tmp_path) -> None:
    path = tmp_path / "glove.txt"
    path.write_text("moves " + " ".join(["0.5"] * 4) + "\n")
    settings = settings_of(
        data_folder,
        data={"word_vectors": str(path)},
        model={"system": "hgr", "width": 8, "word_width": 4},
    )
    data = prepare(settings, ["train"])
    model, _, _ = build(settings, data, "cpu")
    row = data.spec.words.index("moves")
    assert model.text.words.embedding.weight[row].tolist() == [0.5] * 4
    assert model.text.words.embedding.weight[row + 1].tolist() != [0.5] * 4
    with pytest.raises(ValueError, match="has no word embeddings"):
        build(settings_of(data_folder, data={"word_vectors": str(path)}), data, "cpu")


def test_hgr_learns_the_small_data_set(data_folder, tmp_path) -> None:
    settings = settings_of(
        data_folder,
        model={"system": "hgr", "width": 16, "word_width": 8},
        training={"epochs": 12, "learning_rate": 0.01},
    )
    result = run_training(settings, str(tmp_path / "run"), tensorboard=False)
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").open()]
    found = [line["rsum"] for line in lines if line["kind"] == "validation"]
    assert result["best"] == max(found)
    assert result["best"] > 560  # four videos: chance is 450
    assert np.isfinite(result["best"])


def test_published_positives_and_level_weights(data_folder, tmp_path) -> None:
    settings = settings_of(
        data_folder,
        model={"system": "hgr", "width": 8, "word_width": 4, "missing_level": "zero", "max_words": 30},
        objective={
            "positives": "diagonal",
            "weights": {"fused": 1.0, "event": 0.2, "action": 0.2, "entity": 0.2},
            "loss": {"name": "hinge", "negatives": "top_k", "k": 2},
        },
    )
    run_training(settings, str(tmp_path / "run"), tensorboard=False)
    line = json.loads((tmp_path / "run" / "metrics.jsonl").open().readline())
    parts = {name.removeprefix("loss/"): value for name, value in line.items() if name.startswith("loss/")}
    assert set(parts) == {"fused", "event", "action", "entity"}
    total = parts["fused"] + 0.2 * (parts["event"] + parts["action"] + parts["entity"])
    assert line["loss"] == pytest.approx(total, rel=1e-5)


def test_settings_from_a_checkpoint_of_an_unknown_system(data_folder, tmp_path) -> None:
    run_training(settings_of(data_folder), str(tmp_path / "run"), tensorboard=False)
    from hgr.systems import SYSTEMS

    entry = SYSTEMS.pop("toy")
    try:
        with pytest.raises(ConfigError, match="model.system: expected one of .*, found 'toy'"):
            open_checkpoint(tmp_path / "run" / "checkpoints" / "last")
    finally:
        SYSTEMS["toy"] = entry
