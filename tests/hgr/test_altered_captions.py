"""hgr/altered_captions.py: which versions are read, how they are drawn, and that a training uses them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from hgr.altered_captions import AlteredCaptions, read_altered_captions
from hgr.analysis.probes.probe_set import read_probes, write_probes
from hgr.data.loading import epoch_loader
from hgr.data.prepare import prepare
from hgr.errors import DataError
from hgr.run_training import altered_captions, build, dry_run, run_training
from hgr.settings import AlteredSettings, Settings, check_settings
from hgr.training import batch_loss
from tests.hgr.altered_probes import write_altered


def settings_of(folder: Path, probes: Path | None, **altered) -> Settings:
    chosen = {"altered": {"probes": str(probes), **altered}} if probes else {}
    return check_settings(
        {
            "name": "t",
            "data": {"folder": str(folder), "parser": None},
            "model": {"system": "hgr", "width": 8, "word_width": 4},
            "objective": {"loss": {"name": "info_nce"}, **chosen},
            "training": {"epochs": 2, "batch_size": 8, "learning_rate": 0.02},
        }
    )


@pytest.fixture
def probes(data_folder, tmp_path) -> Path:
    return write_altered(data_folder, tmp_path / "probes.jsonl", skip=("v000/0", "v003/1"))


def training_texts(folder: Path):
    return prepare(settings_of(folder, None), ["train"]).splits["train"].texts


def test_versions_are_read_by_kind_with_their_owner_and_graph(data_folder, probes) -> None:
    texts = training_texts(data_folder)
    found = read_altered_captions(AlteredSettings(probes=str(probes)), texts, lowercase=True)
    assert len(found) == 22 and {*found.of} == {t.caption.id for t in texts} - {"v000/0", "v003/1"}
    assert all(tuple(kinds) == ("patient",) for kinds in found.of.values())  # negations are told by a word
    (version,) = found.of["v001/1"]["patient"]
    assert version.owner == "entity"
    assert version.item.caption.text == "someone pushes the thing2"
    assert version.item.graph.words == ("someone", "pushes", "the", "thing2")
    negated = read_altered_captions(
        AlteredSettings(probes=str(probes), kinds=("negated",)), texts, lowercase=True
    )
    assert negated.of["v001/1"]["negated"][0].owner is None


def test_what_does_not_fit_the_training_captions_is_an_error(data_folder, probes, tmp_path) -> None:
    texts = training_texts(data_folder)
    with pytest.raises(DataError, match="alters none of the 24 training captions in any of the kinds place"):
        read_altered_captions(AlteredSettings(probes=str(probes), kinds=("place",)), texts, lowercase=True)
    listed, passports, about = read_probes(probes)
    from dataclasses import replace

    other = tmp_path / "other.jsonl"
    write_probes(other, [replace(listed[0], text="another text")], passports, about)
    with pytest.raises(DataError, match="alters 'another text', but caption 'v000/1' is 'someone pushes"):
        read_altered_captions(AlteredSettings(probes=str(other)), texts, lowercase=True)
    with pytest.raises(DataError, match="absent.jsonl"):
        read_altered_captions(AlteredSettings(probes=str(tmp_path / "absent.jsonl")), texts, lowercase=True)


def test_kinds_are_drawn_before_versions() -> None:
    many = AlteredCaptions({"c": {"action": ["a"] * 99, "place": ["p"]}})  # type: ignore[dict-item]
    random.seed(0)
    drawn = [many.draw("c") for _ in range(400)]
    assert 150 < drawn.count("p") < 250
    assert many.draw("unknown") is None


def test_batches_hold_a_version_of_every_caption_the_same_for_any_number_of_workers(
    data_folder, probes
) -> None:
    settings = settings_of(data_folder, probes)
    data = prepare(settings, ["train"])
    _, _, inputs = build(settings, data, "cpu")
    split = data.splits["train"]

    def load(workers: int):
        return list(
            epoch_loader(
                split.texts, split.videos, inputs, positives="same_video", batch_size=8, seed=3, epoch=1,
                workers=workers, altered=altered_captions(settings, data),
            )
        )  # fmt: skip

    here, there = load(0), load(2)
    for batch, other in zip(here, there, strict=True):
        assert torch.equal(batch.altered.text.word_ids, other.altered.text.word_ids)
        for caption, owner, real in zip(
            batch.caption_ids, batch.altered.owners, batch.altered.real, strict=True
        ):
            skipped = caption in ("v000/0", "v003/1")
            assert (owner, bool(real)) == ((None, False) if skipped else ("entity", True))


def test_a_training_weighs_the_terms_and_learns_from_them(data_folder, probes, tmp_path) -> None:
    plain = run_training(settings_of(data_folder, None), str(tmp_path / "plain"), tensorboard=False)
    result = run_training(
        settings_of(data_folder, probes, choice=0.5), str(tmp_path / "altered"), tensorboard=False
    )
    lines = (tmp_path / "altered" / "metrics.jsonl").read_text()
    assert all(f"loss/altered_{term}" in lines for term in ("owner", "fused", "choice", "prior"))
    assert result["altered"] == {"captions": 22, "versions": 22} and plain["altered"] is None
    with pytest.raises(DataError, match="alters none"):
        dry_run(settings_of(data_folder, probes, kinds=("number",)))


def test_the_total_is_the_weighted_sum(data_folder, probes) -> None:
    settings = settings_of(data_folder, probes, owner=0.5, fused=2.0, choice=3.0, prior=0.1)
    data = prepare(settings, ["train"])
    model, objective, inputs = build(settings, data, "cpu")
    model.eval()
    split = data.splits["train"]
    batch = next(
        iter(
            epoch_loader(
                split.texts, split.videos, inputs, positives="same_video", batch_size=24, seed=3, epoch=0,
                altered=altered_captions(settings, data),
            )
        )
    )  # fmt: skip
    report = batch_loss(model, objective, batch, "float32", "cpu")
    parts = {name: value.item() for name, value in report.parts.items()}
    assert set(parts) == {"fused", *(f"altered_{term}" for term in ("owner", "fused", "choice", "prior"))}
    expected = (
        parts["fused"]
        + 0.5 * parts["altered_owner"]
        + 2.0 * parts["altered_fused"]
        + 3.0 * parts["altered_choice"]
        + 0.1 * parts["altered_prior"]
    )
    assert report.total.item() == pytest.approx(expected, rel=1e-6)


def test_an_unknown_kind_is_a_configuration_error(data_folder, probes) -> None:
    from hgr.config import ConfigError

    with pytest.raises(ConfigError, match="objective.altered.kinds.*'colour'"):
        settings_of(data_folder, probes, kinds=("colour",))
