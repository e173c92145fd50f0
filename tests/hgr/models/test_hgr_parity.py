"""HGR gives the numbers of the published implementation."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from hgr.importers.hgr import convert
from hgr.losses import HingeLoss
from hgr.models.hgr import HGR
from hgr.objective import Objective, all_matrices
from tests.hgr.models import published_hgr

SCORES = {"event": "event", "action": "verb", "entity": "noun"}


@pytest.fixture(scope="module")
def fixture(shared_data: Path) -> Path:
    return shared_data / "parity" / "hgr_small.npz"


@pytest.fixture
def model(fixture: Path) -> HGR:
    imported = convert(published_hgr.weights(fixture))
    options = {"dropout": 0.0, "video_dropout": 0.0, "graph_dropout": 0.0}
    model = HGR(
        imported.config.model_copy(update=options), imported.spec(tuple(map(str, range(imported.num_words))))
    )
    model.load_state_dict(imported.state, strict=True)
    return model


def matrices(model: HGR, fixture: Path) -> dict[str, Tensor]:
    inputs = published_hgr.arrays(fixture, "in/")
    text = model.encode_text(published_hgr.text_batch(inputs))
    return all_matrices(model, text, model.encode_video(published_hgr.frame_batch(inputs)))


def objective(weights: dict[str, float], found: dict[str, Tensor]) -> Tensor:
    positives = torch.eye(6, dtype=torch.bool)
    return Objective(HingeLoss(), weights)(found, dict.fromkeys(found, positives)).total


def test_scores_of_every_level(model: HGR, fixture: Path) -> None:
    found = matrices(model, fixture)
    expected = published_hgr.arrays(fixture, "score/")
    for level, name in SCORES.items():
        torch.testing.assert_close(found[level], expected[name].T, atol=1e-5, rtol=0)
    torch.testing.assert_close(found["fused"], sum(expected.values()).T / 3, atol=1e-5, rtol=0)


def test_losses(model: HGR, fixture: Path) -> None:
    found, expected = matrices(model, fixture), published_hgr.arrays(fixture, "loss")
    torch.testing.assert_close(objective({"fused": 1.0}, found), expected[""], atol=1e-6, rtol=0)
    weights = {"fused": 1.0, "event": 0.2, "action": 0.2, "entity": 0.2}
    torch.testing.assert_close(objective(weights, found), expected["4"], atol=1e-6, rtol=0)


def test_gradients_and_one_adam_step(model: HGR, fixture: Path) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    objective({"fused": 1.0}, matrices(model, fixture)).backward()
    gradients = convert(published_hgr.weights(fixture, "grad/")).state
    for name, parameter in model.named_parameters():
        expected = gradients[name]
        torch.testing.assert_close(
            parameter.grad, expected, atol=max(1e-5 * float(expected.abs().max()), 1e-8), rtol=0, msg=name
        )
    optimizer.step()
    after = convert(published_hgr.weights(fixture, "after/")).state
    for name, parameter in model.named_parameters():
        moved = gradients[name].abs() > 1e-7
        torch.testing.assert_close(parameter[moved], after[name][moved], atol=1e-6, rtol=0, msg=name)
