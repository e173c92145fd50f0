"""The waist: what every retrieval system looks like from outside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Literal, Protocol, Self

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn

from hgr.data.items import TextItem, VideoItem
from hgr.data.spec import DataSpec
from hgr.embeddings import Embeddings
from hgr.errors import DataError
from hgr.packed import PackedEmbeddings, padded

FUSED = "fused"
"""The matrix that ranks."""


class SystemConfig(BaseModel):
    """Base of every system's options: frozen, unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    system: str


@dataclass(frozen=True)
class Level:
    """What the rows and columns of a level are, and its elements.

    Attributes:
        name: Its key.
        unit: Rows and columns are texts and videos, or sentences and clips.
        nodes: Level of the role graph whose nodes a text's elements are, in node order; None where it is `name`.
    """

    name: str
    unit: Literal["video", "segment"] = "video"
    nodes: str | None = None


@dataclass(frozen=True)
class Batch:
    """Base of a system's inputs: a dataclass of tensors (and plain values), moved as one."""

    def to(self, device: torch.device | str) -> Self:
        """The same batch with every tensor, nested batches included, on `device`."""
        return replace(self, **{f.name: _to(getattr(self, f.name), device) for f in fields(self)})


def _to(value: Any, device: torch.device | str) -> Any:
    if isinstance(value, dict):
        return {key: _to(item, device) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_to(item, device) for item in value)
    return value.to(device) if hasattr(value, "to") else value


class Inputs(Protocol):
    """A system's input preparation: small, picklable, without weights, usable in a worker process."""

    def __init__(self, config: Any, spec: DataSpec) -> None: ...

    def text(self, items: Sequence[TextItem]) -> Batch:
        """Captions -> the system's text batch."""
        ...

    def video(self, items: Sequence[VideoItem]) -> Batch:
        """Videos -> the system's video batch."""
        ...


class RetrievalModel(nn.Module, ABC):
    """A retrieval system: two encoders, similarities per level, one fusion.

    Attributes:
        levels: Level name -> Level, in reporting order. Keys of embeddings and similarities equal these.
        matrices: Names of what `fuse` returns; "fused" is the one that ranks.
    """

    levels: Mapping[str, Level]
    matrices: ClassVar[tuple[str, ...]] = (FUSED,)

    @abstractmethod
    def encode_text(self, text: Any) -> Embeddings:
        """Embeddings of a text batch; rows are texts, on segment levels sentences in text order."""

    @abstractmethod
    def encode_video(self, video: Any) -> Embeddings:
        """Embeddings of a video batch; rows are videos, on segment levels clips in video order."""

    @abstractmethod
    def similarities(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        """Similarity matrices by level, each (T, V) or on segment levels (sentences, clips)."""

    @abstractmethod
    def fuse(
        self, similarities: Mapping[str, Tensor], present: Mapping[str, tuple[Tensor, Tensor]]
    ) -> dict[str, Tensor]:
        """The matrices that rank, made from the levels.

        Args:
            similarities: Matrices by level.
            present: By level, which texts (T,) and which videos (V,) have an element there.

        Returns:
            {"fused": (T, V)} and any further matrix named in `matrices`.
        """

    def prepare_videos(self, video: PackedEmbeddings, *, products: Literal["float32", "bfloat16"]) -> Any:
        """What `score` wants of a block of videos, made once for all texts that are compared with it.

        Args:
            video: V videos.
            products: Precision of the factors of matrix products; a system may ignore it.
        """
        return padded(video)

    def score(self, text: PackedEmbeddings, prepared: Any) -> dict[str, Tensor]:
        """`similarities` without gradient, of texts without padding and of videos that are prepared.

        Args:
            text: T texts.
            prepared: What `prepare_videos` gave.
        """
        return self.similarities(padded(text), prepared)

    def auxiliary_losses(
        self,
        *,
        text: Any,
        video: Any,
        text_embeddings: Embeddings,
        video_embeddings: Embeddings,
        positives: Tensor,
    ) -> dict[str, Tensor]:
        """Loss terms that need more than a similarity matrix, unweighted, by name; the YAML weighs them.

        Args:
            text: The text batch.
            video: The video batch.
            text_embeddings: What `encode_text` gave for it.
            video_embeddings: What `encode_video` gave for it.
            positives: (T, V) bool.
        """
        return {}

    def alignment(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        """By level, how much each element of one text attends to each frame: (K, V, F), weights that sum to 1 over F.

        Args:
            text: Embeddings of exactly one text.
            video: Embeddings of V videos.

        Returns:
            Only the levels that align elements with frames; {} for a system without any.
        """
        return {}

    def set_word_vectors(self, vectors: Tensor) -> int:
        """Start the word embeddings from pretrained vectors.

        Args:
            vectors: (num_words, D); a row with NaN stands for a word without a vector.

        Returns:
            How many words were set.

        Raises:
            DataError: The system has no word embeddings, or of another size.
        """
        raise DataError(f"{type(self).__name__} has no word embeddings that could be set")


def mean_of_levels(
    similarities: Mapping[str, Tensor], present: Mapping[str, tuple[Tensor, Tensor]], *, skip: bool
) -> Tensor:
    """Mean of similarity matrices over levels.

    Args:
        similarities: Matrices (T, V) by level.
        present: By level, which texts (T,) and which videos (V,) have an element there.
        skip: Leave a level out of the mean of the pairs that lack it; else it counts with the score it has, 0.

    Returns:
        (T, V).
    """
    if not skip:
        return torch.stack([*similarities.values()]).mean(0)
    total, count = None, None
    for level, matrix in similarities.items():
        text, video = present[level]
        # Where every video has the level, one column of weights serves all.
        columns = video[:1] if video.all() else video
        both = (text.unsqueeze(1) & columns.unsqueeze(0)).to(matrix.dtype)
        total = matrix * both if total is None else torch.addcmul(total, matrix, both)
        count = both if count is None else count + both
    if total is None or count is None:
        raise ValueError("expected the similarities of at least one level")
    return total / count.clamp(min=1)


def presence(text: Embeddings, video: Embeddings) -> dict[str, tuple[Tensor, Tensor]]:
    """By level, which texts (T,) and which videos (V,) have an element: the `present` argument of `fuse`."""
    return {level: (text[level].present, video[level].present) for level in text}
