"""Which similarity each level of a system has: phrases that attend over frames, or one vector against one vector."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from hgr.attended_tiles import FrameTiles, Products, frame_tiles
from hgr.embeddings import Embeddings, LevelEmbedding
from hgr.packed import PackedEmbeddings
from hgr.similarity import attended, attended_prepared, frame_cosines, frame_weights

Similarity = Callable[[LevelEmbedding, LevelEmbedding], Tensor]


@dataclass(frozen=True)
class LevelMatching:
    """The similarities of a system with attended levels.

    Attributes:
        levels: Level -> (text, video) -> (T, V); None where phrases attend over frames.
        sharpness: Inverse temperature of the attention.
        fusion: Attended frames ("embed") or attended similarities ("sim").
    """

    levels: Mapping[str, Similarity | None]
    sharpness: float
    fusion: Literal["embed", "sim"]

    def similarities(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        """Matrices (T, V) by level."""
        return {
            level: compare(text[level], video[level])
            if compare is not None
            else attended(text[level], video[level], sharpness=self.sharpness, fusion=self.fusion)
            for level, compare in self.levels.items()
        }

    def prepare(self, video: PackedEmbeddings, products: Products) -> dict[str, LevelEmbedding | FrameTiles]:
        """V videos, the frames of attended levels as tiles."""
        return {
            level: frame_tiles(video[level].padded(), products) if compare is None else video[level].padded()
            for level, compare in self.levels.items()
        }

    def score(
        self, text: PackedEmbeddings, prepared: Mapping[str, LevelEmbedding | FrameTiles]
    ) -> dict[str, Tensor]:
        """`similarities` with neither padded phrases nor frames prepared again for every block of texts."""
        scores = {}
        for level, compare in self.levels.items():
            video = prepared[level]
            if isinstance(video, FrameTiles):
                scores[level] = attended_prepared(
                    text[level], video, sharpness=self.sharpness, fusion=self.fusion
                )
            elif compare is not None:
                scores[level] = compare(text[level].padded(), video)
        return scores

    def attention(self, text: Embeddings, video: Embeddings, levels: Iterable[str]) -> dict[str, Tensor]:
        """The weights (K, V, F) of the phrases of one text over the frames, on attended levels."""
        weights = {}
        for level in levels:
            cosines, _, _ = frame_cosines(text[level].vectors[text[level].mask], video[level])
            weights[level] = frame_weights(cosines, video[level].mask, self.sharpness).permute(2, 0, 1)
        return weights
