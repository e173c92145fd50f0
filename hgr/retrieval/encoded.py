"""Encoded texts or videos, packed: only real elements are kept, a block is padded again when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from hgr.embeddings import Embeddings, LevelEmbedding
from hgr.models.base import Level


@dataclass(frozen=True)
class EncodedLevel:
    """The real elements of one level.

    Attributes:
        values: (N, D), row by row.
        offsets: (B + 1,) long; row b has the elements offsets[b] to offsets[b + 1].
    """

    values: Tensor
    offsets: Tensor

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def present(self) -> Tensor:
        """(B,) bool: which rows have an element."""
        return self.offsets.diff() > 0

    def block(self, start: int, stop: int) -> LevelEmbedding:
        """Rows start to stop, padded to the longest of them."""
        counts = self.offsets[start : stop + 1].diff()
        values = self.values[int(self.offsets[start]) : int(self.offsets[stop])]
        width = max(int(counts.max()), 1) if len(counts) else 1
        mask = torch.arange(width) < counts.unsqueeze(1)
        if len(values) == mask.numel():
            return LevelEmbedding(values.view(len(counts), width, -1), mask)
        vectors = values.new_zeros(len(counts), width, values.shape[1])
        vectors[mask] = values
        return LevelEmbedding(vectors, mask)


@dataclass(frozen=True)
class Encoded:
    """All levels of a set of texts or of videos.

    Attributes:
        levels: Level name -> its elements; rows are items, on segment levels segments in item order.
        rows: Unit ("video", "segment") -> (items + 1,) long, the first row of each item.
    """

    levels: Mapping[str, EncodedLevel]
    rows: Mapping[str, Tensor]
    units: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.rows["video"]) - 1

    def block(self, start: int, stop: int, device: torch.device | str = "cpu") -> Embeddings:
        """The embeddings of items start to stop."""
        found: Embeddings = {}
        for name, level in self.levels.items():
            rows = self.rows[self.units[name]]
            found[name] = level.block(int(rows[start]), int(rows[stop])).to(device)
        return found


def encode(
    encoder: Callable[[Any], Embeddings],
    batches: Iterable[Any],
    levels: Mapping[str, Level],
    segments: Sequence[int],
    device: torch.device | str = "cpu",
) -> Encoded:
    """Run an encoder over batches and keep the real elements, in float32 on the CPU.

    Args:
        encoder: `model.encode_text` or `model.encode_video`.
        batches: The system's batches, in item order.
        levels: The system's levels.
        segments: Number of segments of each item.
        device: Where the model is.
    """
    values: dict[str, list[Tensor]] = {name: [] for name in levels}
    counts: dict[str, list[Tensor]] = {name: [] for name in levels}
    with torch.inference_mode():
        for batch in batches:
            for name, level in encoder(batch.to(device)).items():
                values[name].append(level.vectors[level.mask].float().cpu())
                counts[name].append(level.mask.sum(1).cpu())
    packed = {
        name: EncodedLevel(torch.cat(values[name]), _offsets(torch.cat(counts[name]))) for name in levels
    }
    rows = {
        "video": torch.arange(len(segments) + 1),
        "segment": _offsets(torch.as_tensor(segments, dtype=torch.long)),
    }
    return Encoded(packed, rows, {name: level.unit for name, level in levels.items()})


def _offsets(counts: Tensor) -> Tensor:
    return torch.cat([counts.new_zeros(1), counts.cumsum(0)])
