"""Ranks of the right candidates. The only place that orders candidates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from hgr.errors import DataError

Ties = Literal["average", "optimistic", "pessimistic"]

BLOCK = 1 << 22
"""Scores compared at a time, which bounds the memory of the comparisons (a few bytes a score)."""


@dataclass(frozen=True)
class Ranks:
    """Where the best relevant candidate of each query stands, ties kept apart.

    A query has `above` candidates that score strictly higher than its best relevant one, and `tied`
    candidates that score the same as it, itself included, `relevant_tied` of them relevant. Any order inside
    the tie is equally right.

    Attributes:
        above: (Q,) int64.
        tied: (Q,) int64, at least 1.
        relevant_tied: (Q,) int64, from 1 to `tied`.
        num_candidates: Number of candidates of each query.
        ties: What `best`, recall and summaries make of a tie: its mean over all orders, its first or its last
            place.
    """

    above: Tensor
    tied: Tensor
    relevant_tied: Tensor
    num_candidates: int
    ties: Ties = "average"

    def __post_init__(self) -> None:
        if self.ties not in get_args(Ties):
            raise ValueError(f"ties is {self.ties!r}, expected one of {', '.join(get_args(Ties))}")
        if not self.above.shape == self.tied.shape == self.relevant_tied.shape:
            raise ValueError("above, tied and relevant_tied must have one entry a query each")

    def __len__(self) -> int:
        return self.above.shape[0]

    @property
    def best(self) -> Tensor:
        """(Q,) float64: 0-based rank of the best relevant candidate.

        With m of t tied candidates relevant, the best of them stands at (t - m) / (m + 1) on the mean over
        all orders of the tie, at 0 in the most and at t - m in the least favorable one.
        """
        above, wrong = self.above.double(), (self.tied - self.relevant_tied).double()
        if self.ties == "optimistic":
            return above
        if self.ties == "pessimistic":
            return above + wrong
        return above + wrong / (self.relevant_tied + 1)

    def hits(self, cutoff: int) -> Tensor:
        """(Q,) float64: chance over all orders of the tie that a relevant candidate is among the first
        places.

        0 or 1 under "optimistic" and "pessimistic".

        Args:
            cutoff: Number of places, at least 1.
        """
        if cutoff < 1:
            raise ValueError(f"cutoff is {cutoff}, expected at least 1")
        if self.ties != "average":
            return (self.best < cutoff).double()
        places = (cutoff - self.above).clamp(min=0).minimum(self.tied)
        missed = torch.ones(len(self), dtype=torch.float64)
        for taken in range(int(places.max()) if len(self) else 0):
            left = (self.tied - taken).clamp(min=1).double()
            wrong = (self.tied - self.relevant_tied - taken).clamp(min=0).double()
            missed = torch.where(places > taken, missed * wrong / left, missed)
        return 1.0 - missed

    def under(self, ties: Ties) -> Ranks:
        """The same ranks under another tie rule."""
        return Ranks(self.above, self.tied, self.relevant_tied, self.num_candidates, ties)

    def select(self, queries: Tensor | np.ndarray) -> Ranks:
        """The ranks of some of the queries.

        Args:
            queries: Positions, or (Q,) bool.
        """
        chosen = torch.as_tensor(queries)
        return Ranks(
            self.above[chosen], self.tied[chosen], self.relevant_tied[chosen], self.num_candidates, self.ties
        )

    @property
    def num_undecided(self) -> int:
        """Number of queries whose rank depends on the order of a tie."""
        return int((self.tied > self.relevant_tied).sum())


def ranks(similarity: Tensor | np.ndarray, relevant: Tensor | np.ndarray, ties: Ties = "average") -> Ranks:
    """Rank of the best relevant candidate for every query, 0 being first.

    >>> ranks(torch.tensor([[0.9, 0.1, 0.5]]), torch.tensor([[False, False, True]])).best
    tensor([1.], dtype=torch.float64)
    >>> ranks(torch.zeros(1, 5), torch.eye(1, 5, dtype=torch.bool)).best
    tensor([2.], dtype=torch.float64)

    Args:
        similarity: (Q, C), queries in rows; bigger is more similar.
        relevant: (Q, C) bool, True where a candidate answers the query. A query may have several.
        ties: "average": the mean over all orders of equally scored candidates; "optimistic" and
            "pessimistic": the best and the worst of these orders.

    Raises:
        ValueError: Shapes that differ, NaN or infinite scores, a query with no relevant candidate.
    """
    scores, right = torch.as_tensor(similarity).detach(), torch.as_tensor(relevant).detach()
    _check(scores, right)
    above, tied, relevant_tied = (torch.empty(scores.shape[0], dtype=torch.int64) for _ in range(3))
    step = max(1, BLOCK // max(1, scores.shape[1]))
    for start in range(0, scores.shape[0], step):
        rows = slice(start, start + step)
        block, hit = scores[rows], right[rows]
        best = _best_relevant(block, hit)
        same = block == best
        above[rows] = (block > best).sum(dim=1).cpu()
        tied[rows] = same.sum(dim=1).cpu()
        relevant_tied[rows] = (same & hit).sum(dim=1).cpu()
    return Ranks(above, tied, relevant_tied, scores.shape[1], ties)


def _best_relevant(scores: Tensor, relevant: Tensor) -> Tensor:
    """Score of each query's best relevant candidate, (Q, 1)."""
    lowest = -torch.inf if scores.is_floating_point() else torch.iinfo(scores.dtype).min
    return scores.masked_fill(~relevant, lowest).amax(dim=1, keepdim=True)


def _check(scores: Tensor, relevant: Tensor) -> None:
    if scores.ndim != 2 or relevant.shape != scores.shape:
        raise ValueError(
            "expected similarity and relevant of one shape (Q, C), "
            f"found {tuple(scores.shape)} and {tuple(relevant.shape)}"
        )
    if relevant.dtype != torch.bool:
        raise ValueError(f"relevant must be bool, found {relevant.dtype}")
    check_finite(scores)
    lonely = (~relevant.any(dim=1)).nonzero().flatten()
    if len(lonely):
        raise DataError(
            f"{len(lonely)} of {len(relevant)} queries have no relevant candidate, "
            f"the first in row {int(lonely[0])}"
        )


def check_finite(scores: Tensor, row: int = 0, column: int = 0) -> None:
    """Raise DataError, naming the first place, where a score is NaN or infinite.

    Args:
        scores: (Q, C), any block of a similarity matrix.
        row: Position of the block's first query in the whole matrix.
        column: Position of its first candidate.
    """
    finite = torch.isfinite(scores)
    if not finite.all():
        bad = (~finite).nonzero()
        q, c = (int(i) for i in bad[0])
        raise DataError(
            f"{len(bad)} of {scores.numel()} scores are NaN or infinite, the first at query {row + q}, "
            f"candidate {column + c}: {scores[q, c].item()}"
        )
