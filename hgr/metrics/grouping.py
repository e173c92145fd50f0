"""Query conventions: unique strings instead of captions, and videos ranked through their best caption."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def unique_strings(texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """First row of every distinct string, and the string that each row has.

    >>> unique_strings(["a dog", "a man", "a dog"])
    (tensor([0, 1]), tensor([0, 1, 0]))

    Returns:
        (S,) int64 positions of first occurrences in order, and (T,) int64 number of each row's string.
    """
    first: dict[str, int] = {}
    rows, group = [], []
    for position, text in enumerate(texts):
        if text not in first:
            first[text] = len(first)
            rows.append(position)
        group.append(first[text])
    return torch.tensor(rows, dtype=torch.int64), torch.tensor(group, dtype=torch.int64)


def merge_relevant(relevant: Tensor | np.ndarray, group: Tensor, num_groups: int) -> Tensor:
    """Relevance of groups of rows: a candidate is right for a group where it is right for one of its rows.

    Args:
        relevant: (T, C) bool.
        group: (T,) int64, the group of each row.
        num_groups: S.

    Returns:
        (S, C) bool.
    """
    rows = torch.as_tensor(relevant)
    merged = torch.zeros(num_groups, rows.shape[1], dtype=torch.int32)
    return merged.index_add_(0, group, rows.int()) > 0


def best_of_group(similarity: Tensor | np.ndarray, group: Tensor, num_groups: int) -> Tensor:
    """Score of every group of rows for every column: its best row's.

    With rows texts and group their video, the transpose ranks videos' caption groups for a video: the
    "grouped" definition of video-to-text (CLIP4Clip), under which the diagonal is right.

    >>> best_of_group(torch.tensor([[0.1, 0.5], [0.4, 0.2], [0.3, 0.9]]), torch.tensor([0, 0, 1]), 2)
    tensor([[0.4000, 0.5000],
            [0.3000, 0.9000]])

    Args:
        similarity: (T, V).
        group: (T,) int64, every group from 0 to num_groups - 1 at least once.
        num_groups: G.

    Returns:
        (G, V).

    Raises:
        ValueError: A group without a row.
    """
    scores = torch.as_tensor(similarity)
    if len(torch.unique(group)) != num_groups:
        raise ValueError(f"{num_groups - len(torch.unique(group))} of {num_groups} groups have no row")
    best = scores.new_full((num_groups, scores.shape[1]), -torch.inf)
    return best.scatter_reduce(0, group.unsqueeze(1).expand_as(scores), scores, "amax")
