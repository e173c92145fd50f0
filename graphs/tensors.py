"""RoleGraph -> torch_geometric Data, batched by torch_geometric's own rules.

Attribute names follow PyG's batching convention: a name that contains "index" is shifted, other names are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from graphs.levels import ACTION, ENTITY, EVENT, LEVELS
from graphs.role_graph import NOUN, RoleGraph
from graphs.transforms import first_nodes

ROLES = (
    "V", "ARG1", "ARG0", "ARG2", "ARG3", "ARG4", "ARGM-LOC", "ARGM-MNR", "ARGM-TMP", "ARGM-DIR", "ARGM-ADV",
    "ARGM-PRP", "ARGM-PRD", "ARGM-COM", "ARGM-MOD", NOUN,
)  # fmt: skip
"""Role vocabulary in HGR's order; the position is the row of the role embedding."""
_ROLE_IDS = {role: i for i, role in enumerate(ROLES)}
LEVEL_IDS = {level: i for i, level in enumerate(LEVELS)}


def role_id(role: str) -> int:
    """Row of a role in HGR's role embedding: "C-x" and "R-x" count as x, anything unknown as "NOUN"."""
    bare = role[2:] if role[:2] in ("C-", "R-") else role
    return _ROLE_IDS.get(bare, _ROLE_IDS[NOUN])


class RoleGraphData(Data):
    """One role graph as tensors.

    Attributes:
        word_ids: (W,) long.
        node_level: (N,) long, 0 event, 1 action, 2 entity.
        node_role: (N,) long, row of the role embedding; actions "V", an entity the role of its first edge.
        edge_index: (2, E) long, messages: event -> action, action <-> its arguments.
        span_node_index: (M,) long, a node for each of its words.
        span_word_index: (M,) long, that word.
    """

    def __inc__(self, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        """How much PyG shifts an attribute from one graph of a batch to the next."""
        if key == "span_word_index":
            return self.word_ids.shape[0]
        if key in ("span_node_index", "edge_index"):
            return self.node_level.shape[0]
        return 0

    def __cat_dim__(self, key: str, value: Any, *args: Any, **kwargs: Any) -> int:
        """The dimension along which PyG concatenates an attribute."""
        return 1 if key == "edge_index" else 0


def to_data(
    graph: RoleGraph,
    word_ids: Mapping[str, int],
    unknown: int,
    *,
    max_actions: int | None = None,
    max_entities: int | None = None,
    max_words: int | None = None,
) -> RoleGraphData:
    """A role graph as torch_geometric Data, cut by HGR's rules.

    The `first_nodes` are kept, without their words beyond the cut; edges are kept if both ends are. A kept entity
    keeps the role that it had in the whole graph, even if its action is gone, which a role graph cannot say:
    `keep_first` gives the same nodes, but such an entity is "NOUN" there.

    Args:
        graph: The graph; give it `split_by_role` first where a node must have one role.
        word_ids: Word -> id.
        unknown: Id of words that are not in `word_ids`.
        max_actions: Number of actions kept, None for all.
        max_entities: Number of entities kept, None for all.
        max_words: Number of words kept, None for all.
    """
    words = graph.words[:max_words]
    kept = first_nodes(graph, max_actions, max_entities, max_words)
    place = {position: row for row, position in enumerate(kept)}
    roles = dict.fromkeys(place, _ROLE_IDS["V"])
    messages: list[tuple[int, int]] = []
    named: set[int] = set()
    for edge in graph.edges:
        source, target = graph.nodes[edge.source].level, graph.nodes[edge.target].level
        if target == ENTITY and edge.target in place and edge.target not in named:
            roles[edge.target] = role_id(edge.role)
            named.add(edge.target)
        if edge.source not in place or edge.target not in place:
            continue
        ends = place[edge.source], place[edge.target]
        if source == EVENT and target == ACTION:
            messages.append(ends)
        elif source == ACTION:
            messages += [ends, ends[::-1]]
    messages = list(dict.fromkeys(messages))
    spans = [(k, word) for i, k in place.items() if i for word in graph.nodes[i].tokens if word < len(words)]
    return RoleGraphData(
        word_ids=torch.tensor([word_ids.get(word, unknown) for word in words], dtype=torch.long),
        node_level=torch.tensor([LEVEL_IDS[graph.nodes[i].level] for i in place], dtype=torch.long),
        node_role=torch.tensor([roles[i] for i in place], dtype=torch.long),
        edge_index=torch.tensor(messages, dtype=torch.long).view(-1, 2).T.contiguous(),
        span_node_index=torch.tensor([node for node, _ in spans], dtype=torch.long),
        span_word_index=torch.tensor([word for _, word in spans], dtype=torch.long),
        num_nodes=len(place),
    )


def batch(graphs: Sequence[RoleGraphData]) -> Batch:
    """Several role graphs as one disconnected graph, with `ptr` (B + 1,) giving each graph's first node."""
    return Batch.from_data_list(list(graphs))


def nodes_of_level(
    values: Tensor, node_level: Tensor, owner: Tensor, size: int, level: str
) -> tuple[Tensor, Tensor]:
    """The nodes of one level, padded: one row a graph.

    Args:
        values: Node vectors, (N, D).
        node_level: (N,) long.
        owner: Graph of each node, (N,) long, ascending.
        size: Number of graphs B.
        level: Which level.

    Returns:
        Values (B, K, D) with K >= 1 the largest count, mask (B, K) True where real.
    """
    chosen = (node_level == LEVEL_IDS[level]).nonzero().squeeze(1)
    owners = owner[chosen]
    counts = torch.bincount(owners, minlength=size)
    width = max(int(counts.max()), 1) if len(chosen) else 1
    first = counts.cumsum(0) - counts
    slot = torch.arange(len(chosen), device=values.device) - first[owners]
    padded = values.new_zeros(size * width, values.shape[1]).index_copy(
        0, owners * width + slot, values[chosen]
    )
    mask = torch.arange(width, device=values.device) < counts.unsqueeze(1)
    return padded.view(size, width, -1), mask
