"""The smallest retrieval system: mean word against mean frame; dropout, so that random state matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from hgr.data.items import TextItem, VideoItem
from hgr.data.spec import DataSpec
from hgr.embeddings import Embeddings, single
from hgr.models.base import FUSED, Batch, Level, RetrievalModel, SystemConfig
from hgr.similarity import cosine
from hgr.systems import SYSTEMS, System


class ToyConfig(SystemConfig):
    system: Literal["toy"] = "toy"
    width: int = 8
    dropout: float = 0.1


@dataclass(frozen=True)
class ToyText(Batch):
    words: Tensor
    mask: Tensor


@dataclass(frozen=True)
class ToyVideo(Batch):
    frames: Tensor


class ToyInputs:
    def __init__(self, config: ToyConfig, spec: DataSpec) -> None:
        self.ids = {word: i for i, word in enumerate(spec.words)}
        self.streams = tuple(spec.streams)

    def text(self, items: Sequence[TextItem]) -> ToyText:
        rows = [[self.ids.get(word, 2) for word in item.graph.words] for item in items]
        words = torch.ones(len(rows), max(map(len, rows)), dtype=torch.long)
        mask = torch.zeros_like(words, dtype=torch.bool)
        for i, row in enumerate(rows):
            words[i, : len(row)], mask[i, : len(row)] = torch.tensor(row), True
        return ToyText(words, mask)

    def video(self, items: Sequence[VideoItem]) -> ToyVideo:
        means = [
            np.concatenate([item.streams[s].mean(0, dtype=np.float64) for s in self.streams])
            for item in items
        ]
        return ToyVideo(torch.from_numpy(np.stack(means)).float())


class ToyModel(RetrievalModel):
    levels = {"bag": Level("bag")}

    def __init__(self, config: ToyConfig, spec: DataSpec) -> None:
        super().__init__()
        self.words = nn.Embedding(len(spec.words), config.width)
        self.frames = nn.Linear(sum(spec.streams.values()), config.width)
        self.dropout = nn.Dropout(config.dropout)

    def encode_text(self, text: ToyText) -> Embeddings:
        vectors = self.dropout(self.words(text.words)) * text.mask.unsqueeze(2)
        return {"bag": single(vectors.sum(1) / text.mask.sum(1, keepdim=True).clamp(min=1))}

    def encode_video(self, video: ToyVideo) -> Embeddings:
        return {"bag": single(self.dropout(self.frames(video.frames)))}

    def similarities(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        return {"bag": cosine(text["bag"], video["bag"])}

    def fuse(self, similarities: Mapping[str, Tensor], present: Any) -> dict[str, Tensor]:
        return {FUSED: similarities["bag"]}


def install() -> System:
    """Put "toy" into the table of systems and return its entry."""
    SYSTEMS["toy"] = System("toy_system", "ToyConfig", "ToyInputs", "ToyModel")
    return SYSTEMS["toy"]
