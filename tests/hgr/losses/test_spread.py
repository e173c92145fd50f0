"""Spread against plain loops."""

from __future__ import annotations

import pytest
import torch

from hgr.embeddings import single
from hgr.losses.spread import spread


def test_equals_the_loops_in_both_reductions() -> None:
    torch.manual_seed(0)
    vectors = torch.randn(6, 3)
    same = torch.eye(6, dtype=torch.bool)
    same[0, 1] = same[1, 0] = True
    total = 0.0
    for i in range(6):
        for j in range(6):
            if not same[i, j]:
                alike = torch.cosine_similarity(vectors[i], vectors[j], dim=0).item()
                total += 2 * max(0.0, 0.5 + alike - 1)
    assert total > 0
    assert spread(single(vectors), same, margin=0.5, reduction="sum").item() == pytest.approx(total, abs=1e-5)
    assert spread(single(vectors), same, margin=0.5).item() == pytest.approx(total / 36, abs=1e-6)


def test_no_items_cost_nothing() -> None:
    assert spread(single(torch.zeros(0, 4)), torch.zeros(0, 0, dtype=torch.bool)).item() == 0.0
