"""Made-up encoded captions and videos in the sizes of MSR-VTT, in memory or in memory-mapped files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.workload import ACTIONS, ENTITIES, NUM_FRAMES
from graphs.levels import ACTION, ENTITY, EVENT
from graphs.role_graph import RoleGraph, event_node
from hgr.data.items import Caption, TextItem, VideoItem
from hgr.data.spec import DataSpec
from hgr.embeddings import Embeddings, LevelEmbedding
from hgr.models.base import Batch
from hgr.models.hgr import HGR, HGRConfig
from hgr.retrieval.encoded import Encoded, encode

WIDTH = 1024
BATCH = 256
LEVELS = (EVENT, ACTION, ENTITY)
WORDS = ("w",)


@dataclass(frozen=True)
class Sets:
    """A system and two encoded sets; caption i describes video i * videos // texts.

    Attributes:
        model: HGR in default sizes. Its encoders play no part.
    """

    model: HGR
    texts: Encoded
    videos: Encoded

    def text_items(self) -> list[TextItem]:
        """Items with ids; every caption is a string of its own."""
        graph = RoleGraph(WORDS, (event_node(WORDS),), ())
        texts, videos = len(self.texts), len(self.videos)
        return [
            TextItem(Caption(f"c{i}", f"v{i * videos // texts}", f"caption {i}"), graph) for i in range(texts)
        ]

    def video_items(self) -> list[VideoItem]:
        """Items with ids only."""
        return [VideoItem(f"v{i}", {}) for i in range(len(self.videos))]


@dataclass(frozen=True)
class _Drawn(Batch):
    vectors: dict[str, Tensor]
    counts: dict[str, Tensor]

    def embeddings(self) -> Embeddings:
        return {
            name: LevelEmbedding(
                self.vectors[name], torch.arange(self.vectors[name].shape[1]) < self.counts[name].unsqueeze(1)
            )
            for name in LEVELS
        }


def make_sets(texts: int, videos: int, *, folder: Path | None = None, seed: int = 0) -> Sets:
    """Random vectors; captions with 1.7 actions and 3.3 entities in the mean, videos with 20 frames.

    Args:
        texts: Number of captions.
        videos: Number of videos.
        folder: Where to keep the vectors; None is memory.
        seed: Seeds everything.
    """
    model = HGR(HGRConfig(), DataSpec({"frames": 8}, ("<bos>", "<eos>", "<unk>", "w"))).eval()
    generator = torch.Generator().manual_seed(seed)
    sides = []
    for name, count in (("texts", texts), ("videos", videos)):
        sides.append(
            encode(
                _Drawn.embeddings,
                _batches(count, name == "videos", generator),
                model.levels,
                [0] * count,
                folder=None if folder is None else folder / name,
            )
        )
    return Sets(model, *sides)


def _batches(count: int, are_videos: bool, generator: torch.Generator) -> Iterator[_Drawn]:
    for first, last in pairwise([*range(0, count, BATCH), count]):
        size = last - first
        counts = {EVENT: torch.ones(size, dtype=torch.long)}
        for level, shares in ((ACTION, ACTIONS), (ENTITY, ENTITIES)):
            if are_videos:
                counts[level] = torch.full((size,), NUM_FRAMES)
            else:
                drawn = torch.multinomial(
                    torch.tensor([*shares.values()]), size, replacement=True, generator=generator
                )
                counts[level] = torch.tensor([*shares])[drawn]
        vectors = {
            level: torch.randn(size, max(int(number.max()), 1), WIDTH, generator=generator)
            for level, number in counts.items()
        }
        yield _Drawn(vectors, counts)


def bare_products(sets: Sets, text_block: int, video_block: int, device: torch.device | str = "cpu") -> None:
    """The same multiplications and nothing else: every phrase with every frame, every event with every event.

    Blocks are those of the evaluation, brought to the device as there; the results are written over one another.
    """
    room: dict[str, Tensor] = {}
    for first in range(0, len(sets.videos), video_block):
        videos = sets.videos.packed(first, min(first + video_block, len(sets.videos)), device)
        for start in range(0, len(sets.texts), text_block):
            texts = sets.texts.packed(start, min(start + text_block, len(sets.texts)), device)
            for level in LEVELS:
                a, b = texts[level].values, videos[level].values
                if level not in room or room[level].numel() < len(a) * len(b):
                    room[level] = torch.empty(len(a) * len(b), device=device)
                torch.mm(a, b.T, out=room[level][: len(a) * len(b)].view(len(a), len(b)))


def multiplications(sets: Sets) -> int:
    """How many multiplications `bare_products` does."""
    return sum(
        len(sets.texts.levels[level].values) * len(sets.videos.levels[level].values) * WIDTH
        for level in LEVELS
    )
