"""Keeping the items of one side apart: what COOT and CMHSE call clustering.

Not an entry of LOSSES: it compares one side with itself, and systems offer it as a term of their own
(`RetrievalModel.auxiliary_losses`).
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from hgr.embeddings import LevelEmbedding
from hgr.similarity import cosine


def spread(
    level: LevelEmbedding, same: Tensor, *, margin: float = 0.2, reduction: Literal["cells", "sum"] = "cells"
) -> Tensor:
    """What it costs that different items are alike: a hinge over all pairs, in both directions.

    [margin + S_ij - S_ii]_+ + [margin + S_ij - S_jj]_+ over all i, j that are not the same, S the cosines.

    Args:
        level: One vector an item, (B, 1, D).
        same: (B, B) bool, pairs that cost nothing, each item and itself among them.
        margin: Pairs whose cosine is below 1 - margin cost nothing.
        reduction: Divide the sum by the number of cells B * B, as in COOT, or not, as in CMHSE.

    Paper: Zhang et al., Cross-Modal and Hierarchical Modeling of Video and Text, ECCV 2018.
    """
    cosines = cosine(level, level)
    own = cosines.diagonal()
    costs = (margin + cosines - own.unsqueeze(1)).clamp(min=0) + (margin + cosines - own).clamp(min=0)
    total = costs.masked_fill(same, 0.0).sum()
    return total / max(same.numel(), 1) if reduction == "cells" else total
