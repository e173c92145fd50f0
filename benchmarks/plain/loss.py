"""Losses of the published systems over a square matrix whose diagonal holds the positives."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy


def hardest_hinge(similarity: Tensor, margin: float = 0.2) -> Tensor:
    """Hinge over the hardest negative of every row and every column, each side averaged.

    Args:
        similarity: (B, B), pairs on the diagonal.
        margin: By how much a positive has to win.
    """
    positive = similarity.diagonal()
    pairs = torch.eye(len(similarity), dtype=torch.bool, device=similarity.device)
    by_row = (margin + similarity - positive[:, None]).clamp(min=0).masked_fill(pairs, 0.0)
    by_column = (margin + similarity - positive[None, :]).clamp(min=0).masked_fill(pairs, 0.0)
    return by_row.amax(dim=1).mean() + by_column.amax(dim=0).mean()


def weighted_hinge(scores: dict[str, Tensor], weights: dict[str, float], margin: float = 0.2) -> Tensor:
    """Sum of hinges of several matrices."""
    return sum(
        (weight * hardest_hinge(scores[name], margin) for name, weight in weights.items()), torch.tensor(0.0)
    )


def masked_bce(probabilities: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    """Binary cross entropy averaged over the classes that count, then over the batch.

    Args:
        probabilities: (B, C) in [0, 1].
        labels: (B, C) zeros and ones.
        mask: (B, C) float, 1 where a class counts.
    """
    terms = binary_cross_entropy(probabilities, labels, reduction="none")
    return ((terms * mask).sum(dim=1) / mask.sum(dim=1)).mean()
