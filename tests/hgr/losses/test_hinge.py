from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hgr.losses import HingeConfig, HingeLoss
from tests.oracles import losses as oracle


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["hardest", "top_k", "all"]), st.integers(1, 6))
def test_hinge_equals_the_loops(seed: int, negatives: str, k: int) -> None:
    similarity, positives = oracle.random_case(seed)
    loss = HingeLoss(HingeConfig(negatives=negatives, k=k, margin=0.3))  # type: ignore[arg-type]
    expected = oracle.hinge(similarity, positives, 0.3, negatives, k)
    assert loss(similarity, positives).item() == pytest.approx(expected, abs=1e-12)


def test_equal_scores_cost_twice_the_margin() -> None:
    assert HingeLoss()(torch.zeros(4, 4), torch.eye(4, dtype=torch.bool)).item() == pytest.approx(0.4)


def test_one_direction_is_a_part_of_both() -> None:
    similarity, positives = oracle.random_case(3)
    parts = [
        HingeLoss(HingeConfig(direction=direction))(similarity, positives)  # type: ignore[arg-type]
        for direction in ("text_to_video", "video_to_text")
    ]
    assert sum(parts).item() == pytest.approx(HingeLoss()(similarity, positives).item())  # type: ignore[union-attr]


@pytest.mark.parametrize("negatives", ["hardest", "top_k", "all"])
def test_reductions_differ_by_their_divisor(negatives: str) -> None:
    similarity, positives = oracle.random_case(5)
    options = {"negatives": negatives, "k": 2, "direction": "text_to_video", "margin": 0.3}
    mean, cells, total = (
        HingeLoss(HingeConfig(**options, reduction=reduction))(similarity, positives).item()  # type: ignore[arg-type]
        for reduction in ("mean", "cells", "sum")
    )
    counts = positives.sum(1)
    terms = (counts * (similarity.shape[1] - counts)).sum() if negatives == "all" else (counts > 0).sum()
    assert total > 0
    assert mean == pytest.approx(total / terms.item()) and cells == pytest.approx(total / similarity.numel())


def test_published_coot_alignment_as_loops() -> None:
    torch.manual_seed(0)
    similarity = torch.rand(5, 5)
    expected = 0.0
    for i in range(5):
        for j in range(5):
            if i != j:
                expected += max(0.0, 0.2 + similarity[i, j].item() - similarity[i, i].item()) / 25
                expected += max(0.0, 0.2 + similarity[i, j].item() - similarity[j, j].item()) / 25
    loss = HingeLoss(HingeConfig(negatives="all", reduction="cells"))
    assert loss(similarity, torch.eye(5, dtype=torch.bool)).item() == pytest.approx(expected, abs=1e-6)
