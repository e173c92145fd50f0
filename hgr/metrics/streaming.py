"""Ranks from blocks of the similarity matrix, which never exists as a whole."""

from __future__ import annotations

import torch
from torch import Tensor

from hgr.errors import DataError
from hgr.metrics.ranking import Ranks, Ties, check_finite

EXACT_FLOAT32 = 1 << 24
"""Whole numbers up to here are exact in float32."""


class PairScores:
    """First pass: picks the scores of the relevant pairs out of the blocks.

    Args:
        queries: (P,) int64, the query of each relevant pair.
        candidates: (P,) int64, its candidate.
    """

    def __init__(self, queries: Tensor, candidates: Tensor) -> None:
        if queries.shape != candidates.shape or queries.ndim != 1:
            raise ValueError(
                f"expected pairs (P,) and (P,), found {tuple(queries.shape)}, {tuple(candidates.shape)}"
            )
        order = torch.argsort(queries, stable=True)
        self._queries, self._candidates, self._order = queries[order].contiguous(), candidates[order], order
        self._scores: Tensor | None = None
        self._seen = torch.zeros(len(queries), dtype=torch.bool)

    def add(self, block: Tensor, query_start: int, candidate_start: int) -> None:
        """Take the relevant pairs' scores from one block.

        Args:
            block: (q, c) scores.
            query_start: Position of its first query.
            candidate_start: Position of its first candidate.
        """
        bounds = torch.tensor([query_start, query_start + block.shape[0]])
        first, last = torch.searchsorted(self._queries, bounds).tolist()
        columns = self._candidates[first:last] - candidate_start
        inside = ((columns >= 0) & (columns < block.shape[1])).nonzero().flatten()
        rows = self._queries[first:last][inside] - query_start
        if self._scores is None:
            self._scores = torch.zeros(len(self._seen), dtype=block.dtype)
        where = self._order[first + inside]
        self._scores[where] = block[rows.to(block.device), columns[inside].to(block.device)].cpu()
        self._seen[where] = True

    @property
    def scores(self) -> Tensor:
        """(P,) scores in the order in which the pairs were given.

        Raises:
            ValueError: Pairs that no block held.
        """
        if self._scores is None or not self._seen.all():
            raise ValueError(
                f"{int((~self._seen).sum())} of {len(self._seen)} relevant pairs were in no block"
            )
        return self._scores


class RankCounter:
    """Second pass: counts, for every query, the candidates above and beside its best relevant one.

    Blocks come in any order and any size, each score once. They must be the very blocks that gave the
    relevant scores: the same product computed in another shape may differ in its last bit, and then a tie is
        not seen.

    Args:
        queries: (P,) int64, the query of each relevant pair.
        candidates: (P,) int64, its candidate.
        scores: (P,) its score, from `PairScores`.
        num_queries: Number of queries.
        num_candidates: Number of candidates.

    Raises:
        DataError: A query with no relevant candidate, a score that is NaN or infinite.
    """

    def __init__(
        self, queries: Tensor, candidates: Tensor, scores: Tensor, *, num_queries: int, num_candidates: int
    ) -> None:
        if not queries.shape == candidates.shape == scores.shape:
            raise ValueError("queries, candidates and scores must have one entry a pair each")
        check_finite(scores.unsqueeze(0))
        counts = torch.bincount(queries, minlength=num_queries)
        lonely = (counts == 0).nonzero().flatten()
        if len(lonely):
            raise DataError(
                f"{len(lonely)} of {num_queries} queries have no relevant candidate, the first {lonely[0]}"
            )
        lowest = scores.new_full((num_queries,), -torch.inf)
        self.best = lowest.scatter_reduce(0, queries, scores, "amax")
        pairs = torch.unique(torch.stack([queries, candidates]), dim=1, return_inverse=True)[1]
        first = torch.full((int(pairs.max()) + 1,), len(queries)).scatter_reduce(
            0, pairs, torch.arange(len(queries)), "amin"
        )
        equal = scores[first] == self.best[queries[first]]
        self._relevant_tied = torch.bincount(queries[first][equal], minlength=num_queries)
        self._above = torch.zeros(num_queries, dtype=torch.int64)
        self._not_below = torch.zeros(num_queries, dtype=torch.int64)
        self._seen = torch.zeros(num_queries, dtype=torch.int64)
        self.num_candidates = num_candidates

    def add(self, block: Tensor, query_start: int, candidate_start: int) -> None:
        """Count one block.

        Args:
            block: (q, c) scores.
            query_start: Position of its first query.
            candidate_start: Position of its first candidate; used to name a bad score.

        Raises:
            ValueError: NaN or infinite scores.
        """
        if not torch.isfinite(block.sum()):
            check_finite(block, query_start, candidate_start)
        rows = slice(query_start, query_start + block.shape[0])
        best = self.best[rows].to(block).unsqueeze(1)
        # Flags as numbers of the scores' own type: comparing and adding them is five times as fast as with bools.
        flags = torch.empty_like(block)
        whole = torch.float32 if block.shape[1] <= EXACT_FLOAT32 else torch.float64
        self._above[rows] += torch.gt(block, best, out=flags).sum(dim=1, dtype=whole).long().cpu()
        self._not_below[rows] += torch.ge(block, best, out=flags).sum(dim=1, dtype=whole).long().cpu()
        self._seen[rows] += block.shape[1]

    def ranks(self, ties: Ties = "average") -> Ranks:
        """The ranks, equal to `hgr.metrics.ranking.ranks` of the whole matrix.

        Raises:
            ValueError: Scores that were counted twice or not at all.
        """
        _check_seen(self._seen, self.num_candidates)
        return Ranks(
            self._above, self._not_below - self._above, self._relevant_tied, self.num_candidates, ties
        )


class GroupCounter:
    """Second pass where candidates form groups and a group scores its best member: ranks of the own groups.

    The "grouped" definition of video-to-text: queries are videos, candidates their captions. Blocks come as for
    `RankCounter`. A group that lies in several blocks keeps one byte a query until the end, so least memory is
    needed where groups are together.

    Args:
        groups: (C,) int64, the group of each candidate; group q is the right one for query q.
        best: (Q,) score of the best member of each query's own group, from `RankCounter.best`.
    """

    def __init__(self, groups: Tensor, best: Tensor) -> None:
        self._groups, self._best = groups, best
        self._sizes = torch.bincount(groups, minlength=len(best))
        if (self._sizes == 0).any() or len(self._sizes) != len(best):
            raise ValueError(f"expected candidates in each of {len(best)} groups, one a query")
        self._above = torch.zeros(len(best), dtype=torch.int64)
        self._not_below = torch.zeros(len(best), dtype=torch.int64)
        self._seen = torch.zeros(len(best), dtype=torch.int64)
        self._slot = torch.full((len(best),), -1)
        self._slots = 0
        self._split = torch.zeros(0, len(best), dtype=torch.uint8)

    def add(self, block: Tensor, query_start: int, candidate_start: int) -> None:
        """Count one block.

        Args:
            block: (q, c) scores, finite.
            query_start: Position of its first query.
            candidate_start: Position of its first candidate.
        """
        rows = slice(query_start, query_start + block.shape[0])
        members = self._groups[candidate_start : candidate_start + block.shape[1]]
        groups, where, sizes = torch.unique(members, return_inverse=True, return_counts=True)
        index = where.to(block.device).unsqueeze(1).expand(block.T.shape)
        scores = block.new_full((len(groups), block.shape[0]), -torch.inf)
        scores = scores.scatter_reduce(0, index, block.T.contiguous(), "amax")
        own = self._best[rows].to(block)
        above, not_below = scores > own, scores >= own
        whole = (sizes == self._sizes[groups]).to(block.device)
        self._above[rows] += above[whole].sum(dim=0).cpu()
        self._not_below[rows] += not_below[whole].sum(dim=0).cpu()
        self._seen[rows] += block.shape[1]
        if not whole.all():
            slots, parts = self._slots_of(groups[~whole.cpu()]), ~whole
            found = (above[parts].byte() + not_below[parts].byte()).cpu()
            self._split[slots, rows] = torch.maximum(self._split[slots, rows], found)

    def _slots_of(self, groups: Tensor) -> Tensor:
        """Rows of `_split` that belong to groups in several blocks."""
        new = groups[self._slot[groups] < 0]
        self._slot[new] = torch.arange(self._slots, self._slots + len(new))
        self._slots += len(new)
        if self._slots > len(self._split):
            grown = self._split.new_zeros(2 * self._slots, len(self._best))
            grown[: len(self._split)] = self._split
            self._split = grown
        return self._slot[groups]

    def ranks(self, ties: Ties = "average") -> Ranks:
        """The ranks, equal to those of the whole matrix after `hgr.metrics.grouping.best_of_group`.

        Raises:
            ValueError: Scores that were counted twice or not at all.
        """
        _check_seen(self._seen, len(self._groups))
        split = self._split[: self._slots]
        above = self._above + (split == 2).sum(dim=0)
        not_below = self._not_below + (split >= 1).sum(dim=0)
        return Ranks(above, not_below - above, torch.ones_like(above), len(self._best), ties)


def _check_seen(seen: Tensor, num_candidates: int) -> None:
    wrong = (seen != num_candidates).nonzero().flatten()
    if len(wrong):
        query = int(wrong[0])
        raise ValueError(
            f"query {query} was compared with {int(seen[query])} candidates, expected {num_candidates}"
        )
