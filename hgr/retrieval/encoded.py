"""Encoded texts or videos, packed: only real elements are kept, a block is padded again when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hgr.embeddings import Embeddings, LevelEmbedding
from hgr.models.base import Level
from hgr.packed import PackedLevel, padded


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

    def packed(self, start: int, stop: int) -> PackedLevel:
        """Rows start to stop."""
        offsets = self.offsets[start : stop + 1]
        return PackedLevel(self.values[int(offsets[0]) : int(offsets[-1])], offsets.diff())

    def block(self, start: int, stop: int) -> LevelEmbedding:
        """Rows start to stop, padded to the longest of them."""
        return self.packed(start, stop).padded()


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

    def packed(self, start: int, stop: int, device: torch.device | str = "cpu") -> dict[str, PackedLevel]:
        """The elements of items start to stop."""
        found = {}
        for name, level in self.levels.items():
            rows = self.rows[self.units[name]]
            found[name] = level.packed(int(rows[start]), int(rows[stop])).to(device)
        return found

    def block(self, start: int, stop: int, device: torch.device | str = "cpu") -> Embeddings:
        """The embeddings of items start to stop."""
        return padded(self.packed(start, stop, device))


def encode(
    encoder: Callable[[Any], Embeddings],
    batches: Iterable[Any],
    levels: Mapping[str, Level],
    segments: Sequence[int],
    device: torch.device | str = "cpu",
    *,
    folder: Path | None = None,
) -> Encoded:
    """Run an encoder over batches and keep the real elements, in float32 on the CPU.

    Args:
        encoder: `model.encode_text` or `model.encode_video`.
        batches: The system's batches, in item order.
        levels: The system's levels.
        segments: Number of segments of each item.
        device: Where the model is.
        folder: Keep the elements in memory-mapped files there, `<level>.float32`, in place of memory.
    """
    stores = {name: _Store(None if folder is None else folder / f"{name}.float32") for name in levels}
    with torch.inference_mode():
        for batch in batches:
            for name, level in encoder(batch.to(device)).items():
                stores[name].add(level.vectors[level.mask].float().cpu(), level.mask.sum(1).cpu())
    rows = {
        "video": torch.arange(len(segments) + 1),
        "segment": _offsets(torch.as_tensor(segments, dtype=torch.long)),
    }
    packed = {name: store.finish() for name, store in stores.items()}
    return Encoded(packed, rows, {name: level.unit for name, level in levels.items()})


class _Store:
    """One level's elements as they come, in memory or in a file."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.values: list[Tensor] = []
        self.counts: list[Tensor] = []
        self.shape = (0, 0)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")

    def add(self, values: Tensor, counts: Tensor) -> None:
        self.counts.append(counts)
        self.shape = (self.shape[0] + len(values), values.shape[1])
        if self.path is None:
            self.values.append(values)
            return
        with self.path.open("ab") as file:
            values.numpy().tofile(file)

    def finish(self) -> EncodedLevel:
        offsets = _offsets(torch.cat(self.counts))
        if self.path is None or not self.shape[0]:
            values = torch.cat(self.values) if self.values else torch.zeros(self.shape)
            return EncodedLevel(values, offsets)
        # "c" maps copy-on-write: torch wants arrays that it may write to, the file never changes.
        mapped = np.memmap(self.path, dtype=np.float32, mode="c", shape=self.shape)
        return EncodedLevel(torch.from_numpy(mapped), offsets)


def _offsets(counts: Tensor) -> Tensor:
    return torch.cat([counts.new_zeros(1), counts.cumsum(0)])
