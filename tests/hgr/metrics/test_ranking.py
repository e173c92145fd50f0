from __future__ import annotations

import numpy as np
import pytest
import torch

from hgr.metrics.ranking import Ranks, ranks
from tests.oracles.ranking import rank_bounds, rank_orders


def random_case(seed: int, queries: int, candidates: int, values: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores from few values, so that ties abound, and one to all candidates relevant."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randint(0, values, (queries, candidates), generator=generator).double() / values - 0.3
    relevant = torch.rand(queries, candidates, generator=generator) < torch.rand(
        queries, 1, generator=generator
    )
    sure = torch.randint(0, candidates, (queries,), generator=generator)
    relevant[torch.arange(queries), sure] = True
    return scores, relevant


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("candidates", "values"), [(1, 1), (4, 2), (6, 3), (7, 100)])
def test_equals_the_mean_over_all_orders_of_ties(seed: int, candidates: int, values: int) -> None:
    scores, relevant = random_case(seed, 5, candidates, values)
    average, low, high = (ranks(scores, relevant, ties) for ties in ("average", "optimistic", "pessimistic"))
    for q in range(len(scores)):
        orders = rank_orders(scores[q].tolist(), relevant[q].tolist())
        assert average.best[q].item() == pytest.approx(np.mean(orders), abs=1e-12)
        assert low.best[q].item() == min(orders)
        assert high.best[q].item() == max(orders)
        for k in range(1, candidates + 2):
            assert average.hits(k)[q].item() == pytest.approx(np.mean([o < k for o in orders]), abs=1e-12)
            assert low.hits(k)[q].item() == (min(orders) < k)
            assert high.hits(k)[q].item() == (max(orders) < k)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64])
def test_bounds_equal_a_counting_loop(seed: int, dtype: torch.dtype) -> None:
    scores, relevant = random_case(seed, 20, 60, 12)
    scores = (scores * 16).to(dtype)
    low, high = ranks(scores, relevant, "optimistic"), ranks(scores, relevant, "pessimistic")
    for q in range(len(scores)):
        assert (low.best[q].item(), high.best[q].item()) == rank_bounds(
            scores[q].tolist(), relevant[q].tolist()
        )


def test_does_not_depend_on_the_order_of_items() -> None:
    scores, relevant = random_case(3, 40, 50, 9)
    expected = ranks(scores, relevant)
    for seed in range(100):
        generator = torch.Generator().manual_seed(seed)
        rows, columns = torch.randperm(40, generator=generator), torch.randperm(50, generator=generator)
        found = ranks(scores[rows][:, columns], relevant[rows][:, columns])
        assert (found.best - expected.best[rows]).abs().max() <= 1e-12
        assert (found.hits(5) - expected.hits(5)[rows]).abs().max() <= 1e-12


def test_constant_scores_are_chance() -> None:
    found = ranks(np.zeros((1000, 1000), dtype=np.float32), np.eye(1000, dtype=bool))
    assert found.hits(1).mean().item() == pytest.approx(0.001, abs=1e-15)
    assert found.hits(10).mean().item() == pytest.approx(0.01, abs=1e-15)
    assert found.best.dtype == torch.float64
    assert (found.best == 499.5).all()
    assert found.num_undecided == 1000


def test_negative_scores_count() -> None:
    assert ranks(torch.tensor([[-0.1, -0.3, -0.5]]), torch.tensor([[True, False, False]])).best.item() == 0


def test_blocks_of_rows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scores, relevant = random_case(8, 30, 11, 4)
    whole = ranks(scores, relevant)
    monkeypatch.setattr("hgr.metrics.ranking.BLOCK", 25)
    assert torch.equal(ranks(scores, relevant).best, whole.best)


def test_select_and_under() -> None:
    scores, relevant = random_case(1, 6, 5, 2)
    found = ranks(scores, relevant)
    assert torch.equal(found.select([4, 1]).best, found.best[[4, 1]])
    assert torch.equal(found.under("optimistic").best, ranks(scores, relevant, "optimistic").best)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_non_finite_scores_are_errors(bad: float) -> None:
    scores = torch.zeros(3, 4)
    scores[1, 2] = bad
    with pytest.raises(ValueError, match="query 1, candidate 2"):
        ranks(scores, torch.ones(3, 4, dtype=torch.bool))


def test_other_errors() -> None:
    with pytest.raises(ValueError, match="1 of 3 queries have no relevant candidate, the first in row 2"):
        ranks(torch.zeros(3, 2), torch.tensor([[True, False], [True, True], [False, False]]))
    with pytest.raises(ValueError, match="one shape"):
        ranks(torch.zeros(3, 2), torch.ones(2, 3, dtype=torch.bool))
    with pytest.raises(ValueError, match="must be bool"):
        ranks(torch.zeros(3, 2), torch.ones(3, 2))
    with pytest.raises(ValueError, match="expected one of average"):
        ranks(torch.zeros(1, 1), torch.ones(1, 1, dtype=torch.bool), "mean")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cutoff is 0"):
        ranks(torch.zeros(1, 1), torch.ones(1, 1, dtype=torch.bool)).hits(0)
    with pytest.raises(ValueError, match="one entry a query"):
        Ranks(torch.zeros(2), torch.ones(1), torch.ones(2), 3)
