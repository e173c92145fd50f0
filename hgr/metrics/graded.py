"""Graded relevance: nDCG and average precision where candidates are right to a degree.

Wray, Doughty, Damen: On Semantic Similarity in Video Retrieval, CVPR 2021.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from hgr.metrics.ranking import check_finite

BLOCK = 1 << 21
"""Scores sorted at a time."""


def ndcg(similarity: Tensor | np.ndarray, relevance: Tensor | np.ndarray) -> Tensor:
    """Normalized discounted cumulative gain of every query, cut at the number of its relevant candidates.

    DCG = sum over r = 1..k of R(r) / log2(r + 1), k the number of candidates with relevance > 0, the gain
    linear; divided by the DCG of the best possible order. Equally scored candidates share their places: each
    gets the mean gain of its tie, so the value is the mean over all orders of the ties.

    >>> similarity = torch.tensor([[1, 0.7, 0.4, 0], [0.3, 0.9, 0.6, 0.1], [0.2, 0.5, 0.8, 0.4]])
    >>> relevance = torch.tensor([[1, 0.5, 0.25, 0], [0, 1, 0.4, 0], [0.5, 0.3, 1, 0]])
    >>> round(ndcg(similarity, relevance).mean().item(), 8)
    0.93717899

    Args:
        similarity: (Q, C), queries in rows; bigger is more similar.
        relevance: (Q, C), at least 0.

    Returns:
        (Q,) float64, from 0 to 1; NaN for a query with nothing relevant.

    Raises:
        ValueError: Shapes that differ, values that are NaN or infinite, negative relevance.
    """
    scores, gains = _checked(similarity, relevance)
    values = torch.full((scores.shape[0],), torch.nan, dtype=torch.float64)
    discounts = 1.0 / torch.log2(torch.arange(scores.shape[1], dtype=torch.float64) + 2.0)
    for rows in _row_blocks(scores):
        gain = gains[rows].double()
        cut = (gain > 0).sum(dim=1, keepdim=True)
        ordered, order = scores[rows].sort(dim=1, descending=True, stable=True)
        found = _share_ties(ordered, gain.gather(1, order))
        weights = discounts.where(torch.arange(scores.shape[1]) < cut, 0.0)
        best = (gain.sort(dim=1, descending=True).values * weights).sum(dim=1)
        values[rows] = (found * weights).sum(dim=1) / best.where(best > 0, torch.nan)
    return values


def average_precision(
    similarity: Tensor | np.ndarray, relevance: Tensor | np.ndarray, threshold: float = 1.0
) -> Tensor:
    """Average precision of every query, a candidate being right where its relevance reaches the threshold.

    AP = mean over the right candidates of (right ones up to its place) / place. With ties, the mean over all
    orders of the tied candidates (McSherry and Najork, Computing information retrieval performance measures
    efficiently in the presence of tied scores, ECIR 2008). With one right candidate it is the reciprocal
    rank.

    >>> average_precision(torch.tensor([[3.0, 2.0, 1.0]]), torch.tensor([[1.0, 0.0, 1.0]])).item()
    0.8333333333333333

    Args:
        similarity: (Q, C), queries in rows; bigger is more similar.
        relevance: (Q, C), at least 0.
        threshold: Relevance from which a candidate counts as right.

    Returns:
        (Q,) float64; NaN for a query with nothing right.

    Raises:
        ValueError: Shapes that differ, values that are NaN or infinite, negative relevance.
    """
    scores, grades = _checked(similarity, relevance)
    values = torch.full((scores.shape[0],), torch.nan, dtype=torch.float64)
    for rows in _row_blocks(scores):
        right = (grades[rows] >= threshold).double()
        ordered, order = scores[rows].sort(dim=1, descending=True, stable=True)
        sorted_right = right.gather(1, order)
        total = right.sum(dim=1)
        values[rows] = _tied_precision(ordered, sorted_right) / total.where(total > 0, torch.nan)
    return values


def _tied_precision(ordered: Tensor, right: Tensor) -> Tensor:
    """Sum over the right candidates of their expected precision, (Q,).

    Candidate number i (0-based) of a tie of t with m right ones, after b places holding a right ones, is
    right with chance m / t, and then expects a + 1 + i (m - 1) / (t - 1) right ones up to its place b + i +
    1.
    """
    count = ordered.shape[1]
    group = _tie_groups(ordered)
    ones = torch.ones_like(right)
    size = torch.zeros_like(right).scatter_add(1, group, ones)
    hits = torch.zeros_like(right).scatter_add(1, group, right)
    before = (size.cumsum(1) - size).gather(1, group)
    right_before = (hits.cumsum(1) - hits).gather(1, group)
    t, m = size.gather(1, group), hits.gather(1, group)
    inside = torch.arange(count, dtype=torch.float64) - before
    expected = right_before + 1.0 + inside * (m - 1.0) / (t - 1.0).clamp(min=1.0)
    return (m / t * expected / (before + inside + 1.0)).sum(dim=1)


def _share_ties(ordered: Tensor, gains: Tensor) -> Tensor:
    """Gains in sorted order, each replaced by the mean of its tie, (Q, C)."""
    group = _tie_groups(ordered)
    total = torch.zeros_like(gains).scatter_add(1, group, gains)
    size = torch.zeros_like(gains).scatter_add(1, group, torch.ones_like(gains))
    return (total / size.clamp(min=1.0)).gather(1, group)


def _tie_groups(ordered: Tensor) -> Tensor:
    """(Q, C) int64: number of the tie that each place of a sorted row belongs to."""
    changes = (ordered[:, 1:] != ordered[:, :-1]).long()
    return torch.cat([changes.new_zeros(changes.shape[0], 1), changes.cumsum(1)], dim=1)


def _row_blocks(scores: Tensor) -> list[slice]:
    step = max(1, BLOCK // max(1, scores.shape[1]))
    return [slice(start, start + step) for start in range(0, scores.shape[0], step)]


def _checked(similarity: Tensor | np.ndarray, relevance: Tensor | np.ndarray) -> tuple[Tensor, Tensor]:
    scores, grades = torch.as_tensor(similarity).detach().cpu(), torch.as_tensor(relevance).detach().cpu()
    if scores.ndim != 2 or scores.shape != grades.shape:
        raise ValueError(
            "expected similarity and relevance of one shape (Q, C), "
            f"found {tuple(scores.shape)} and {tuple(grades.shape)}"
        )
    check_finite(scores)
    if not torch.isfinite(grades.double()).all() or (grades < 0).any():
        raise ValueError("relevance must be finite and at least 0")
    return scores, grades
