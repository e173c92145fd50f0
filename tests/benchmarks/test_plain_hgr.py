"""The plain HGR against numbers of the published implementation."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from benchmarks.plain.hgr import PlainHGR
from benchmarks.plain.loss import hardest_hinge, weighted_hinge
from benchmarks.plain.published import HGR_NAMES, load_published
from tests.benchmarks.parity_batches import SIZES, Parity, load_parity


@pytest.fixture
def parity(shared_data: Path) -> Parity:
    return load_parity(shared_data, "hgr")


@pytest.fixture
def model(parity: Parity) -> PlainHGR:
    model = PlainHGR(**SIZES)
    load_published(model, parity.group("w/"), HGR_NAMES)
    return model


def test_scores_equal_the_published_ones(parity: Parity, model: PlainHGR) -> None:
    parity.check_scores(model(parity.text, parity.video))


def test_embeddings_equal_the_published_ones(parity: Parity, model: PlainHGR) -> None:
    text, video = model.text(parity.text), model.video(parity.video)
    expected = parity.group("embed/")
    assert (text["event"] - expected["sent_embeds"]).abs().max() < 1e-6
    for level, name in (("verbs", "verb"), ("nouns", "noun")):
        real = text[f"{name}_mask"]
        assert (text[level] - expected[f"{name}_embeds"])[real].abs().max() < 1e-6
    assert (video["event"] - expected["vid_sent_embeds"]).abs().max() < 1e-6
    assert (video["verbs"] - expected["vid_verb_embeds"]).abs().max() < 1e-6
    assert (video["nouns"] - expected["vid_noun_embeds"]).abs().max() < 1e-6


def test_losses_equal_the_published_ones(parity: Parity, model: PlainHGR) -> None:
    scores = model(parity.text, parity.video)
    weights = {"fused": 1.0, "event": 0.2, "verb": 0.2, "noun": 0.2}
    assert hardest_hinge(scores["fused"]).item() == pytest.approx(parity.arrays["loss"].item(), abs=1e-6)
    assert weighted_hinge(scores, weights).item() == pytest.approx(parity.arrays["loss4"].item(), abs=1e-6)


def test_gradients_and_adam_step_equal_the_published_ones(parity: Parity, model: PlainHGR) -> None:
    parity.check_step(model, HGR_NAMES, hardest_hinge(model(parity.text, parity.video)["fused"]))


def test_a_missing_weight_is_an_error(parity: Parity) -> None:
    weights = parity.group("w/")
    del weights["text_encoder/ft_attn.bias"]
    with pytest.raises(RuntimeError, match="attention.bias"):
        load_published(PlainHGR(**SIZES), weights, HGR_NAMES)


def test_hinge_of_a_constant_matrix_is_twice_the_margin() -> None:
    assert hardest_hinge(torch.zeros(5, 5)).item() == pytest.approx(0.4)
