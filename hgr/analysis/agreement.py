"""How alike two levels rank: Kendall's tau between their orders of the candidates."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from hgr.analysis.stored import StoredSimilarity

MAX_QUERIES = 200
MAX_CANDIDATES = 400
"""A query costs the square of its candidates; samples of this size give tau to about 0.01."""


def kendall(first: Tensor, second: Tensor) -> Tensor:
    """Kendall's tau-b of two score vectors of every query.

    >>> kendall(torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[1.0, 3.0, 2.0]])).item()
    0.3333333333333333

    Args:
        first: (Q, C).
        second: (Q, C).

    Returns:
        (Q,) float64 from -1 to 1; NaN where one of the vectors is constant.
    """
    values = torch.full((first.shape[0],), torch.nan, dtype=torch.float64)
    for query in range(first.shape[0]):
        a = torch.sign(first[query].unsqueeze(1) - first[query]).double()
        b = torch.sign(second[query].unsqueeze(1) - second[query]).double()
        size = torch.sqrt(a.abs().sum() * b.abs().sum())
        if size > 0:
            values[query] = (a * b).sum() / size
    return values


def level_agreement(stored: StoredSimilarity, seed: int = 0) -> dict[tuple[str, str], float]:
    """Mean of Kendall's tau over text queries, for every pair of levels.

    Queries and candidates are sampled where there are many. Queries that lack one of the two levels, or that
    it scores all alike, are left out; NaN where none remains.

    Args:
        stored: The level matrices.
        seed: Of the samples.
    """
    rng = np.random.default_rng(seed)
    texts = _sample(rng, len(stored.texts), MAX_QUERIES)
    videos = _sample(rng, len(stored.videos), MAX_CANDIDATES)
    scores = {
        level: torch.from_numpy(stored.matrices[level][texts][:, videos].astype(np.float64))
        for level in stored.levels
    }
    found = {}
    for a, b in combinations(stored.levels, 2):
        both = torch.from_numpy((stored.present(a)[0] & stored.present(b)[0])[texts])
        columns = torch.from_numpy((stored.present(a)[1] & stored.present(b)[1])[videos])
        values = kendall(scores[a][both][:, columns], scores[b][both][:, columns])
        found[a, b] = torch.nanmean(values).item() if len(values) else float("nan")
    return found


def _sample(rng: np.random.Generator, size: int, most: int) -> np.ndarray:
    return np.arange(size) if size <= most else np.sort(rng.choice(size, most, replace=False))
