"""Cycle consistency against plain loops and the published implementation."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import pytest
import torch
from torch import Tensor

from hgr.losses.cycle import cycle_consistency
from tests.hgr.models.published_hgr import arrays


def element_losses(source: Tensor, target: Tensor) -> list[float]:
    """The definition, one sequence at a time, without padding."""

    def weights(x: Tensor, others: Tensor) -> list[float]:
        scores = [math.exp(-((x - other) ** 2).mean().item()) for other in others]
        return [score / sum(scores) for score in scores]

    found = []
    for i, element in enumerate(source):
        nearest = sum(w * other for w, other in zip(weights(element, target), target, strict=True))
        place = sum(w * k for k, w in enumerate(weights(nearest, source)))  # type: ignore[arg-type]
        found.append((i - place) ** 2)
    return found


def random_sequences() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    torch.manual_seed(0)
    lengths, partners = torch.tensor([5, 2, 1]), torch.tensor([3, 4, 2])
    source, target = 3 * torch.randn(3, 5, 7), 3 * torch.randn(3, 4, 7)
    return source, torch.arange(5) < lengths[:, None], target, torch.arange(4) < partners[:, None]


def test_equals_the_loops() -> None:
    source, source_mask, target, target_mask = random_sequences()
    expected = [
        element_losses(source[i][source_mask[i]].double(), target[i][target_mask[i]].double())
        for i in range(3)
    ]
    found = cycle_consistency(source, source_mask, target, target_mask).item()
    assert found == pytest.approx(sum(sum(part) / len(part) for part in expected) / 3, abs=1e-6)


def test_samples_are_drawn_from_real_elements_and_reproducible() -> None:
    source, source_mask, target, target_mask = random_sequences()
    expected = [
        element_losses(source[i][source_mask[i]].double(), target[i][target_mask[i]].double())
        for i in range(3)
    ]
    possible = [sum(choice) / 3 for choice in product(*expected)]
    seen = set()
    for seed in range(20):
        torch.manual_seed(seed)
        found = cycle_consistency(source, source_mask, target, target_mask, samples=1).item()
        assert min(abs(found - value) for value in possible) < 1e-5
        torch.manual_seed(seed)
        assert cycle_consistency(source, source_mask, target, target_mask, samples=1).item() == found
        seen.add(round(found, 5))
    assert len(seen) > 1


def test_uniform_softmax_gives_the_ceiling() -> None:
    source, mask = torch.zeros(2, 6, 4), torch.ones(2, 6, dtype=torch.bool)
    assert cycle_consistency(source, mask, source, mask).item() == pytest.approx((6**2 - 1) / 12)


def test_padding_changes_nothing_and_gradients_stay_finite() -> None:
    source, source_mask, target, target_mask = random_sequences()
    noisy = torch.where(source_mask.unsqueeze(-1), source, torch.full_like(source, 100.0)).requires_grad_()
    far = torch.where(target_mask.unsqueeze(-1), target, torch.full_like(target, -100.0))
    loss = cycle_consistency(noisy, source_mask, far, target_mask)
    torch.testing.assert_close(loss.detach(), cycle_consistency(source, source_mask, target, target_mask))
    loss.backward()
    assert torch.isfinite(noisy.grad).all() and noisy.grad.abs().sum() > 0  # type: ignore[union-attr]


def test_sequences_without_partner_are_left_out() -> None:
    source, source_mask, target, target_mask = random_sequences()
    target_mask[2] = False
    expected = cycle_consistency(source[:2], source_mask[:2], target[:2], target_mask[:2])
    torch.testing.assert_close(cycle_consistency(source, source_mask, target, target_mask), expected)
    assert cycle_consistency(source, source_mask, target, target_mask & False).item() == 0.0


def test_equals_the_published_values(shared_data: Path) -> None:
    fixture = shared_data / "parity" / "coot_small.npz"
    toy, out, expected = arrays(fixture, "toy/"), arrays(fixture, "out/"), arrays(fixture, "loss/")
    mask = ~out["clip_emb_mask"]
    clip, sent = toy["clip"], toy["sent"]
    for found, value in (
        (cycle_consistency(clip, mask, sent, mask), toy["loss"][0]),
        (cycle_consistency(sent, mask, clip, mask), toy["loss"][1]),
        (
            cycle_consistency(out["clip_emb_reshape"], mask, out["sent_emb_reshape"], mask),
            expected["cycle clip->sent->clip (all)"],
        ),
        (
            cycle_consistency(out["sent_emb_reshape"], mask, out["clip_emb_reshape"], mask),
            expected["cycle sent->clip->sent (all)"],
        ),
    ):
        torch.testing.assert_close(found, value, atol=1e-6, rtol=0)
