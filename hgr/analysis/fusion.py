"""Ranks of many weighted sums of level matrices at once, from stored similarities, in one pass over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from threading import Lock

import numpy as np
import torch
from torch import Tensor

from hgr.analysis.stored import StoredSimilarity, score_type
from hgr.errors import DataError
from hgr.metrics.ranking import Ranks

BLOCK = 1 << 17
"""Scores of one level fused at a time: half a megabyte, which stays in the cache."""

Weights = tuple[float, ...]


@dataclass(frozen=True)
class FusedRanks:
    """Both directions of one weighted sum.

    Attributes:
        weights: One weight a level, in the order of the levels.
        text_to_video: (T,) ranks.
        video_to_text: (A,) ranks of the videos that some text describes, in the order of the columns.
    """

    weights: Weights
    text_to_video: Ranks
    video_to_text: Ranks


def subsets(levels: Sequence[str]) -> dict[tuple[str, ...], Weights]:
    """Every non-empty subset of the levels, small ones first, with equal weights on its members."""
    found = {}
    for size in range(1, len(levels) + 1):
        for chosen in combinations(levels, size):
            found[chosen] = tuple(1.0 / size if level in chosen else 0.0 for level in levels)
    return found


def simplex(num_levels: int, steps: int = 10) -> list[Weights]:
    """Every weight vector whose entries are multiples of 1 / steps and sum to 1.

    Three levels and ten steps give 66 points.
    """
    return [tuple(part / steps for part in parts) for parts in _compositions(steps, num_levels)]


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total, -1, -1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def fused_ranks(
    stored: StoredSimilarity, weights: Sequence[Weights], levels: Sequence[str] | None = None
) -> list[FusedRanks]:
    """Ranks under every weighted mean of the levels, in both directions.

    The score of a pair is the weighted mean over the levels that both its text and its video have
    (`missing_level: skip`), 0 where they share none. Sums are formed level by level, in float32 where that holds
    the scores of every level, in float64 otherwise.

    Args:
        stored: The level matrices.
        weights: One vector a fusion, one weight a level, none negative, not all 0.
        levels: Levels in the order of the weights; all stored levels by default.

    Returns:
        One entry a weight vector, in order.

    Raises:
        DataError: Unknown level, weights that do not fit, NaN or infinite scores (the place is named).
    """
    names = tuple(stored.levels if levels is None else levels)
    table = _weight_table(stored, weights, names)
    texts, videos = (torch.from_numpy(p) for p in stored.pairs())
    matrices = [stored.matrices[name] for name in names]
    kind = score_type(*(matrix.dtype for matrix in matrices))
    precision = torch.float32 if kind is np.float32 else torch.float64
    counters = _Counters(len(weights), len(stored.texts), len(stored.videos), precision)
    present = [stored.present(name) for name in names]
    columns = _by_pattern(np.stack([p[1] for p in present]))
    rows = torch.from_numpy(np.stack([p[0] for p in present]))
    pair_levels = torch.stack([_pair_scores(matrix, texts, videos, kind) for matrix in matrices])
    pair_present = torch.stack(
        [torch.from_numpy(p[0])[texts] & torch.from_numpy(p[1])[videos] for p in present]
    )
    for i, vector in enumerate(table):
        coefficients = _coefficients(vector, pair_present, precision)
        counters.set_best(i, texts, videos, _fuse(pair_levels, coefficients))
    step = max(1, BLOCK // len(stored.videos))

    def count(start: int) -> None:
        stop = min(start + step, len(stored.texts))
        whole = [torch.from_numpy(stored.scores(name, start, stop)).to(precision) for name in names]
        for pattern, chosen in columns:
            everything = len(chosen) == len(stored.videos)
            block = torch.stack([scores if everything else scores[:, chosen] for scores in whole])
            shared = rows[:, start:stop] & pattern.unsqueeze(1)
            counters.add(
                block,
                [_coefficients(vector, shared, precision).unsqueeze(2) for vector in table],
                start,
                chosen,
            )

    _in_threads(count, range(0, len(stored.texts), step))
    return counters.results([tuple(w) for w in weights], texts, videos)


def _in_threads(task: Callable[[int], None], starts: Sequence[int]) -> None:
    """Run a task on every block, one block a thread: blocks are too small to be worth splitting among threads."""
    threads = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            for _ in pool.map(task, starts):
                pass
    finally:
        torch.set_num_threads(threads)


def _weight_table(stored: StoredSimilarity, weights: Sequence[Weights], names: tuple[str, ...]) -> Tensor:
    missing = [name for name in names if name not in stored.matrices]
    if missing or not names:
        raise DataError(
            f"{stored.source}: no level {missing[0] if missing else ''!r}; there are {stored.levels}"
        )
    table = torch.tensor([list(w) for w in weights], dtype=torch.float64)
    if table.ndim != 2 or table.shape[1] != len(names) or (table < 0).any() or (table.sum(dim=1) <= 0).any():
        raise DataError(f"expected weights of at least 0, one for each of {names}, not all 0")
    return table


def _coefficients(weights: Tensor, present: Tensor, precision: torch.dtype) -> Tensor:
    """Weights normalized over the levels present, (L, N); 0 where none is."""
    raw = weights.unsqueeze(1) * present
    return (raw / raw.sum(dim=0).clamp(min=1e-300)).to(precision)


def _fuse(
    levels: Tensor, coefficients: Tensor, out: Tensor | None = None, spare: Tensor | None = None
) -> Tensor:
    """Weighted sum over the first dimension: products and sums rounded one by one, so that every shape of the
    same numbers gives the same bits."""
    total = torch.mul(levels[0], coefficients[0], out=out)
    for level, coefficient in zip(levels[1:], coefficients[1:], strict=True):
        total.add_(torch.mul(level, coefficient, out=spare))
    return total


def _pair_scores(matrix: np.ndarray, texts: Tensor, videos: Tensor, kind: type[np.floating]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(matrix[texts.numpy(), videos.numpy()], dtype=kind))


def _by_pattern(present: np.ndarray) -> list[tuple[Tensor, Tensor]]:
    """Columns grouped by the levels that they have: (pattern (L,) bool, positions)."""
    patterns, group = np.unique(present.T, axis=0, return_inverse=True)
    group = group.reshape(-1)
    return [
        (torch.from_numpy(pattern), torch.from_numpy(np.flatnonzero(group == i)))
        for i, pattern in enumerate(patterns)
    ]


class _Counters:
    """Candidates above and not below the best relevant one, by fusion, for rows and for columns."""

    def __init__(self, num_fusions: int, num_texts: int, num_videos: int, precision: torch.dtype) -> None:
        self.lock = Lock()
        self.row_best = torch.full((num_fusions, num_texts), -torch.inf, dtype=precision)
        self.column_best = torch.full((num_fusions, num_videos), -torch.inf, dtype=precision)
        self.row_counts = torch.zeros(2, num_fusions, num_texts, dtype=torch.float64)
        self.column_counts = torch.zeros(2, num_fusions, num_videos, dtype=torch.float64)
        self.row_tied = torch.zeros(num_fusions, num_texts, dtype=torch.int64)
        self.column_tied = torch.zeros(num_fusions, num_videos, dtype=torch.int64)

    def set_best(self, fusion: int, texts: Tensor, videos: Tensor, scores: Tensor) -> None:
        for best, tied, index in (
            (self.row_best, self.row_tied, texts),
            (self.column_best, self.column_tied, videos),
        ):
            best[fusion].scatter_reduce_(0, index, scores, "amax")
            equal = scores == best[fusion][index]
            tied[fusion] = torch.bincount(index[equal], minlength=tied.shape[1])

    def add(self, block: Tensor, coefficients: Sequence[Tensor], start: int, columns: Tensor) -> None:
        height, width = block.shape[1:]
        rows = slice(start, start + height)
        fused, spare, hits = (block.new_empty(height, width) for _ in range(3))
        ones_column, ones_row = block.new_ones(width), block.new_ones(height)
        row_counts = block.new_empty(2, len(coefficients), height)
        column_counts = block.new_empty(2, len(coefficients), width)
        for i, coefficient in enumerate(coefficients):
            _fuse(block, coefficient, fused, spare)
            row_best, column_best = self.row_best[i, rows].unsqueeze(1), self.column_best[i, columns]
            for k, compare in enumerate((torch.gt, torch.ge)):
                compare(fused, row_best, out=hits)
                torch.mv(hits, ones_column, out=row_counts[k, i])
                compare(fused, column_best, out=hits)
                torch.mv(hits.T, ones_row, out=column_counts[k, i])
        with self.lock:
            self.row_counts[:, :, rows] += row_counts
            self.column_counts[:, :, columns] += column_counts

    def results(self, weights: Sequence[Weights], texts: Tensor, videos: Tensor) -> list[FusedRanks]:
        num_texts, num_videos = self.row_best.shape[1], self.column_best.shape[1]
        answered = torch.unique(videos)
        found = []
        for i, vector in enumerate(weights):
            above, reached = self.row_counts[:, i].long()
            to_video = Ranks(above, reached - above, self.row_tied[i], num_videos)
            above, reached = self.column_counts[:, i, answered].long()
            to_text = Ranks(above, reached - above, self.column_tied[i, answered], num_texts)
            found.append(FusedRanks(vector, to_video, to_text))
        return found
