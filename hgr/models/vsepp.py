"""VSE++: one vector a caption, one vector a video, the hardest negative decides.

Paper: Faghri, Fleet, Kiros, Fidler, VSE++: Improving Visual-Semantic Embeddings with Hard Negatives, BMVC 2018; for
videos as in Chen et al., CVPR 2020, whose baseline it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from graphs.levels import EVENT
from hgr.data.items import TextItem, VideoItem
from hgr.data.spec import DataSpec
from hgr.embeddings import Embeddings, single
from hgr.models.base import FUSED, Level, RetrievalModel, SystemConfig
from hgr.nn.frames import FrameBatch, frame_batch
from hgr.nn.pooling import masked_mean
from hgr.nn.word_batch import WordBatch, word_batch
from hgr.nn.word_encoder import WordEncoder, set_word_vectors
from hgr.similarity import cosine


class VSEPPConfig(SystemConfig):
    """Options of VSE++. Defaults are those of the baseline in HGR's release.

    Attributes:
        width: Size D of the joint space.
        word_width: Size of word embeddings.
        text_encoder: Recurrent word encoder; the paper has "gru".
        text_pooling: Mean of the word states, or the last one as in the paper (one direction only).
        dropout: On word embeddings.
        video_dropout: On projected videos.
        max_words: Cut captions; published 30.
    """

    system: Literal["vsepp"] = "vsepp"
    width: int = Field(1024, ge=1)
    word_width: int = Field(300, ge=1)
    text_encoder: Literal["bigru", "bilstm", "gru", "lstm"] = "bigru"
    text_pooling: Literal["mean", "last"] = "mean"
    dropout: float = Field(0.2, ge=0, lt=1)
    video_dropout: float = Field(0.2, ge=0, lt=1)
    max_words: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _last_state_has_a_direction(self) -> VSEPPConfig:
        if self.text_pooling == "last" and self.text_encoder.startswith("bi"):
            raise ValueError(
                f"text_pooling 'last' needs 'gru' or 'lstm', found text_encoder {self.text_encoder!r}"
            )
        return self


class VSEPPInputs:
    """Words and frames."""

    def __init__(self, config: VSEPPConfig, spec: DataSpec) -> None:
        self.word_ids = {word: i for i, word in enumerate(spec.words)}
        self.max_words = config.max_words
        self.streams = dict(spec.streams)

    def text(self, items: Sequence[TextItem]) -> WordBatch:
        """Captions -> batch."""
        return word_batch([item.graph.words for item in items], self.word_ids, max_words=self.max_words)

    def video(self, items: Sequence[VideoItem]) -> FrameBatch:
        """Videos -> batch."""
        return frame_batch(items, self.streams)


class VSEPP(RetrievalModel):
    """Pooled words against pooled frames: one level, the event."""

    levels = {EVENT: Level(EVENT)}

    def __init__(self, config: VSEPPConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config = config
        cell: Literal["gru", "lstm"] = "lstm" if config.text_encoder.endswith("lstm") else "gru"
        self.words = WordEncoder(
            len(spec.words),
            config.word_width,
            config.width,
            cell,
            config.text_encoder.startswith("bi"),
            dropout=config.dropout,
        )
        self.projection = nn.Linear(sum(spec.streams.values()), config.width)
        self.dropout = nn.Dropout(config.video_dropout)

    def set_word_vectors(self, vectors: Tensor) -> int:
        """Start the word embeddings from pretrained vectors (num_words, word_width); NaN rows stay as they are."""
        return set_word_vectors(self.words.embedding, vectors)

    def encode_text(self, text: WordBatch) -> Embeddings:
        """Event (T, 1, D)."""
        states = self.words(text.word_ids, torch.tensor(text.lengths))
        if self.config.text_pooling == "mean":
            return {EVENT: single(masked_mean(states, text.mask))}
        last = text.mask.sum(1) - 1
        return {EVENT: single(states[torch.arange(len(text), device=last.device), last])}

    def encode_video(self, video: FrameBatch) -> Embeddings:
        """Event (V, 1, D)."""
        return {EVENT: single(self.dropout(self.projection(masked_mean(video.frames, video.mask))))}

    def similarities(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        """Cosine of events."""
        return {EVENT: cosine(text[EVENT], video[EVENT])}

    def fuse(
        self, similarities: Mapping[str, Tensor], present: Mapping[str, tuple[Tensor, Tensor]]
    ) -> dict[str, Tensor]:
        """The one level there is."""
        return {FUSED: similarities[EVENT]}
