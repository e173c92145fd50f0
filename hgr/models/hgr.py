"""HGR: hierarchical graph reasoning over events, actions and entities.

Paper: Chen, Zhao, Jin, Wu, Fine-grained Video-Text Retrieval with Hierarchical Graph Reasoning, CVPR 2020.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field, field_validator
from torch import Tensor, nn

from graphs.levels import ACTION, ENTITY, EVENT
from hgr.attended_tiles import FrameTiles, Products
from hgr.data.items import TextItem, VideoItem
from hgr.data.spec import DataSpec
from hgr.embeddings import Embeddings, LevelEmbedding, single
from hgr.level_matching import LevelMatching
from hgr.losses.cycle import cycle_consistency
from hgr.models.base import FUSED, Level, RetrievalModel, SystemConfig, mean_of_levels
from hgr.nn.frames import FrameBatch, frame_batch, relative_positions
from hgr.nn.pooling import AttentionPooling
from hgr.nn.role_graph_encoder import (
    PhraseContext,
    RoleGraphEncoder,
    RoleGraphInputs,
    RoleGraphText,
    TextEncoder,
)
from hgr.nn.word_encoder import set_word_vectors
from hgr.packed import PackedEmbeddings
from hgr.similarity import cosine


class HGRConfig(SystemConfig):
    """Options of HGR. Defaults are the published sizes, with the deviations that docs/systems/hgr.md lists.

    Attributes:
        width: Size D of all embeddings.
        word_width: Size of word embeddings.
        text_encoder: Recurrent word encoder; the released code has "bigru", the paper says BiLSTM.
        text_layers: Its layers.
        phrase_context: The words of a phrase are read within the caption, or ("phrase") by themselves, so that each
            level sees only the words of its own phrases.
        dropout: On word embeddings.
        video_dropout: On projected frames.
        share_video_encoder: One projection of frames for all levels in place of one each.
        graph_layers: Rounds of reasoning; 0 for none.
        graph_attention: Attention over role edges, or the plain mean of the neighbors.
        graph_dropout: On messages.
        fusion: Attended frames ("embed") or attended similarities ("sim").
        sharpness: Inverse temperature of the attention of phrases over frames.
        levels: Which levels are matched; fewer for ablations.
        missing_level: A level that a caption lacks is left out of the mean ("skip") or counts 0 ("zero", as published).
        max_actions: Keep the first actions of a caption; published 4.
        max_entities: Keep the first entities; published 6.
        max_words: Cut captions; published 30.
        frame_position: Add a code of the place in time to frame features before the level projections.
    """

    system: Literal["hgr"] = "hgr"
    width: int = Field(1024, ge=2)
    word_width: int = Field(300, ge=1)
    text_encoder: TextEncoder = "bigru"
    text_layers: int = Field(1, ge=1)
    phrase_context: PhraseContext = "caption"
    dropout: float = Field(0.2, ge=0, lt=1)
    video_dropout: float = Field(0.2, ge=0, lt=1)
    share_video_encoder: bool = False
    graph_layers: int = Field(1, ge=0)
    graph_attention: bool = True
    graph_dropout: float = Field(0.5, ge=0, lt=1)
    fusion: Literal["embed", "sim"] = "embed"
    sharpness: float = Field(4.0, gt=0)
    levels: tuple[Literal["event", "action", "entity"], ...] = ("event", "action", "entity")
    missing_level: Literal["skip", "zero"] = "skip"
    max_actions: int | None = Field(None, ge=0)
    max_entities: int | None = Field(None, ge=0)
    max_words: int | None = Field(None, ge=1)
    frame_position: Literal["none", "sinusoidal"] = "none"

    @field_validator("levels")
    @classmethod
    def _levels_are_distinct(cls, levels: tuple[str, ...]) -> tuple[str, ...]:
        if not levels or len(set(levels)) != len(levels):
            raise ValueError(f"expected one or more distinct levels, found {levels}")
        return levels


class HGRInputs:
    """Captions with role graphs and frames, as HGR reads them."""

    def __init__(self, config: HGRConfig, spec: DataSpec) -> None:
        self.graphs = RoleGraphInputs(spec.words, config.max_actions, config.max_entities, config.max_words)
        self.streams = dict(spec.streams)

    def text(self, items: Sequence[TextItem]) -> RoleGraphText:
        """Captions -> batch."""
        return self.graphs([item.graph for item in items])

    def video(self, items: Sequence[VideoItem]) -> FrameBatch:
        """Videos -> batch."""
        return frame_batch(items, self.streams)


class FrameLevels(nn.Module):
    """Frames to one vector for the event and one vector a frame for actions and entities."""

    def __init__(self, config: HGRConfig, frame_width: int) -> None:
        super().__init__()
        names = ("all",) if config.share_video_encoder else config.levels
        self.projections = nn.ModuleDict({name: nn.Linear(frame_width, config.width) for name in names})
        self.pooling = AttentionPooling(config.width) if EVENT in config.levels else None
        self.dropout = nn.Dropout(config.video_dropout)
        self.levels = config.levels
        self.shared = config.share_video_encoder
        self.with_position = config.frame_position == "sinusoidal"

    def forward(self, video: FrameBatch) -> Embeddings:
        """(V, F, D_in) -> event (V, 1, D), action and entity (V, F, D)."""
        frames = video.frames
        if self.with_position:
            frames = frames + relative_positions(video.mask, frames.shape[-1]).to(frames.dtype)
        embeddings: Embeddings = {}
        for level in self.levels:
            projected = self.dropout(self.projections["all" if self.shared else level](frames))
            if level == EVENT and self.pooling is not None:
                embeddings[level] = single(self.pooling(projected, video.mask))
            else:
                embeddings[level] = LevelEmbedding(projected, video.mask)
        return embeddings


class HGR(RetrievalModel):
    """Role graphs against frames on three levels: event, action, entity."""

    def __init__(self, config: HGRConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config = config
        self.levels = {level: Level(level) for level in config.levels}
        self.matching = LevelMatching(
            {level: cosine if level == EVENT else None for level in config.levels},
            config.sharpness,
            config.fusion,
        )
        self.text = RoleGraphEncoder(
            len(spec.words),
            word_width=config.word_width,
            width=config.width,
            text_encoder=config.text_encoder,
            text_layers=config.text_layers,
            dropout=config.dropout,
            graph_layers=config.graph_layers,
            graph_attention=config.graph_attention,
            graph_dropout=config.graph_dropout,
            phrase_context=config.phrase_context,
        )
        self.video = FrameLevels(config, sum(spec.streams.values()))

    def set_word_vectors(self, vectors: Tensor) -> int:
        """Start the word embeddings from pretrained vectors (num_words, word_width); NaN rows are left as they are."""
        return set_word_vectors(self.text.words.embedding, vectors)

    def encode_text(self, text: RoleGraphText) -> Embeddings:
        """Event (T, 1, D), action (T, A, D), entity (T, N, D)."""
        encoded = self.text(text)
        return {level: encoded.level(level) for level in self.levels}

    def encode_video(self, video: FrameBatch) -> Embeddings:
        """Event (V, 1, D), action and entity (V, F, D)."""
        return self.video(video)

    def similarities(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        """Cosine of events; attended similarity of actions and of entities to frames."""
        return self.matching.similarities(text, video)

    def prepare_videos(
        self, video: PackedEmbeddings, *, products: Products
    ) -> dict[str, LevelEmbedding | FrameTiles]:
        """Frames of the attended levels as tiles."""
        return self.matching.prepare(video, products)

    def score(
        self, text: PackedEmbeddings, prepared: Mapping[str, LevelEmbedding | FrameTiles]
    ) -> dict[str, Tensor]:
        """`similarities` with neither padded phrases nor frames prepared again for every block of texts."""
        return self.matching.score(text, prepared)

    def fuse(
        self, similarities: Mapping[str, Tensor], present: Mapping[str, tuple[Tensor, Tensor]]
    ) -> dict[str, Tensor]:
        """The mean over levels."""
        levels = {level: similarities[level] for level in self.levels}
        return {FUSED: mean_of_levels(levels, present, skip=self.config.missing_level == "skip")}

    def auxiliary_losses(
        self,
        *,
        text: RoleGraphText,
        video: FrameBatch,
        text_embeddings: Embeddings,
        video_embeddings: Embeddings,
        positives: Tensor,
    ) -> dict[str, Tensor]:
        """Cycle consistency of actions: from a caption's actions to the frames of its video and back, "cycle_action".

        Text i and video i are a pair. Not part of published HGR; it costs nothing unless the YAML weighs it.
        """
        if ACTION not in self.levels:
            return {}
        actions, frames = text_embeddings[ACTION], video_embeddings[ACTION]
        return {"cycle_action": cycle_consistency(actions.vectors, actions.mask, frames.vectors, frames.mask)}

    def alignment(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        """The attention over frames that the action and entity scores used."""
        return self.matching.attention(text, video, [n for n in (ACTION, ENTITY) if n in self.levels])
