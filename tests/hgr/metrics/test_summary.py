from __future__ import annotations

import numpy as np
import pytest
import torch

from hgr.metrics.ranking import ranks
from hgr.metrics.summary import reciprocal, rsum, summarize
from tests.oracles.ranking import rank_orders


def test_hand_made_case() -> None:
    scores = torch.tensor([[0.9, 0.1, 0.2], [0.8, 0.7, 0.1], [0.3, 0.2, 0.1]])
    found = summarize(ranks(scores, torch.eye(3, dtype=torch.bool)), cutoffs=(1, 2, 3))
    assert found.recall == pytest.approx({1: 1 / 3, 2: 2 / 3, 3: 1.0})
    assert (found.median, found.mean) == (2.0, 2.0)
    assert found.mrr == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert (found.num_queries, found.num_candidates, found.num_undecided) == (3, 3, 0)
    assert found.recall_sum == pytest.approx(200)
    assert rsum([found, found]) == pytest.approx(400)
    assert found.geometric_mean == pytest.approx((1 / 3 * 2 / 3) ** (1 / 3))


def test_constant_matrix_is_chance() -> None:
    found = summarize(ranks(torch.full((1000, 1000), 0.5), torch.eye(1000, dtype=torch.bool)))
    assert found.recall[1] == pytest.approx(0.001, abs=1e-12)
    assert found.recall[10] == pytest.approx(0.01, abs=1e-12)
    assert found.mean == 500.5
    assert found.median == 500.5
    assert found.mrr == pytest.approx(np.mean(1 / np.arange(1, 1001)), abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_reciprocal_is_the_mean_over_all_orders(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randint(0, 3, (6, 7), generator=generator).float()
    relevant = torch.rand(6, 7, generator=generator) < 0.4
    relevant[:, 0] = True
    found = reciprocal(ranks(scores, relevant))
    for q in range(6):
        orders = np.array(rank_orders(scores[q].tolist(), relevant[q].tolist()))
        assert found[q].item() == pytest.approx(np.mean(1 / (orders + 1)), abs=1e-12)


def test_median_of_an_even_number_is_the_middle() -> None:
    scores = torch.tensor([[0.9, 0.1], [0.9, 0.1]])
    assert summarize(ranks(scores, torch.eye(2, dtype=torch.bool))).median == 1.5


def test_bounds_hold_the_average() -> None:
    generator = torch.Generator().manual_seed(0)
    scores = torch.randint(0, 5, (50, 50), generator=generator).float()
    found = ranks(scores, torch.eye(50, dtype=torch.bool))
    low, mid, high = (summarize(found.under(t)) for t in ("pessimistic", "average", "optimistic"))
    for k in (1, 5, 10):
        assert low.recall[k] <= mid.recall[k] <= high.recall[k]
    assert low.mrr < mid.mrr < high.mrr


def test_errors() -> None:
    found = ranks(torch.zeros(2, 2), torch.eye(2, dtype=torch.bool))
    with pytest.raises(ValueError, match="no queries"):
        summarize(found.select(torch.tensor([], dtype=torch.int64)))
    with pytest.raises(ValueError, match="no cutoffs"):
        summarize(found, cutoffs=())
