"""What a set of ranks is worth: recalls, median, mean, reciprocal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from hgr.metrics.ranking import Ranks

CUTOFFS = (1, 5, 10)


@dataclass(frozen=True)
class RankingSummary:
    """One direction of one ranking in numbers.

    Attributes:
        recall: Cutoff -> share of queries with a relevant candidate among the first `cutoff`, 0 to 1.
        median: Median rank of the best relevant candidate, 1 being first.
        mean: Mean rank, 1 being first.
        mrr: Mean reciprocal rank, 0 to 1.
        num_queries: Number of queries.
        num_candidates: Number of candidates.
        num_undecided: Number of queries whose rank depends on the order of a tie.
        average_precision: Mean average precision over all relevant candidates, 0 to 1; None where it was not
            counted.
    """

    recall: Mapping[int, float]
    median: float
    mean: float
    mrr: float
    num_queries: int = field(default=0)
    num_candidates: int = field(default=0)
    num_undecided: int = field(default=0)
    average_precision: float | None = None

    @property
    def recall_sum(self) -> float:
        """Sum of the recalls in percent: one direction's part of rsum."""
        return 100.0 * sum(self.recall.values())

    @property
    def geometric_mean(self) -> float:
        """Geometric mean of the recalls, 0 to 1; 0 where one of them is."""
        product = 1.0
        for value in self.recall.values():
            product *= value
        return product ** (1.0 / len(self.recall))


def summarize(
    ranks: Ranks, cutoffs: Sequence[int] = CUTOFFS, average_precision: float | None = None
) -> RankingSummary:
    """Recalls, median, mean and mean reciprocal rank of a set of ranks.

    With ties="average" every number is its mean over all orders of the ties, the median excepted, which is
    the median of the queries' mean ranks. So a constant matrix gives chance.

    >>> from hgr.metrics.ranking import ranks
    >>> constant = summarize(ranks(torch.ones(1000, 1000), torch.eye(1000, dtype=torch.bool)))
    >>> round(constant.recall[1], 6), round(constant.recall[10], 6), constant.mean
    (0.001, 0.01, 500.5)

    Args:
        ranks: At least one query.
        cutoffs: Places to look at, each at least 1.
        average_precision: Mean average precision, which ranks of the best candidates do not tell.

    Raises:
        ValueError: No queries, no cutoffs, or a cutoff below 1.
    """
    if not len(ranks):
        raise ValueError("no queries to summarize")
    if not cutoffs:
        raise ValueError("no cutoffs given")
    best = ranks.best
    return RankingSummary(
        recall={int(k): ranks.hits(int(k)).mean().item() for k in cutoffs},
        median=float(np.median(best.numpy())) + 1.0,
        mean=best.mean().item() + 1.0,
        mrr=reciprocal(ranks).mean().item(),
        num_queries=len(ranks),
        num_candidates=ranks.num_candidates,
        num_undecided=ranks.num_undecided,
        average_precision=average_precision,
    )


def rsum(summaries: Sequence[RankingSummary]) -> float:
    """Sum of the recalls of all directions, in percent (600 at most for two directions and three cutoffs)."""
    return sum(summary.recall_sum for summary in summaries)


def reciprocal(ranks: Ranks) -> Tensor:
    """Reciprocal of the 1-based rank of the best relevant candidate; under "average" its mean over all
    orders.

    Returns:
        (Q,) float64.
    """
    values = 1.0 / (ranks.best + 1.0)
    if ranks.ties != "average":
        return values
    for query in (ranks.tied > ranks.relevant_tied).nonzero().flatten().tolist():
        values[query] = _expected_reciprocal(
            int(ranks.above[query]), int(ranks.tied[query]), int(ranks.relevant_tied[query])
        )
    return values


def _expected_reciprocal(above: int, tied: int, relevant: int) -> float:
    """Mean of 1 / (above + place + 1), the place being that of the first of `relevant` among `tied` in random
    order."""
    places = torch.arange(tied - relevant + 1, dtype=torch.float64)
    # P(place = j) = P(place = j - 1) (tied - relevant - j + 1) / (tied - j), starting at relevant / tied
    ratios = (tied - relevant - places + 1.0) / (tied - places)
    ratios[0] = relevant / tied
    return (ratios.cumprod(0) / (above + places + 1.0)).sum().item()
