"""Pooling over the real elements of padded sequences; an item without elements gives 0 and a finite gradient."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def masked_softmax(logits: Tensor, mask: Tensor, dim: int = -1) -> Tensor:
    """Softmax over real positions.

    Rows without a real position are replaced before the softmax, so neither value nor gradient is NaN.

    Args:
        logits: Any shape.
        mask: Same shape, True where real.
        dim: Dimension that sums to 1.

    Returns:
        Weights, 0 on padding and everywhere in rows without a real position.
    """
    empty = ~mask.any(dim, keepdim=True)
    filled = logits.masked_fill(~mask, -torch.inf).masked_fill(empty, 0.0)
    return torch.softmax(filled, dim).masked_fill(~mask, 0.0)


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean over real positions.

    Args:
        values: (B, K, D).
        mask: (B, K).

    Returns:
        (B, D), 0 for items without a real position.
    """
    real = mask.unsqueeze(-1)
    return values.masked_fill(~real, 0.0).sum(1) / real.sum(1).clamp(min=1)


def masked_max(values: Tensor, mask: Tensor) -> Tensor:
    """Elementwise maximum over real positions.

    Args:
        values: (B, K, D).
        mask: (B, K).

    Returns:
        (B, D), 0 for items without a real position.
    """
    real = mask.unsqueeze(-1)
    best = values.masked_fill(~real, -torch.inf).amax(1)
    return best.masked_fill(~mask.any(1).unsqueeze(-1), 0.0)


class AttentionPooling(nn.Module):
    """Weighted mean of a sequence; the weights are a softmax of one linear score an element."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, 1)

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """(B, K, D), (B, K) -> (B, D)."""
        weights = masked_softmax(self.score(values).squeeze(-1), mask)
        return torch.einsum("bk,bkd->bd", weights.to(values.dtype), values)
