"""Captions with role graphs to vectors for events and phrases: the text side that HGR and HANet share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torch_geometric.data import Batch as GraphBatch

from graphs.levels import EVENT, LEVELS
from graphs.role_graph import RoleGraph
from graphs.tensors import ROLES, RoleGraphData, batch, nodes_of_level, to_data
from graphs.transforms import split_by_role
from hgr.data.vocabulary import UNKNOWN
from hgr.embeddings import LevelEmbedding, single
from hgr.models.base import Batch
from hgr.nn.pooling import AttentionPooling
from hgr.nn.role_attention import RoleGraphNetwork, span_max
from hgr.nn.word_encoder import WordEncoder

TextEncoder = Literal["bigru", "bilstm", "gru", "lstm"]
PhraseContext = Literal["caption", "phrase"]


@dataclass(frozen=True)
class RoleGraphText(Batch):
    """Captions and their role graphs.

    Attributes:
        word_ids: (B, W) long, padded.
        lengths: Words of each caption.
        word_rows: (total words,) long, where each real word stands in the flattened (B * W) grid.
        graph: All role graphs as one, see `graphs.tensors.RoleGraphData`.
    """

    word_ids: Tensor
    lengths: tuple[int, ...]
    word_rows: Tensor
    graph: GraphBatch

    def __len__(self) -> int:
        return len(self.lengths)


class RoleGraphInputs:
    """Role graphs to batches, each graph compiled once.

    Args:
        words: The vocabulary.
        max_actions: Keep the first actions of a caption, None for all.
        max_entities: Keep the first entities, None for all.
        max_words: Cut captions, None for not at all.
    """

    def __init__(
        self, words: Sequence[str], max_actions: int | None, max_entities: int | None, max_words: int | None
    ) -> None:
        self.word_ids = {word: i for i, word in enumerate(words)}
        self.limits = (max_actions, max_entities, max_words)
        self._compiled: dict[RoleGraph, RoleGraphData] = {}

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_compiled": {}}

    def __call__(self, graphs: Sequence[RoleGraph]) -> RoleGraphText:
        """A batch of role graphs."""
        return collate([self._compile(graph) for graph in graphs])

    def _compile(self, graph: RoleGraph) -> RoleGraphData:
        if graph not in self._compiled:
            max_actions, max_entities, max_words = self.limits
            self._compiled[graph] = to_data(
                split_by_role(graph),
                self.word_ids,
                UNKNOWN,
                max_actions=max_actions,
                max_entities=max_entities,
                max_words=max_words,
            )
        return self._compiled[graph]


def collate(graphs: Sequence[RoleGraphData]) -> RoleGraphText:
    """Compiled role graphs as one batch; every graph needs at least one word."""
    lengths = tuple(len(graph.word_ids) for graph in graphs)
    width = max(lengths)
    word_ids = torch.full((len(graphs), width), UNKNOWN, dtype=torch.long)
    for row, graph in zip(word_ids, graphs, strict=True):
        row[: len(graph.word_ids)] = graph.word_ids
    real = torch.arange(width) < torch.tensor(lengths).unsqueeze(1)
    return RoleGraphText(word_ids, lengths, real.flatten().nonzero().squeeze(1), batch(graphs))


@dataclass(frozen=True)
class EncodedRoleGraphs:
    """What the encoder knows of a batch.

    Attributes:
        states: Contextual word vectors, (B, W, D).
        word_mask: (B, W).
        phrases: Maximum over each node's words, before roles and reasoning, (N, D); 0 for event nodes.
        nodes: Node vectors after reasoning, (N, D).
        graph: The batch's graph.
    """

    states: Tensor
    word_mask: Tensor
    phrases: Tensor
    nodes: Tensor
    graph: GraphBatch

    def level(self, level: str, values: Tensor | None = None) -> LevelEmbedding:
        """One level of `nodes` (or of other values a node), padded: one row a caption."""
        values = self.nodes if values is None else values
        if level == EVENT:
            return single(values[self.graph.ptr[:-1]])
        return LevelEmbedding(
            *nodes_of_level(values, self.graph.node_level, self.graph.batch, len(self.states), level)
        )

    def levels(self) -> Mapping[str, LevelEmbedding]:
        """All levels after reasoning."""
        return {level: self.level(level) for level in LEVELS}


class RoleGraphEncoder(nn.Module):
    """Words, phrases, roles, reasoning.

    Event: attention over words. Action and entity: the maximum over the phrase's words, times the embedding of its
    role. Then `layers` rounds of RoleAttention over the role graph. As published a phrase's words are read within the
    caption; with `phrase_context="phrase"` the same network reads each phrase by itself.

    Paper: Chen et al., CVPR 2020, section 3.1.
    """

    def __init__(
        self,
        num_words: int,
        *,
        word_width: int = 300,
        width: int = 1024,
        text_encoder: TextEncoder = "bigru",
        text_layers: int = 1,
        dropout: float = 0.2,
        graph_layers: int = 1,
        graph_attention: bool = True,
        graph_dropout: float = 0.5,
        phrase_context: PhraseContext = "caption",
    ) -> None:
        super().__init__()
        self.phrase_context = phrase_context
        cell: Literal["gru", "lstm"] = "lstm" if text_encoder.endswith("lstm") else "gru"
        self.words = WordEncoder(
            num_words, word_width, width, cell, text_encoder.startswith("bi"), text_layers, dropout
        )
        self.event = AttentionPooling(width)
        self.roles = nn.Embedding(len(ROLES), width)
        self.network = RoleGraphNetwork(width, graph_layers, graph_dropout, graph_attention)

    def forward(self, text: RoleGraphText) -> EncodedRoleGraphs:
        """Encode a batch of captions."""
        graph = text.graph
        states = self.words(text.word_ids, torch.tensor(text.lengths))
        word_mask = torch.zeros(text.word_ids.numel(), dtype=torch.bool, device=states.device)
        word_mask[text.word_rows] = True
        word_mask = word_mask.view(text.word_ids.shape)
        if self.phrase_context == "phrase":
            phrases = self._phrases_by_themselves(text)
        else:
            flat = states.flatten(0, 1)[text.word_rows]
            phrases = span_max(flat, graph.span_node_index, graph.span_word_index, len(graph.node_level))
        modulated = phrases * self.roles(graph.node_role).to(phrases.dtype)
        event = self.event(states, word_mask).to(modulated.dtype)
        nodes = modulated.index_copy(0, graph.ptr[:-1], event)
        return EncodedRoleGraphs(states, word_mask, phrases, self.network(nodes, graph.edge_index), graph)

    def _phrases_by_themselves(self, text: RoleGraphText) -> Tensor:
        """Maximum over each node's words, read without the rest of the caption, (N, D)."""
        graph = text.graph
        ids = text.word_ids.flatten()[text.word_rows][graph.span_word_index]
        sizes = torch.bincount(graph.span_node_index, minlength=len(graph.node_level))
        lengths = sizes[sizes > 0].cpu()
        if not len(lengths):
            return self.roles.weight.new_zeros(len(sizes), self.roles.embedding_dim)
        padded = pad_sequence(list(ids.split(lengths.tolist())), batch_first=True)
        states = self.words(padded, lengths)
        real = torch.arange(padded.shape[1]) < lengths.unsqueeze(1)
        words = states.flatten(0, 1)[real.flatten().nonzero().squeeze(1).to(states.device)]
        return span_max(words, graph.span_node_index, torch.arange(len(ids), device=ids.device), len(sizes))
