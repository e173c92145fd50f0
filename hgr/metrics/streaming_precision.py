"""Average precision from blocks of the similarity matrix, which never exists as a whole."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from hgr.metrics.ranking import Ranks
from hgr.metrics.summary import reciprocal


class PrecisionCounter:
    """Counts, for queries with several relevant candidates, what stands above and beside each of these.

    Blocks come in any order and any size, each score once, and must be the very blocks that gave the relevant
    scores. A query with one relevant candidate needs no counting: its average precision is its reciprocal rank.

    Args:
        queries: (P,) int64, the query of each relevant pair.
        candidates: (P,) int64, its candidate.
        scores: (P,) its score, from `PairScores`.
        num_queries: Number of queries.
        num_candidates: Number of candidates.
    """

    def __init__(
        self, queries: Tensor, candidates: Tensor, scores: Tensor, *, num_queries: int, num_candidates: int
    ) -> None:
        pairs, where = torch.unique(torch.stack([queries, candidates]), dim=1, return_inverse=True)
        values = scores.new_zeros(pairs.shape[1]).index_copy(0, where, scores)
        counts = torch.bincount(pairs[0], minlength=num_queries)
        self.rows = (counts > 1).nonzero().flatten()
        self._right = counts[self.rows]
        self._thresholds = _padded(pairs[0], values, counts)[self.rows]
        self._above = torch.zeros(self._thresholds.shape, dtype=torch.int64)
        self._not_below = torch.zeros_like(self._above)
        self._num_candidates = num_candidates

    def add(self, block: Tensor, query_start: int, candidate_start: int) -> None:
        """Count one block.

        Args:
            block: (q, c) scores, finite.
            query_start: Position of its first query.
            candidate_start: Position of its first candidate; not needed, there for the sake of the other counters.
        """
        bounds = torch.tensor([query_start, query_start + block.shape[0]])
        first, last = torch.searchsorted(self.rows, bounds).tolist()
        if first == last:
            return
        ordered = _sorted(block[(self.rows[first:last] - query_start).to(block.device)])
        thresholds = self._thresholds[first:last].to(ordered)
        width = block.shape[1]
        self._above[first:last] += width - torch.searchsorted(ordered, thresholds, right=True).cpu()
        self._not_below[first:last] += width - torch.searchsorted(ordered, thresholds).cpu()

    def average_precision(self, ranks: Ranks) -> Tensor:
        """(Q,) float64, equal to `hgr.metrics.graded.average_precision` of the whole matrix.

        Candidate number i (0-based) of a tie of t with m right ones, after b places holding a right ones, expects
        a + 1 + i q right ones up to its place b + i + 1, where q = (m - 1) / (t - 1). The sum of these precisions
        over the tie is (a + 1 - q (b + 1)) (H(b + t) - H(b)) + q t, H being the harmonic numbers; m / t of it
        counts.

        Args:
            ranks: Of all queries, for those with one relevant candidate.
        """
        found = reciprocal(ranks.under("average"))
        if not len(self.rows):
            return found
        places = torch.arange(1, self._num_candidates + 1, dtype=torch.float64)
        harmonic = torch.cat([places.new_zeros(1), (1.0 / places).cumsum(0)])
        thresholds = self._thresholds.contiguous()
        real = torch.isfinite(thresholds)
        not_above = torch.searchsorted(thresholds, thresholds, right=True).minimum(self._right.unsqueeze(1))
        before = self._above
        right_before = (self._right.unsqueeze(1) - not_above).double()
        tied = (self._not_below - self._above).clamp(min=1)
        right_tied = (not_above - torch.searchsorted(thresholds, thresholds)).double()
        step = (right_tied - 1.0) / (tied - 1.0).clamp(min=1.0)
        inverse = harmonic[(before + tied).clamp(max=self._num_candidates)] - harmonic[before]
        precision = (right_before + 1.0 - step * (before + 1.0)) * inverse + step * tied
        total = (precision / tied).where(real, 0.0).sum(dim=1)
        found[self.rows] = total / self._right
        return found


def _padded(queries: Tensor, scores: Tensor, counts: Tensor) -> Tensor:
    """(Q, M) scores of each query's relevant candidates, ascending, infinite where there are fewer than M."""
    order = torch.argsort(queries, stable=True)
    place = torch.arange(len(queries)) - (counts.cumsum(0) - counts)[queries[order]]
    padded = scores.new_full((len(counts), int(counts.max())), torch.inf)
    padded[queries[order], place] = scores[order]
    return padded.sort(dim=1).values


def _sorted(scores: Tensor) -> Tensor:
    """Rows in ascending order; NumPy is five times as fast on the processor."""
    if scores.device.type != "cpu" or scores.dtype == torch.bfloat16:
        return scores.sort(dim=1).values
    return torch.from_numpy(np.sort(scores.numpy(), axis=1))
