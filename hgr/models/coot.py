"""COOT: hierarchical transformers over frames and clips, words and sentences.

Paper: Ging, Zolfaghari, Pirsiavash, Brox, COOT: Cooperative Hierarchical Transformer for Video-Text Representation
Learning, NeurIPS 2020.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch
from pydantic import Field, field_validator, model_validator
from torch import Tensor, nn

from hgr.data.spec import DataSpec
from hgr.embeddings import Embeddings, LevelEmbedding, single
from hgr.losses.cycle import cycle_consistency
from hgr.models.base import FUSED, RetrievalModel, SystemConfig
from hgr.nn.frames import FrameBatch
from hgr.nn.pooling import masked_mean
from hgr.nn.segment_levels import (
    CLIP,
    CONTEXT,
    VIDEO,
    LevelName,
    SegmentedInputs,
    check_levels,
    cluster_terms,
    element_features,
    levels_of,
)
from hgr.nn.segments import SegmentedBatch, group
from hgr.nn.transformer import AttentionAwarePooling, PostNormLayer, SampleNorm, channel_positions, initialize
from hgr.nn.word_batch import WordBatch
from hgr.nn.word_encoder import set_word_vectors
from hgr.similarity import cosine


class COOTConfig(SystemConfig):
    """Options of COOT. Defaults are those of YouCook2 with HowTo100M features.

    Attributes:
        width: Size D of clips, sentences and contexts; videos and paragraphs have 2 D.
        heads: Attention heads.
        pool_heads: Heads of the pooling over time.
        pool_hidden: Hidden units of all of them.
        dropout: On attention, feed-forward networks and pooling.
        frame_noise: Standard deviation of normal noise, cut at two of them, added to frames in training.
        word_width: Size of word embeddings, where the data have no text features.
        max_frames: Frames kept of a video and of a clip.
        extra_frames: Frames added at the end of a clip.
        least_frames: Shorter clips are widened to so many frames.
        levels: Which levels are matched; data without segments have no clip level.
        legacy_padding: Pool clips over padding too, divided by the true count, as published, so that embeddings of
            videos and paragraphs depend on the batch.
        cluster_margin: Margin of the terms that push different items of one side apart.
        cycle_samples: Clips drawn from each video for the cycle terms, published 1; None for all.
    """

    system: Literal["coot"] = "coot"
    width: int = Field(384, ge=2)
    heads: int = Field(8, ge=1)
    pool_heads: int = Field(2, ge=1)
    pool_hidden: int = Field(768, ge=1)
    dropout: float = Field(0.05, ge=0, lt=1)
    frame_noise: float = Field(0.0, ge=0)
    word_width: int = Field(300, ge=2)
    max_frames: int | None = Field(80, ge=1)
    extra_frames: int = Field(2, ge=0)
    least_frames: int = Field(1, ge=1)
    levels: tuple[LevelName, ...] = (VIDEO, CLIP, CONTEXT)
    legacy_padding: bool = False
    cluster_margin: float = Field(0.2, ge=0)
    cycle_samples: int | None = Field(None, ge=1)

    _videos_are_ranked = field_validator("levels")(check_levels)

    @model_validator(mode="after")
    def _heads_fit(self) -> COOTConfig:
        if self.width % self.heads or self.width % self.pool_heads or self.pool_hidden % self.pool_heads:
            raise ValueError(
                f"width {self.width} must be a multiple of heads {self.heads} and pool_heads {self.pool_heads}, "
                f"pool_hidden {self.pool_hidden} of pool_heads"
            )
        return self


class COOTInputs(SegmentedInputs):
    """Videos with clips; captions with sentences."""

    def __init__(self, config: COOTConfig, spec: DataSpec) -> None:
        super().__init__(
            spec,
            max_frames=config.max_frames,
            extra_frames=config.extra_frames,
            least_frames=config.least_frames,
        )


class LocalEncoder(nn.Module):
    """A sequence of features to one vector: norm, projection, positions, transformer, attention-aware pooling."""

    def __init__(self, config: COOTConfig, feature_width: int) -> None:
        super().__init__()
        self.norm = SampleNorm(feature_width)
        self.projection = nn.Linear(feature_width, config.width)
        self.layer = PostNormLayer(config.width, config.heads, config.dropout)
        self.pooling = AttentionAwarePooling(
            config.width, config.pool_heads, config.pool_hidden, config.dropout
        )

    def forward(self, features: Tensor, mask: Tensor) -> Tensor:
        """(B, L, D_in), (B, L) -> (B, D)."""
        values = nn.functional.gelu(self.projection(self.norm(features)))
        values = values + channel_positions(values.shape[1], values.shape[2], values.device).to(values.dtype)
        return self.pooling(self.layer(values, values, mask), mask)


class GlobalEncoder(nn.Module):
    """Clips and their context to one vector: transformer over clips, and the context attending to them.

    Args:
        config: Options.
    """

    def __init__(self, config: COOTConfig) -> None:
        super().__init__()
        self.norm = SampleNorm(config.width)
        self.layer = PostNormLayer(config.width, config.heads, config.dropout)
        self.context = PostNormLayer(config.width, config.heads, config.dropout)
        self.legacy_padding = config.legacy_padding

    def forward(self, parts: Tensor, mask: Tensor, context: Tensor) -> Tensor:
        """Parts (B, K, D), (B, K), context (B, D) -> (B, 2 D)."""
        values = self.norm(parts)
        values = values + channel_positions(values.shape[1], values.shape[2], values.device).to(values.dtype)
        hidden = self.layer(values, values, mask)
        focused = self.context(context.unsqueeze(1), hidden, mask).squeeze(1)
        pooled = (
            hidden.sum(1) / mask.sum(1, keepdim=True) if self.legacy_padding else masked_mean(hidden, mask)
        )
        return torch.cat([pooled, focused], dim=-1)


class Side(nn.Module):
    """One modality: the same local encoder for wholes and for parts, then the global encoder."""

    def __init__(self, config: COOTConfig, feature_width: int, num_words: int | None = None) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_words, feature_width) if num_words is not None else None
        self.local = LocalEncoder(config, feature_width)
        self.whole = GlobalEncoder(config)
        initialize(self.local)
        initialize(self.whole)
        self.noise = config.frame_noise if num_words is None else 0.0

    def _local(self, batch: FrameBatch | WordBatch) -> Tensor:
        features = element_features(batch, self.embedding)
        if self.training and self.noise:
            noise = nn.init.trunc_normal_(
                torch.empty_like(features), std=self.noise, a=-2 * self.noise, b=2 * self.noise
            )
            features = features + noise
        return self.local(features, batch.mask)

    def forward(self, batch: SegmentedBatch) -> Embeddings:
        """Videos (B, 1, 2 D), the real clips (rows, 1, D), contexts (B, 1, D)."""
        context, parts = self._local(batch.whole), self._local(batch.parts)
        whole = self.whole(*group(parts, batch.counts), context)
        return {VIDEO: single(whole), CLIP: single(parts[batch.rows]), CONTEXT: single(context)}


class COOT(RetrievalModel):
    """Videos and paragraphs, clips and sentences, and their contexts; videos rank."""

    def __init__(self, config: COOTConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config = config
        self.levels = levels_of(config.levels)
        self.video = Side(config, sum(spec.streams.values()))
        if spec.text_streams:
            self.text = Side(config.model_copy(update={"frame_noise": 0.0}), sum(spec.text_streams.values()))
        else:
            self.text = Side(config, config.word_width, len(spec.words))

    def set_word_vectors(self, vectors: Tensor) -> int:
        """Start the word embeddings from pretrained vectors (num_words, word_width); NaN rows stay as they are.

        Raises:
            DataError: The data have text features, so there are no word embeddings.
        """
        if self.text.embedding is None:
            return super().set_word_vectors(vectors)
        return set_word_vectors(self.text.embedding, vectors)

    def encode_text(self, text: SegmentedBatch) -> Embeddings:
        """Paragraphs (T, 1, 2 D), sentences (S, 1, D), contexts (T, 1, D)."""
        encoded = self.text(text)
        return {level: encoded[level] for level in self.levels}

    def encode_video(self, video: SegmentedBatch) -> Embeddings:
        """Videos (V, 1, 2 D), clips (C, 1, D), contexts (V, 1, D)."""
        encoded = self.video(video)
        return {level: encoded[level] for level in self.levels}

    def similarities(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        """Cosines: paragraphs and videos (T, V), sentences and clips (S, C), contexts (T, V)."""
        return {level: cosine(text[level], video[level]) for level in self.levels}

    def fuse(
        self, similarities: Mapping[str, Tensor], present: Mapping[str, tuple[Tensor, Tensor]]
    ) -> dict[str, Tensor]:
        """Videos rank, as published."""
        return {FUSED: similarities[VIDEO]}

    def auxiliary_losses(
        self,
        *,
        text: SegmentedBatch,
        video: SegmentedBatch,
        text_embeddings: Embeddings,
        video_embeddings: Embeddings,
        positives: Tensor,
    ) -> dict[str, Tensor]:
        """Terms "cluster_<level>", and where there is a clip level "cycle_clip" and "cycle_sentence".

        Cluster: a hinge within each side that pushes different items apart, half of both sides. Cycle: clip ->
        sentence -> clip and the reverse; text i and video i are a pair.
        """
        terms = cluster_terms(
            self.levels,
            text,
            (text_embeddings, video_embeddings),
            positives,
            margin=self.config.cluster_margin,
            reduction="cells",
        )
        if CLIP in self.levels:
            clips, clip_mask = _groups(video_embeddings[CLIP], video)
            sentences, sentence_mask = _groups(text_embeddings[CLIP], text)
            samples = self.config.cycle_samples
            terms["cycle_clip"] = cycle_consistency(
                clips, clip_mask, sentences, sentence_mask, samples=samples
            )
            terms["cycle_sentence"] = cycle_consistency(
                sentences, sentence_mask, clips, clip_mask, samples=samples
            )
        return terms


def _groups(level: LevelEmbedding, batch: SegmentedBatch) -> tuple[Tensor, Tensor]:
    """The real segments of a batch, one row an item."""
    parts = level.vectors.new_zeros(sum(batch.counts), level.vectors.shape[-1])
    parts = parts.index_copy(0, batch.rows, level.vectors[:, 0])
    real = torch.zeros(len(parts), dtype=torch.bool, device=parts.device).index_fill(0, batch.rows, True)
    values, mask = group(parts, batch.counts)
    return values, mask & group(real, batch.counts)[0]
