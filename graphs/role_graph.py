"""The semantic role graph of one caption: an event node, action nodes, entity nodes, roles on the edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphs.levels import ACTION, ENTITY, EVENT, LEVELS
from parsing.input_error import InputError

NOUN = "NOUN"
"""Role of the edge from the event to an entity that no action claims."""
VERB_ROLE = ""
"""Role of the edge from the event to an action."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node.

    Attributes:
        level: "event", "action" or "entity".
        tokens: Ascending positions in the caption's words, not necessarily contiguous.
        text: Those words, joined by blanks.
    """

    level: str
    tokens: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A directed edge between node positions; `role` is "" from event to action, "NOUN" from event to a free entity."""

    source: int
    target: int
    role: str


@dataclass(frozen=True, slots=True)
class RoleGraph:
    """A caption as a graph. Node 0 is the event and holds all words.

    Attributes:
        words: The caption's own words.
        nodes: Nodes; 0 is the event.
        edges: event -> action (role ""), action -> entity or action -> action (its role), event -> entity ("NOUN").
    """

    words: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def positions(self, level: str) -> tuple[int, ...]:
        """Node positions of one level, in node order."""
        return tuple(i for i, node in enumerate(self.nodes) if node.level == level)

    def roles_of(self, position: int) -> tuple[str, ...]:
        """Roles on the edges that end in a node, in edge order."""
        return tuple(edge.role for edge in self.edges if edge.target == position)


class RoleGraphError(InputError):
    """A role graph that breaks its own rules."""


def event_node(words: tuple[str, ...]) -> Node:
    """The event node of a caption: all of its words."""
    return Node(EVENT, tuple(range(len(words))), " ".join(words))


def reaches(edges: Sequence[Edge], start: int, goal: int) -> bool:
    """Whether a path of edges leads from one node to another, the same node included."""
    open_, seen = [start], {start}
    while open_:
        current = open_.pop()
        if current == goal:
            return True
        for edge in edges:
            if edge.source == current and edge.target not in seen:
                seen.add(edge.target)
                open_.append(edge.target)
    return False


def check_role_graph(graph: RoleGraph) -> None:
    """Raise RoleGraphError, naming the node or edge, where a graph breaks a rule.

    The rules: node 0 and only node 0 is the event; tokens ascend and lie inside the caption; edges join existing
    nodes, never point at the event and never at their own source; event -> action edges have role "" and every
    action has one; every entity is reached; no edge occurs twice.
    """
    if not graph.nodes or graph.nodes[0].level != EVENT:
        raise RoleGraphError("node 0 must be the event node")
    for i, node in enumerate(graph.nodes):
        if node.level not in LEVELS:
            raise RoleGraphError(f"node {i} has level {node.level!r}, expected one of {LEVELS}")
        if i and node.level == EVENT:
            raise RoleGraphError(f"node {i} is a second event node")
        if any(b <= a for a, b in zip(node.tokens, node.tokens[1:], strict=False)):
            raise RoleGraphError(f"node {i} has tokens {node.tokens}, expected ascending positions")
        if node.tokens and not (node.tokens[0] >= 0 and node.tokens[-1] < len(graph.words)):
            raise RoleGraphError(
                f"node {i} has tokens {node.tokens} outside the caption's {len(graph.words)} words"
            )
        if i and not node.tokens:
            raise RoleGraphError(f"node {i} has no words")
    seen: set[Edge] = set()
    for edge in graph.edges:
        _check_edge(graph, edge)
        if edge in seen:
            raise RoleGraphError(f"edge {edge} occurs twice")
        seen.add(edge)
    reached = {edge.target for edge in graph.edges}
    under_event = {edge.target for edge in graph.edges if edge.source == 0}
    for i, node in enumerate(graph.nodes[1:], start=1):
        if node.level == ACTION and i not in under_event:
            raise RoleGraphError(f"action node {i} ({node.text!r}) has no edge from the event")
        if node.level == ENTITY and i not in reached:
            raise RoleGraphError(f"entity node {i} ({node.text!r}) has no incoming edge")


def _check_edge(graph: RoleGraph, edge: Edge) -> None:
    count = len(graph.nodes)
    if not (0 <= edge.source < count and 0 <= edge.target < count):
        raise RoleGraphError(f"{edge} leaves the {count} nodes of the graph")
    if edge.target == 0:
        raise RoleGraphError(f"{edge} points at the event node")
    if edge.source == edge.target:
        raise RoleGraphError(f"{edge} is a loop")
    source, target = graph.nodes[edge.source].level, graph.nodes[edge.target].level
    expected = {(EVENT, ACTION): VERB_ROLE, (EVENT, ENTITY): NOUN}.get((source, target))
    if expected is not None and edge.role != expected:
        raise RoleGraphError(f"{edge} from event to {target} must have role {expected!r}")
    if source == ENTITY:
        raise RoleGraphError(f"{edge} starts at an entity node")
    if source == ACTION and edge.role in ("", NOUN):
        raise RoleGraphError(f"{edge} from an action must carry a semantic role")
