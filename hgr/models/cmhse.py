"""CMHSE: hierarchical recurrent networks over frames and clips, words and sentences.

Paper: Zhang, Hu, Sha, Cross-Modal and Hierarchical Modeling of Video and Text, ECCV 2018.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch
from pydantic import Field, field_validator
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from hgr.data.spec import DataSpec
from hgr.embeddings import Embeddings, single
from hgr.models.base import FUSED, RetrievalModel, SystemConfig
from hgr.nn.frames import FrameBatch
from hgr.nn.pooling import masked_max
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
from hgr.nn.word_batch import WordBatch
from hgr.nn.word_encoder import set_word_vectors
from hgr.similarity import cosine


class CMHSEConfig(SystemConfig):
    """Options of CMHSE. Defaults are those of ActivityNet Captions.

    Attributes:
        width: Size D of all embeddings.
        word_width: Size of word embeddings, where the data have no text features.
        max_frames: Frames kept of a video and of a clip.
        extra_frames: Frames added at the end of a clip; 1 makes published ranges, whose end is inclusive.
        levels: Which levels are matched; data without segments have no clip level.
        reconstruction: Decoders rebuild nothing, clips from videos and sentences from paragraphs, or from those the
            frames and words too.
        cluster_margin: Margin of the terms that push different items of one side apart.
    """

    system: Literal["cmhse"] = "cmhse"
    width: int = Field(1024, ge=1)
    word_width: int = Field(300, ge=1)
    max_frames: int | None = Field(80, ge=1)
    extra_frames: int = Field(1, ge=0)
    levels: tuple[LevelName, ...] = (VIDEO, CLIP, CONTEXT)
    reconstruction: Literal["none", "segments", "elements"] = "segments"
    cluster_margin: float = Field(0.2, ge=0)

    _videos_are_ranked = field_validator("levels")(check_levels)


class CMHSEInputs(SegmentedInputs):
    """Videos with clips; captions with sentences."""

    def __init__(self, config: CMHSEConfig, spec: DataSpec) -> None:
        super().__init__(spec, max_frames=config.max_frames, extra_frames=config.extra_frames)


def make_recurrent(inputs: int, width: int) -> nn.GRU:
    """A one-directional GRU: each gate's matrices Xavier-uniform by themselves, biases 0."""
    recurrent = nn.GRU(inputs, width, batch_first=True)
    for name, parameter in recurrent.named_parameters():
        if name.startswith("weight"):
            for gate in parameter.chunk(3):
                nn.init.xavier_uniform_(gate)
        else:
            nn.init.zeros_(parameter)
    return recurrent


def run(recurrent: nn.GRU, values: Tensor, mask: Tensor, start: Tensor | None = None) -> Tensor:
    """States of a GRU over sequences of different lengths.

    Args:
        recurrent: The GRU.
        values: (B, L, D_in).
        mask: (B, L), real positions first, at least one each.
        start: Initial states (B, D), 0 if not given.

    Returns:
        (B, L, D), 0 on padding.
    """
    packed = pack_padded_sequence(values, mask.sum(1).cpu(), batch_first=True, enforce_sorted=False)
    states, _ = recurrent(packed, None if start is None else start.unsqueeze(0).to(values.dtype))
    return pad_packed_sequence(states, batch_first=True, total_length=values.shape[1])[0]


class Side(nn.Module):
    """One modality: a GRU over elements for wholes and parts, a GRU over parts that starts from the whole, decoders."""

    def __init__(self, config: CMHSEConfig, feature_width: int, num_words: int | None = None) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_words, feature_width) if num_words is not None else None
        self.elements = make_recurrent(feature_width, config.width)
        self.parts = make_recurrent(config.width, config.width)
        depth = {"none": 0, "segments": 1, "elements": 2}[config.reconstruction]
        self.part_decoder = make_recurrent(config.width, config.width) if depth > 0 else None
        self.element_decoder = make_recurrent(config.width, feature_width) if depth > 1 else None

    def features(self, batch: FrameBatch | WordBatch) -> Tensor:
        """(B, L, D_in)."""
        return element_features(batch, self.embedding)

    def _pooled(self, batch: FrameBatch | WordBatch) -> Tensor:
        return masked_max(run(self.elements, self.features(batch), batch.mask), batch.mask)

    def forward(self, batch: SegmentedBatch) -> Embeddings:
        """Videos (B, 1, D), all parts (S, 1, D), contexts (B, 1, D)."""
        context, parts = self._pooled(batch.whole), self._pooled(batch.parts)
        values, mask = group(parts, batch.counts)
        whole = masked_max(run(self.parts, values, mask, context), mask)
        return {VIDEO: single(whole), CLIP: single(parts), CONTEXT: single(context)}

    def reconstruction(self, batch: SegmentedBatch, whole: Tensor) -> dict[str, Tensor]:
        """Mean distances between what decoders rebuild of the wholes (B, D) and the (fixed) originals.

        Returns:
            "segments" and, with that decoder, "elements".
        """
        if self.part_decoder is None:
            return {}
        with torch.no_grad():
            originals = self._pooled(batch.parts)
        _, mask = group(originals, batch.counts)
        rebuilt = run(self.part_decoder, whole.unsqueeze(1).expand(-1, mask.shape[1], -1), mask)[mask]
        found = {"segments": distance(rebuilt, originals)}
        if self.element_decoder is not None:
            real = batch.parts.mask
            with torch.no_grad():
                targets = self.features(batch.parts)[real]
            again = run(self.element_decoder, rebuilt.unsqueeze(1).expand(-1, real.shape[1], -1), real)[real]
            found["elements"] = distance(again, targets)
        return found


def distance(a: Tensor, b: Tensor) -> Tensor:
    """Mean Euclidean distance of rows (N, D)."""
    return torch.linalg.vector_norm(a.float() - b.float(), dim=-1).mean()


class CMHSE(RetrievalModel):
    """Videos and paragraphs, clips and sentences, and their contexts; videos rank."""

    def __init__(self, config: CMHSEConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config = config
        self.levels = levels_of(config.levels)
        self.video = Side(config, sum(spec.streams.values()))
        if spec.text_streams:
            self.text = Side(config, sum(spec.text_streams.values()))
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

    def _encode(self, side: Side, batch: SegmentedBatch) -> Embeddings:
        encoded = side(batch)
        encoded[CLIP] = encoded[CLIP][batch.rows]
        return {level: encoded[level] for level in self.levels}

    def encode_text(self, text: SegmentedBatch) -> Embeddings:
        """Paragraphs (T, 1, D), sentences (S, 1, D), contexts (T, 1, D)."""
        return self._encode(self.text, text)

    def encode_video(self, video: SegmentedBatch) -> Embeddings:
        """Videos (V, 1, D), clips (C, 1, D), contexts (V, 1, D)."""
        return self._encode(self.video, video)

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
        """Terms "cluster_<level>" (summed over pairs, half of both sides) and "reconstruct_<segments, elements>"."""
        terms = cluster_terms(
            self.levels,
            text,
            (text_embeddings, video_embeddings),
            positives,
            margin=self.config.cluster_margin,
            reduction="sum",
        )
        found = [
            side.reconstruction(batch, embeddings[VIDEO].vectors[:, 0])
            for side, batch, embeddings in (
                (self.text, text, text_embeddings),
                (self.video, video, video_embeddings),
            )
        ]
        return terms | {f"reconstruct_{name}": found[0][name] + found[1][name] for name in found[0]}
