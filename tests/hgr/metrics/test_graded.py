from __future__ import annotations

import numpy as np
import pytest
import torch

from hgr.metrics.graded import average_precision, ndcg
from hgr.metrics.ranking import ranks
from tests.oracles.graded import mean_average_precision, mean_ndcg

WRAY_SIMILARITY = np.array([[1, 0.7, 0.4, 0], [0.3, 0.9, 0.6, 0.1], [0.2, 0.5, 0.8, 0.4]])
WRAY_RELEVANCE = np.array([[1, 0.5, 0.25, 0], [0, 1, 0.4, 0], [0.5, 0.3, 1, 0]])


def test_published_example() -> None:
    assert ndcg(WRAY_SIMILARITY, WRAY_RELEVANCE).mean().item() == pytest.approx(0.93717899, abs=5e-9)


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("values", [2, 4, 1000])
def test_equals_the_mean_over_all_orders(seed: int, values: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randint(0, values, (5, 6), generator=generator).float()
    relevance = (torch.rand(5, 6, generator=generator) * 3 - 1).clamp(0, 1)
    relevance[:, 2] = 1.0
    found, precision = ndcg(scores, relevance), average_precision(scores, relevance)
    for q in range(5):
        assert found[q].item() == pytest.approx(
            mean_ndcg(scores[q].tolist(), relevance[q].tolist()), abs=1e-12
        )
        right = (relevance[q] >= 1).tolist()
        assert precision[q].item() == pytest.approx(
            mean_average_precision(scores[q].tolist(), right), abs=1e-12
        )


def test_threshold_and_one_right_candidate() -> None:
    scores = torch.tensor([[0.4, 0.9, 0.1], [0.2, 0.1, 0.3]])
    relevance = torch.tensor([[1.0, 0.6, 0.0], [0.0, 1.0, 0.6]])
    expected = 1 / (ranks(scores, relevance >= 1).best + 1)
    assert torch.allclose(average_precision(scores, relevance), expected, atol=1e-15)
    assert average_precision(scores, relevance, threshold=0.5)[0].item() == 1.0


def test_nothing_relevant_is_nan() -> None:
    scores, relevance = torch.rand(2, 3), torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.5, 0.0]])
    assert torch.isnan(ndcg(scores, relevance)).tolist() == [True, False]
    assert torch.isnan(average_precision(scores, relevance)).tolist() == [True, True]


def test_perfect_order_is_one_and_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    relevance = torch.rand(9, 20, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(ndcg(relevance, relevance), torch.ones(9, dtype=torch.float64))
    scores = torch.rand(9, 20, generator=torch.Generator().manual_seed(2))
    whole = ndcg(scores, relevance)
    monkeypatch.setattr("hgr.metrics.graded.BLOCK", 30)
    assert torch.equal(ndcg(scores, relevance), whole)


def test_errors() -> None:
    good = torch.rand(2, 3)
    for scores, relevance in (
        (good, good[:1]),
        (good * torch.nan, good),
        (good, -good),
        (good, good * torch.inf),
    ):
        for metric in (ndcg, average_precision):
            with pytest.raises(ValueError):
                metric(scores, relevance)
