"""Hubs: videos that turn up for everything, and those that never do.

Radovanovic, Nanopoulos, Ivanovic: Hubs in space, JMLR 2010.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from hgr.analysis.stored import score_type


@dataclass(frozen=True)
class Hubness:
    """How unevenly candidates turn up among the first k.

    Attributes:
        k: Number of places looked at.
        skewness: Third standardized moment of the number of appearances; 0 even, above 1 strong hubs.
        never: Share of candidates that appear for no query.
        largest: Share of the queries that have the most frequent candidate among their first k.
        hubs: Positions and numbers of appearances of the most frequent candidates.
    """

    k: int
    skewness: float
    never: float
    largest: float
    hubs: tuple[tuple[int, int], ...]


def hubness(similarity: np.ndarray, k: int = 10, most: int = 5) -> Hubness:
    """Hubness of the candidates of a similarity matrix.

    Args:
        similarity: (Q, C), queries in rows; may be memory-mapped.
        k: Number of places, at most C.
        most: Number of hubs to name.
    """
    k = min(k, similarity.shape[1])
    counts = torch.zeros(similarity.shape[1], dtype=torch.int64)
    step = max(1, (1 << 22) // similarity.shape[1])
    for start in range(0, similarity.shape[0], step):
        block = torch.from_numpy(
            np.array(similarity[start : start + step], dtype=score_type(similarity.dtype))
        )
        counts += torch.bincount(block.topk(k, dim=1).indices.flatten(), minlength=len(counts))
    values = counts.double()
    spread = values.std(correction=0)
    skewness = ((values - values.mean()) ** 3).mean() / spread**3 if spread > 0 else torch.zeros(())
    top = counts.sort(descending=True, stable=True)
    return Hubness(
        k,
        skewness.item(),
        (counts == 0).double().mean().item(),
        counts.max().item() / similarity.shape[0],
        tuple(zip(top.indices[:most].tolist(), top.values[:most].tolist(), strict=True)),
    )
