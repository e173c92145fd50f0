"""The triplet hinge loss of VSE++ and HGR, for one or several positives an item."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from hgr.losses.options import LossConfig


class HingeConfig(LossConfig):
    """Options of the hinge loss.

    Attributes:
        margin: By how much a positive must beat a negative.
        negatives: The hardest negative of each item, its `k` hardest, or all of them.
        k: How many with "top_k".
        direction: Rank videos for texts, texts for videos, or both.
        reduction: "mean" as HingeLoss says; "cells" divides the sum of each direction by the number of cells of the
            matrix instead, as published in COOT; "sum" does not divide, as in VSE++ and CMHSE.
    """

    name: Literal["hinge"] = "hinge"
    margin: float = Field(0.2, ge=0)
    negatives: Literal["hardest", "top_k", "all"] = "hardest"
    k: int = Field(1, ge=1)
    direction: Literal["both", "text_to_video", "video_to_text"] = "both"
    reduction: Literal["mean", "cells", "sum"] = "mean"


class HingeLoss(nn.Module):
    """Sum over both directions of the mean violation of the margin.

    For an item with positive score s_p and negative scores s_n: [margin + s_n - s_p]_+, over the hardest negative,
    averaged over the k hardest (a missing one counts 0), or averaged over all (positive, negative) pairs of the
    batch. With several positives an item's term is the mean over them. Items without a positive are left out; an
    item without a negative costs 0.

    Paper: Faghri et al., VSE++, BMVC 2018; with one positive an item also HGR's published loss.
    """

    def __init__(self, config: HingeConfig | None = None) -> None:
        super().__init__()
        self.config = config or HingeConfig()

    def forward(self, similarity: Tensor, positives: Tensor) -> Tensor:
        """Scalar loss of a similarity matrix (T, V) and its positives (T, V) bool."""
        loss = similarity.new_zeros(())
        if self.config.direction != "video_to_text":
            loss = loss + self._rows(similarity, positives)
        if self.config.direction != "text_to_video":
            loss = loss + self._rows(similarity.T, positives.T)
        return loss

    def _rows(self, similarity: Tensor, positives: Tensor) -> Tensor:
        margin, counts = self.config.margin, positives.sum(1)
        negatives = similarity.masked_fill(positives, -torch.inf)
        if self.config.negatives == "all":
            rows, columns = positives.nonzero(as_tuple=True)
            total = (margin + negatives[rows] - similarity[rows, columns].unsqueeze(1)).clamp(min=0).sum()
            return self._divide(total, (counts * (similarity.shape[1] - counts)).sum(), similarity)
        k = 1 if self.config.negatives == "hardest" else min(self.config.k, similarity.shape[1])
        hardest = negatives.topk(k, dim=1).values if k > 1 else negatives.amax(1, keepdim=True)
        violations = (margin + hardest.unsqueeze(1) - similarity.unsqueeze(2)).clamp(min=0).mean(2)
        per_item = (violations * positives).sum(1) / counts.clamp(min=1)
        return self._divide(per_item.sum(), (counts > 0).sum(), similarity)

    def _divide(self, total: Tensor, terms: Tensor, similarity: Tensor) -> Tensor:
        if self.config.reduction == "sum":
            return total
        if self.config.reduction == "cells":
            return total / max(similarity.numel(), 1)
        return total / terms.clamp(min=1)
