"""The plain HANet against published numbers: scores in test mode, the loss in training mode."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from benchmarks.plain.hanet import ConceptLabels, PlainHANet, top_mean
from benchmarks.plain.matching import jaccard
from benchmarks.plain.published import HANET_NAMES, load_published
from tests.benchmarks.parity_batches import SIZES, Parity, load_parity


@pytest.fixture
def parity(shared_data: Path) -> Parity:
    return load_parity(shared_data, "hanet")


@pytest.fixture
def model(parity: Parity) -> PlainHANet:
    model = PlainHANet(**SIZES)
    load_published(model, parity.group("w/"), HANET_NAMES)
    return model


def test_seven_scores_equal_the_published_ones(parity: Parity, model: PlainHANet) -> None:
    model.eval()
    parity.check_scores(model.scores(model.encode_text(parity.text), model.encode_video(parity.video)))


def test_tokens_equal_the_published_ones(parity: Parity, model: PlainHANet) -> None:
    video, expected = model.eval().encode_video(parity.video), parity.group("embed/")
    assert (video["verb_tokens"] - expected["vid_verb_embeds"]).abs().max() < 1e-6
    assert (video["noun_tokens"] - expected["vid_noun_embeds"]).abs().max() < 1e-6


def test_loss_gradients_and_adam_step_equal_the_published_ones(parity: Parity, model: PlainHANet) -> None:
    batch = parity.group("in/")
    labels = ConceptLabels(
        batch["verb_concept_label"],
        batch["verb_concept_mask"],
        batch["noun_concept_label"],
        batch["noun_concept_mask"],
    )
    loss = model.train().loss(parity.text, parity.video, labels)
    assert loss.item() == pytest.approx(parity.arrays["loss"].item(), abs=1e-6)
    parity.check_step(model, HANET_NAMES, loss)


def test_jaccard_equals_its_loop() -> None:
    text, video = torch.rand(3, 7), torch.rand(4, 7)
    for i in range(3):
        for j in range(4):
            low = sum(min(a, b) for a, b in zip(text[i].tolist(), video[j].tolist(), strict=True))
            high = sum(max(a, b) for a, b in zip(text[i].tolist(), video[j].tolist(), strict=True))
            assert jaccard(text, video)[i, j].item() == pytest.approx(low / high, abs=1e-6)


def test_top_mean_ignores_padding() -> None:
    values = torch.tensor([[[0.1, 0.9, 0.5, 1.0]]])
    assert top_mean(values, torch.tensor([3])).item() == pytest.approx(0.9)
    long = torch.linspace(0, 1, 12).reshape(1, 1, 12)
    assert top_mean(long, torch.tensor([9])).item() == pytest.approx(((7 + 8) / 2) / 11)
