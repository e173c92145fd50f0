"""Scores of encoded texts and videos, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from hgr.models.base import RetrievalModel
from hgr.retrieval.encoded import Encoded
from hgr.settings import EvaluationSettings


@dataclass
class Blocks:
    """Scores of any block of texts and videos; a block is the same in both passes, to the last bit."""

    model: RetrievalModel
    texts: Encoded
    videos: Encoded
    text_edges: list[tuple[int, int]]
    video_edges: list[tuple[int, int]]
    settings: EvaluationSettings
    device: torch.device | str

    @classmethod
    def of(
        cls,
        model: RetrievalModel,
        texts: Encoded,
        videos: Encoded,
        settings: EvaluationSettings,
        device: torch.device | str = "cpu",
    ) -> Blocks:
        """All pairs in blocks of the sizes that the settings say."""
        edges = _edges(len(texts), settings.text_block), _edges(len(videos), settings.video_block)
        return cls(model, texts, videos, *edges, settings, device)

    def prepared(self, j: int) -> tuple[Any, dict[str, Tensor]]:
        """Block j of videos, and on which levels each has an element."""
        packed = self.videos.packed(*self.video_edges[j], self.device)
        with torch.inference_mode():
            made = self.model.prepare_videos(packed, products=self.settings.products)
        return made, {name: level.present for name, level in packed.items()}

    def scores(self, i: int, prepared: tuple[Any, dict[str, Tensor]]) -> dict[str, Tensor]:
        """Every matrix of block i of texts and a prepared block of videos."""
        videos, video_present = prepared
        text = self.texts.packed(*self.text_edges[i], self.device)
        with torch.inference_mode():
            found = self.model.score(text, videos)
            present = {name: (level.present, video_present[name]) for name, level in text.items()}
            return found | self.model.fuse(found, present)

    def start(self, unit: str, i: int, j: int) -> tuple[int, int]:
        """Where a block begins in a matrix of this unit."""
        row, column = self.text_edges[i][0], self.video_edges[j][0]
        return int(self.texts.rows[unit][row]), int(self.videos.rows[unit][column])


def _edges(count: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(start + size, count)) for start in range(0, count, size)]
