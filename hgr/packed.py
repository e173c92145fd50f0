"""Elements of a level without padding: what encoded sets are stored as and scored from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from hgr.embeddings import Embeddings, LevelEmbedding


@dataclass(frozen=True)
class PackedLevel:
    """The real elements of one level for a block of items.

    Attributes:
        values: Elements, (N, D), item by item.
        counts: How many each item has, (B,) long; they sum to N.
    """

    values: Tensor
    counts: Tensor

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def present(self) -> Tensor:
        """(B,) bool: which items have any element on this level."""
        return self.counts > 0

    def to(self, device: torch.device | str) -> PackedLevel:
        """The same level on another device."""
        return PackedLevel(self.values.to(device), self.counts.to(device))

    def padded(self) -> LevelEmbedding:
        """The same elements, padded to the longest item."""
        width = max(int(self.counts.max()), 1) if len(self.counts) else 1
        mask = torch.arange(width, device=self.counts.device) < self.counts.unsqueeze(1)
        if len(self.values) == mask.numel():
            return LevelEmbedding(self.values.view(len(self.counts), width, self.values.shape[1]), mask)
        vectors = self.values.new_zeros(len(self.counts), width, self.values.shape[1])
        vectors[mask] = self.values
        return LevelEmbedding(vectors, mask)


PackedEmbeddings = Mapping[str, PackedLevel]
"""Level name -> its elements."""


def padded(packed: PackedEmbeddings) -> Embeddings:
    """All levels with padding."""
    return {name: level.padded() for name, level in packed.items()}
