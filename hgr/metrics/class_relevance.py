"""Graded relevance from annotated classes, and the numbers of the multi-instance retrieval benchmark made of it.

Damen et al.: Rescaling Egocentric Vision, IJCV 2022; Wray et al., ICCV 2019 and CVPR 2021.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from hgr.metrics.graded import ndcg
from hgr.metrics.ranking import check_finite
from hgr.metrics.relevance import set_overlap

COMPLETE = 1.0
"""Relevance of a candidate that has the query's verb class and exactly its noun classes."""
BLOCK = 1 << 21
"""Scores sorted at a time."""


class Labeled(Protocol):
    """Something with a verb class and noun classes, as `hgr.data.classes.ActionClasses` is."""

    @property
    def verb(self) -> int:
        """Number of the verb class."""

    @property
    def nouns(self) -> Collection[int]:
        """Numbers of the noun classes; may be none."""


def class_relevance(first: Sequence[Labeled], second: Sequence[Labeled]) -> Tensor:
    """Half for the same verb class, half the intersection over union of the noun classes.

    R = (1[verbs equal] + |nouns in both| / |nouns in either|) / 2; two sides without nouns share none of them, so
    that the relevance of such an item to itself is one half.

    Args:
        first: N captions.
        second: M videos.

    Returns:
        (N, M) float32, from 0 to 1; exactly 1 where verb and nouns are the same.
    """
    verbs = [torch.tensor([item.verb for item in side], dtype=torch.int64) for side in (first, second)]
    nouns = [[{str(noun) for noun in item.nouns} for item in side] for side in (first, second)]
    same = verbs[0].unsqueeze(1) == verbs[1]
    return (same.float() + set_overlap(nouns[0], nouns[1])) / 2


def graded_precision(similarity: Tensor | np.ndarray, relevance: Tensor | np.ndarray) -> Tensor:
    """Average precision of every query as the benchmark has it: half right candidates add to the precision.

    AP = mean over the candidates of relevance 1 of (sum of the relevance up to its place) / place. With relevance 0
    and 1 alone it is `average_precision`. With ties, the mean over all orders of the tied candidates.

    >>> graded_precision(torch.tensor([[3.0, 2.0, 1.0]]), torch.tensor([[0.5, 1.0, 0.0]])).item()
    0.75

    Args:
        similarity: (Q, C), queries in rows; bigger is more similar.
        relevance: (Q, C), from 0 to 1.

    Returns:
        (Q,) float64; NaN for a query without a candidate of relevance 1.

    Raises:
        ValueError: Shapes that differ, values that are NaN or infinite, relevance below 0 or above 1.
    """
    scores, gains = torch.as_tensor(similarity).detach().cpu(), torch.as_tensor(relevance).detach().cpu()
    _check(scores, gains)
    step = max(1, BLOCK // max(1, scores.shape[1]))
    blocks = [slice(start, start + step) for start in range(0, len(scores), step)]
    parts = [_precision(scores[rows], gains[rows].double()) for rows in blocks]
    return torch.cat(parts) if parts else torch.zeros(0, dtype=torch.float64)


def benchmark_numbers(
    similarity: Tensor | np.ndarray, relevance: Tensor | np.ndarray
) -> dict[str, dict[str, float]]:
    """nDCG and mAP of both directions, and the mean of the directions, which is what the benchmark ranks by.

    Args:
        similarity: (T, V), texts in rows; bigger is more similar.
        relevance: (T, V), as `class_relevance` gives it.

    Returns:
        "text_to_video", "video_to_text" and "average", each with "nDCG" and "mAP" from 0 to 1; the directions also
        with "skipped", the number of queries to which nothing is relevant.

    Raises:
        ValueError: As for `graded_precision`.
    """
    scores, gains = torch.as_tensor(similarity), torch.as_tensor(relevance)
    found = {
        "text_to_video": _direction(scores, gains),
        "video_to_text": _direction(scores.T, gains.T),
    }
    sides = list(found.values())
    found["average"] = {name: (sides[0][name] + sides[1][name]) / 2 for name in ("nDCG", "mAP")}
    return found


def _direction(scores: Tensor, gains: Tensor) -> dict[str, float]:
    gain, precision = ndcg(scores, gains), graded_precision(scores, gains)
    return {
        "nDCG": torch.nanmean(gain).item(),
        "mAP": torch.nanmean(precision).item(),
        "skipped": int(torch.isnan(gain).sum()),
    }


def _check(scores: Tensor, gains: Tensor) -> None:
    if scores.ndim != 2 or scores.shape != gains.shape:
        raise ValueError(
            "expected similarity and relevance of one shape (Q, C), "
            f"found {tuple(scores.shape)} and {tuple(gains.shape)}"
        )
    check_finite(scores)
    if not ((gains >= 0) & (gains <= COMPLETE)).all():
        raise ValueError(f"relevance must be from 0 to {COMPLETE:g}")


def _precision(scores: Tensor, gains: Tensor) -> Tensor:
    """Graded average precision of a block of rows, (Q,).

    A candidate on place b + i + 1 (0-based i in a tie of t with m right ones and relevance g in all, after b places) is
    right with chance m / t. Then all relevance of earlier ties is above it, its own is 1, and of the other t - 1 of its
    tie, which have g - 1 together, i are above it.
    """
    ordered, order = scores.sort(dim=1, descending=True, stable=True)
    gain = gains.gather(1, order)
    right = (gain >= COMPLETE).double()
    changes = (ordered[:, 1:] != ordered[:, :-1]).long()
    tie = torch.cat([changes.new_zeros(len(changes), min(1, ordered.shape[1])), changes.cumsum(1)], dim=1)

    def by_tie(values: Tensor) -> Tensor:
        return torch.zeros_like(values).scatter_add(1, tie, values)

    sizes, hits, sums = by_tie(torch.ones_like(gain)), by_tie(right), by_tie(gain)
    above, before = sums.cumsum(1) - sums, sizes.cumsum(1) - sizes
    each = (sums - COMPLETE) / (sizes - 1.0).clamp(min=1.0)
    place = torch.arange(ordered.shape[1], dtype=torch.float64)
    inside = place - before.gather(1, tie)
    expected = above.gather(1, tie) + COMPLETE + inside * each.gather(1, tie)
    chance = (hits / sizes.clamp(min=1.0)).gather(1, tie)
    total = right.sum(dim=1)
    return (chance * expected / (place + 1.0)).sum(dim=1) / total.where(total > 0, torch.nan)
