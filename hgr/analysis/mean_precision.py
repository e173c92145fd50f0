"""Mean average precision of a whole matrix by what is right, no grades."""

from __future__ import annotations

from torch import Tensor

from hgr.metrics.ranking import Ranks
from hgr.metrics.streaming_precision import PrecisionCounter

BLOCK = 1 << 22
"""Scores sorted at a time."""


def mean_average_precision(scores: Tensor, relevant: Tensor, found: Ranks) -> float:
    """Mean over the queries of their average precision; with ties its mean over all orders of the tied.

    Args:
        scores: (Q, C), queries in rows; bigger is more similar.
        relevant: (Q, C) bool, True for at least one candidate of every query.
        found: The queries' ranks.
    """
    queries, candidates = relevant.nonzero(as_tuple=True)
    sizes = {"num_queries": scores.shape[0], "num_candidates": scores.shape[1]}
    counter = PrecisionCounter(queries, candidates, scores[queries, candidates], **sizes)
    step = max(1, BLOCK // scores.shape[1])
    for start in range(0, scores.shape[0], step):
        counter.add(scores[start : start + step], start, 0)
    return counter.average_precision(found).mean().item()
