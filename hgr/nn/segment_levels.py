"""What systems of videos and clips, paragraphs and sentences share: three levels, inputs, keeping items apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from torch import Tensor, nn

from hgr.data.items import TextItem, VideoItem
from hgr.data.spec import DataSpec
from hgr.embeddings import Embeddings
from hgr.losses.spread import spread
from hgr.models.base import Level
from hgr.nn.frames import FrameBatch
from hgr.nn.segments import (
    SegmentedBatch,
    same_segments,
    segmented_features,
    segmented_videos,
    segmented_words,
)
from hgr.nn.word_batch import WordBatch

LevelName = Literal["video", "clip", "context"]
VIDEO: Final = "video"
CLIP: Final = "clip"
CONTEXT: Final = "context"
UNITS: dict[str, Literal["video", "segment"]] = {VIDEO: "video", CLIP: "segment", CONTEXT: "video"}


def check_levels(levels: tuple[LevelName, ...]) -> tuple[LevelName, ...]:
    """The option `levels`, for a pydantic validator.

    Raises:
        ValueError: A level occurs twice, or there are no videos to rank.
    """
    if VIDEO not in levels or len(set(levels)) != len(levels):
        raise ValueError(f"expected distinct levels, 'video' among them, found {levels}")
    return levels


def levels_of(names: Iterable[str]) -> dict[str, Level]:
    """The levels of these names; rows and columns of "clip" are sentences and clips."""
    return {name: Level(name, UNITS[name]) for name in names}


class SegmentedInputs:
    """Videos with clips; captions with sentences, as text features where the data have them, else as words.

    Args:
        spec: Streams, text streams and words.
        max_frames, extra_frames, least_frames: See `segmented_videos`.
    """

    def __init__(
        self, spec: DataSpec, *, max_frames: int | None, extra_frames: int, least_frames: int = 1
    ) -> None:
        self.streams, self.text_streams = dict(spec.streams), dict(spec.text_streams)
        self.word_ids = {word: i for i, word in enumerate(spec.words)}
        self.max_frames, self.extra_frames, self.least_frames = max_frames, extra_frames, least_frames

    def text(self, items: Sequence[TextItem]) -> SegmentedBatch:
        """Captions -> batch."""
        if self.text_streams:
            return segmented_features(items, self.text_streams)
        return segmented_words(items, self.word_ids)

    def video(self, items: Sequence[VideoItem]) -> SegmentedBatch:
        """Videos -> batch."""
        return segmented_videos(
            items,
            self.streams,
            max_frames=self.max_frames,
            extra_frames=self.extra_frames,
            least_frames=self.least_frames,
        )


def element_features(batch: FrameBatch | WordBatch, embedding: nn.Embedding | None) -> Tensor:
    """Frames or text features as they are, words as their embeddings: (B, L, D).

    Raises:
        ValueError: Words, and no embedding.
    """
    if isinstance(batch, FrameBatch):
        return batch.frames
    if embedding is None:
        raise ValueError("words were given to an encoder that was built for text features")
    return embedding(batch.word_ids)


def cluster_terms(
    levels: Iterable[str],
    text: SegmentedBatch,
    sides: tuple[Embeddings, Embeddings],
    positives: Tensor,
    *,
    margin: float,
    reduction: Literal["cells", "sum"],
) -> dict[str, Tensor]:
    """What it costs that different items of one side are alike: "cluster_<level>", half of both sides.

    Args:
        levels: Names.
        text: The captions, for which sentences belong to which.
        sides: Embeddings of captions and of videos.
        positives: (T, V), which pairs are the same and cost nothing.
        margin, reduction: See `hgr.losses.spread.spread`.
    """
    terms = {}
    for level in levels:
        same = same_segments(positives, text) if UNITS[level] == "segment" else positives
        costs = [spread(side[level], same, margin=margin, reduction=reduction) for side in sides]
        terms[f"cluster_{level}"] = (costs[0] + costs[1]) / 2
    return terms
