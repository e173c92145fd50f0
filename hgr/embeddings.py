"""What encoders produce: one set of vectors an item and level."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class LevelEmbedding:
    """The elements of one level for a batch of items.

    Attributes:
        vectors: Elements, (B, K, D); K is 1 for a level with one vector an item.
        mask: (B, K) bool, True where an element is real.
    """

    vectors: Tensor
    mask: Tensor

    def __post_init__(self) -> None:
        if self.vectors.ndim != 3 or self.mask.shape != self.vectors.shape[:2]:
            raise ValueError(
                f"expected vectors (B, K, D) and mask (B, K), "
                f"found {tuple(self.vectors.shape)} and {tuple(self.mask.shape)}"
            )
        if self.mask.dtype != torch.bool:
            raise ValueError(f"mask must be bool, found {self.mask.dtype}")

    def __len__(self) -> int:
        return self.vectors.shape[0]

    def __getitem__(self, rows: slice | Tensor) -> LevelEmbedding:
        """The same level for some of the items."""
        return LevelEmbedding(self.vectors[rows], self.mask[rows])

    def to(self, device: torch.device | str) -> LevelEmbedding:
        """The same level on another device."""
        return LevelEmbedding(self.vectors.to(device), self.mask.to(device))

    @property
    def present(self) -> Tensor:
        """(B,) bool: which items have any element on this level."""
        return self.mask.any(dim=1)


Embeddings = dict[str, LevelEmbedding]
"""Level name -> its elements."""


def single(vectors: Tensor) -> LevelEmbedding:
    """A level with one vector an item.

    Args:
        vectors: (B, D).
    """
    return LevelEmbedding(vectors.unsqueeze(1), vectors.new_ones(vectors.shape[0], 1, dtype=torch.bool))


def concatenate(parts: list[LevelEmbedding]) -> LevelEmbedding:
    """One level of several batches as one batch, padded to the largest K.

    Args:
        parts: At least one batch of the same level; K may differ.
    """
    width = max(part.vectors.shape[1] for part in parts)
    vectors = [torch.nn.functional.pad(p.vectors, (0, 0, 0, width - p.vectors.shape[1])) for p in parts]
    masks = [torch.nn.functional.pad(p.mask, (0, width - p.mask.shape[1])) for p in parts]
    return LevelEmbedding(torch.cat(vectors), torch.cat(masks))
