"""HANet: hierarchical alignment on event, local, individual and concept levels.

Paper: Wu, He, Tang, Lv, Qin, HANet: Hierarchical Alignment Networks for Video-Text Retrieval, ACM Multimedia 2021.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import torch
from pydantic import Field, field_validator
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy

from graphs.concepts import ConceptIndex, concept_vocabulary, concept_words
from graphs.levels import ACTION, ENTITY, EVENT
from graphs.role_graph import RoleGraph
from hgr.attended_tiles import FrameTiles, Products
from hgr.data.concept_vocabulary import read_concepts
from hgr.data.items import TextItem, VideoItem
from hgr.data.spec import DataSpec
from hgr.embeddings import Embeddings, LevelEmbedding, single
from hgr.errors import DataError
from hgr.level_matching import LevelMatching, Similarity
from hgr.models.base import FUSED, Batch, Level, RetrievalModel, SystemConfig, mean_of_levels
from hgr.nn.concept_tokens import ConceptHead, FrameGate, best_frames, strengths, strongest, windows
from hgr.nn.frames import FrameBatch, frame_batch
from hgr.nn.pooling import AttentionPooling
from hgr.nn.role_graph_encoder import RoleGraphEncoder, RoleGraphInputs, RoleGraphText, TextEncoder
from hgr.nn.word_encoder import set_word_vectors
from hgr.packed import PackedEmbeddings
from hgr.similarity import cosine, jaccard

NODES = (ACTION, ENTITY)
LOCAL, INDIVIDUAL, CONCEPT = "local", "individual", "concept"
LEVELS = (EVENT, *(f"{kind}_{nodes}" for kind in (LOCAL, INDIVIDUAL, CONCEPT) for nodes in NODES))
SEMANTIC = "semantic"
"""The mean of all levels but the concepts."""
TABLES = {nodes: f"{nodes}_concepts" for nodes in NODES}
"""Where the concept vocabularies stand in DataSpec.tables."""
PUBLISHED_FILES = {ACTION: "verb_words_freq.json", ENTITY: "noun_words_freq.json"}
KERNELS = {ACTION: 5, ENTITY: 1}
"""Frames that a concept head sees at once."""


class HANetConfig(SystemConfig):
    """Options of HANet. Defaults are the published sizes, with the deviations that docs/systems/hanet.md lists.

    Attributes:
        width, word_width, text_encoder, dropout, video_dropout, graph_layers, graph_attention, graph_dropout,
            sharpness, max_actions, max_entities, max_words: As HGR's.
        attention_fusion: HGR's `fusion`: attended frames ("embed") or attended similarities ("sim").
        action_concepts, entity_concepts: Largest size of the vocabularies.
        concept_folder: Published `verb_words_freq.json` and `noun_words_freq.json` in place of own vocabularies.
        action_tokens, entity_tokens: How many of a video's strongest concepts become its tokens.
        top_share: A concept's strength is its mean over the best ceil(length / top_share) frames or words.
        gate_reduction: How much narrower the hidden layer of the frame gate is.
        levels: Which levels are matched; fewer for ablations.
        fusion: What ranks: the mean of the mean of semantic levels and the mean of concept levels, as published in
            testing; the semantic levels alone, the published main term of training; or the mean of all levels.
        missing_level: A level that a caption lacks is left out of a mean ("skip") or counts 0 ("zero", as published).
        legacy_padding: Convolve, normalize and gate over padded frames and words too, as published, so that scores
            depend on the batch.
    """

    system: Literal["hanet"] = "hanet"
    width: int = Field(1024, ge=2)
    word_width: int = Field(300, ge=1)
    text_encoder: TextEncoder = "bigru"
    dropout: float = Field(0.2, ge=0, lt=1)
    video_dropout: float = Field(0.2, ge=0, lt=1)
    graph_layers: int = Field(1, ge=0)
    graph_attention: bool = True
    graph_dropout: float = Field(0.5, ge=0, lt=1)
    attention_fusion: Literal["embed", "sim"] = "embed"
    sharpness: float = Field(4.0, gt=0)
    action_concepts: int = Field(512, ge=1)
    entity_concepts: int = Field(1024, ge=1)
    concept_folder: str | None = None
    action_tokens: int = Field(10, ge=1)
    entity_tokens: int = Field(20, ge=1)
    top_share: int = Field(8, ge=1)
    gate_reduction: int = Field(16, ge=1)
    levels: tuple[str, ...] = LEVELS
    fusion: Literal["semantic_and_concept", "semantic", "all_levels"] = "semantic_and_concept"
    missing_level: Literal["skip", "zero"] = "skip"
    legacy_padding: bool = False
    max_actions: int | None = Field(None, ge=0)
    max_entities: int | None = Field(None, ge=0)
    max_words: int | None = Field(None, ge=1)

    @field_validator("levels")
    @classmethod
    def _levels_are_known(cls, levels: tuple[str, ...]) -> tuple[str, ...]:
        if not levels or len(set(levels)) != len(levels) or not set(levels) <= set(LEVELS):
            raise ValueError(f"expected one or more distinct levels of {', '.join(LEVELS)}, found {levels}")
        if all(level.startswith(CONCEPT) for level in levels):
            raise ValueError(f"expected at least one level that is no concept level, found {levels}")
        return levels


def concept_tables(config: HANetConfig, texts: Sequence[TextItem]) -> dict[str, tuple[str, ...]]:
    """Concept vocabularies: the most frequent concepts of the training captions, or the published files.

    Raises:
        DataError: A vocabulary would be empty, or a published file cannot be read.
    """
    sizes = {ACTION: config.action_concepts, ENTITY: config.entity_concepts}
    if config.concept_folder is not None:
        folder = Path(config.concept_folder)
        found = {nodes: read_concepts(folder / file, sizes[nodes]) for nodes, file in PUBLISHED_FILES.items()}
    else:
        found = concept_vocabulary((text.graph for text in texts), sizes)
    for nodes, words in found.items():
        if not words:
            raise DataError(f"none of the {len(texts)} training captions has an {nodes} concept")
    return {TABLES[nodes]: words for nodes, words in found.items()}


@dataclass(frozen=True)
class HANetText(Batch):
    """Captions and the concepts they name, by kind of node.

    Attributes:
        captions: Words and role graphs.
        labels: (B, C) float, 1 where the caption names the concept.
        counted: (B, C) float, 0 where only another caption of the video names it, neither right nor wrong.
    """

    captions: RoleGraphText
    labels: dict[str, Tensor]
    counted: dict[str, Tensor]

    def __len__(self) -> int:
        return len(self.captions)


class HANetInputs:
    """Captions with role graphs and concept labels; frames."""

    def __init__(self, config: HANetConfig, spec: DataSpec) -> None:
        self.graphs = RoleGraphInputs(spec.words, config.max_actions, config.max_entities, config.max_words)
        self.streams = dict(spec.streams)
        self.sizes = {nodes: len(spec.tables[table]) for nodes, table in TABLES.items()}
        self.index = {nodes: ConceptIndex(spec.tables[table]) for nodes, table in TABLES.items()}
        self._concepts: dict[RoleGraph, dict[str, set[int]]] = {}

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_concepts": {}}

    def text(self, items: Sequence[TextItem]) -> HANetText:
        """Captions -> batch."""
        labels = {nodes: torch.zeros(len(items), size) for nodes, size in self.sizes.items()}
        counted = {nodes: torch.ones(len(items), size) for nodes, size in self.sizes.items()}
        for row, item in enumerate(items):
            for sibling in item.siblings:
                for nodes, numbers in self._of(sibling.graph).items():
                    counted[nodes][row, list(numbers)] = 0.0
            for nodes, numbers in self._of(item.graph).items():
                labels[nodes][row, list(numbers)] = 1.0
                counted[nodes][row, list(numbers)] = 1.0
        return HANetText(self.graphs([item.graph for item in items]), labels, counted)

    def video(self, items: Sequence[VideoItem]) -> FrameBatch:
        """Videos -> batch."""
        return frame_batch(items, self.streams)

    def _of(self, graph: RoleGraph) -> dict[str, set[int]]:
        if graph not in self._concepts:
            words = concept_words(graph)
            self._concepts[graph] = {nodes: index(words[nodes]) for nodes, index in self.index.items()}
        return self._concepts[graph]


class HANetVideo(nn.Module):
    """Frames to events, frames, concept strengths and concept tokens."""

    def __init__(self, config: HANetConfig, frame_width: int, sizes: Mapping[str, int]) -> None:
        super().__init__()
        self.config = config
        self.tokens = {ACTION: config.action_tokens, ENTITY: config.entity_tokens}
        self.projections = nn.ModuleDict(
            {name: nn.Linear(frame_width, config.width) for name in (EVENT, *NODES)}
        )
        self.pooling = AttentionPooling(config.width)
        self.heads = nn.ModuleDict({n: ConceptHead(config.width, sizes[n], KERNELS[n]) for n in NODES})
        hidden = max(config.width // config.gate_reduction, 1)
        self.gates = nn.ModuleDict({nodes: FrameGate(config.width, hidden) for nodes in NODES})
        self.dropout = nn.Dropout(config.video_dropout)

    def forward(self, video: FrameBatch) -> Embeddings:
        """Event (V, 1, D), local (V, K, D), individual (V, F, D), concept (V, 1, C)."""
        mask = video.mask
        seen = torch.ones_like(mask) if self.config.legacy_padding else mask
        event = self.dropout(self.projections[EVENT](video.frames))
        found = {EVENT: single(self.pooling(event, mask))}
        for nodes in NODES:
            frames = self.dropout(self.projections[nodes](video.frames))
            probabilities = self.heads[nodes](frames, seen)
            strength = strengths(probabilities, mask, self.config.top_share)
            chosen = strongest(probabilities.detach(), strength, mask, self.tokens[nodes])
            chosen = windows(chosen, mask) if nodes == ACTION else best_frames(chosen, mask)
            tokens = torch.bmm(chosen.to(frames.dtype), self.gates[nodes](frames, seen))
            found[f"{LOCAL}_{nodes}"] = LevelEmbedding(tokens, mask.new_ones(tokens.shape[:2]))
            found[f"{INDIVIDUAL}_{nodes}"] = LevelEmbedding(frames, mask)
            found[f"{CONCEPT}_{nodes}"] = single(strength)
        return found


def _similarity_of(level: str) -> Similarity | None:
    if level == EVENT:
        return cosine
    return jaccard if level.startswith(CONCEPT) else None


class HANet(RetrievalModel):
    """Seven levels between role graphs and frames.

    `fuse` gives the mean of the semantic levels, the mean of the concept levels where there are any, and what ranks.
    """

    matrices: ClassVar[tuple[str, ...]] = (FUSED, SEMANTIC, CONCEPT)

    def __init__(self, config: HANetConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config = config
        nodes = {f"{kind}_{nodes}": nodes for kind in (LOCAL, INDIVIDUAL) for nodes in NODES}
        self.levels = {level: Level(level, nodes=nodes.get(level)) for level in config.levels}
        self.matching = LevelMatching(
            {level: _similarity_of(level) for level in config.levels},
            config.sharpness,
            config.attention_fusion,
        )
        self.groups = {
            SEMANTIC: [level for level in config.levels if not level.startswith(CONCEPT)],
            CONCEPT: [level for level in config.levels if level.startswith(CONCEPT)],
        }
        if not self.groups[CONCEPT]:
            self.matrices = (FUSED, SEMANTIC)  # type: ignore[misc]
        sizes = {nodes: len(spec.tables[table]) for nodes, table in TABLES.items()}
        self.text = RoleGraphEncoder(
            len(spec.words),
            word_width=config.word_width,
            width=config.width,
            text_encoder=config.text_encoder,
            dropout=config.dropout,
            graph_layers=config.graph_layers,
            graph_attention=config.graph_attention,
            graph_dropout=config.graph_dropout,
        )
        self.text_heads = nn.ModuleDict(
            {nodes: ConceptHead(config.width, sizes[nodes], 1) for nodes in NODES}
        )
        self.video = HANetVideo(config, sum(spec.streams.values()), sizes)

    def set_word_vectors(self, vectors: Tensor) -> int:
        """Start the word embeddings from pretrained vectors (num_words, word_width); NaN rows stay as they are."""
        return set_word_vectors(self.text.words.embedding, vectors)

    def encode_text(self, text: HANetText) -> Embeddings:
        """Event (T, 1, D), local and individual phrases (T, K, D), after and before reasoning, concept (T, 1, C)."""
        encoded = self.text(text.captions)
        mask = encoded.word_mask
        seen = torch.ones_like(mask) if self.config.legacy_padding else mask
        found = {EVENT: encoded.level(EVENT)}
        for nodes in NODES:
            probabilities = self.text_heads[nodes](encoded.states, seen)
            found[f"{LOCAL}_{nodes}"] = encoded.level(nodes)
            found[f"{INDIVIDUAL}_{nodes}"] = encoded.level(nodes, encoded.phrases)
            found[f"{CONCEPT}_{nodes}"] = single(strengths(probabilities, mask, self.config.top_share))
        return {level: found[level] for level in self.levels}

    def encode_video(self, video: FrameBatch) -> Embeddings:
        """Event (V, 1, D), local tokens (V, K, D), individual frames (V, F, D), concept (V, 1, C)."""
        found = self.video(video)
        return {level: found[level] for level in self.levels}

    def similarities(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        """Cosine of events, soft Jaccard of concepts, attended similarity of phrases to tokens and to frames."""
        return self.matching.similarities(text, video)

    def prepare_videos(
        self, video: PackedEmbeddings, *, products: Products
    ) -> dict[str, LevelEmbedding | FrameTiles]:
        """Tokens and frames of the attended levels as tiles."""
        return self.matching.prepare(video, products)

    def score(
        self, text: PackedEmbeddings, prepared: Mapping[str, LevelEmbedding | FrameTiles]
    ) -> dict[str, Tensor]:
        """`similarities` with neither padded phrases nor frames prepared again for every block of texts."""
        return self.matching.score(text, prepared)

    def fuse(
        self, similarities: Mapping[str, Tensor], present: Mapping[str, tuple[Tensor, Tensor]]
    ) -> dict[str, Tensor]:
        """Means of both groups of levels, and what `fusion` makes of them."""
        skip = self.config.missing_level == "skip"
        found = {
            name: mean_of_levels({level: similarities[level] for level in group}, present, skip=skip)
            for name, group in self.groups.items()
            if group
        }
        if self.config.fusion == "all_levels":
            fused = mean_of_levels({level: similarities[level] for level in self.levels}, present, skip=skip)
        elif self.config.fusion == "semantic" or CONCEPT not in found:
            fused = found[SEMANTIC]
        else:
            fused = (found[SEMANTIC] + found[CONCEPT]) / 2
        return {FUSED: fused, **found}

    def auxiliary_losses(
        self,
        *,
        text: HANetText,
        video: FrameBatch,
        text_embeddings: Embeddings,
        video_embeddings: Embeddings,
        positives: Tensor,
    ) -> dict[str, Tensor]:
        """Cross entropy of concept strengths against the captions' concepts: "text_concepts", "video_concepts".

        Text i and video i are a pair; the video is held against the concepts of this caption.
        """
        # Autocast on a GPU refuses cross entropies of probabilities, whatever their type.
        with torch.autocast(positives.device.type, enabled=False):
            return self._concept_terms(text, text_embeddings, video_embeddings)

    def _concept_terms(
        self, text: HANetText, text_embeddings: Embeddings, video_embeddings: Embeddings
    ) -> dict[str, Tensor]:
        terms = {}
        for name, embeddings in (("text_concepts", text_embeddings), ("video_concepts", video_embeddings)):
            terms[name] = torch.zeros((), device=text.captions.word_ids.device)
            for nodes in NODES:
                if f"{CONCEPT}_{nodes}" in self.levels:
                    strength = embeddings[f"{CONCEPT}_{nodes}"].vectors[:, 0].float()
                    counted = text.counted[nodes]
                    entropy = binary_cross_entropy(
                        strength, text.labels[nodes], weight=counted, reduction="none"
                    )
                    terms[name] = terms[name] + (entropy.sum(1) / counted.sum(1)).mean()
        return terms

    def alignment(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        """The attention over frames that the individual levels used."""
        individual = [level for level in self.levels if level.startswith(INDIVIDUAL)]
        return self.matching.attention(text, video, individual)
