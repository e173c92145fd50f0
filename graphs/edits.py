"""Edits of role graphs: new words with every node following its own, roles exchanged, nodes removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graphs.role_graph import Edge, Node, RoleGraph, RoleGraphError, check_role_graph, event_node


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of an edited caption.

    Attributes:
        word: The word.
        origin: Position in the old caption of the word that it is or stands for; None for a word that is new.
    """

    word: str
    origin: int | None = None


def keep(words: Sequence[str], start: int = 0, stop: int | None = None) -> list[Piece]:
    """The words of a stretch as they are."""
    last = len(words) if stop is None else stop
    return [Piece(words[i], i) for i in range(start, last)]


def rewrite(graph: RoleGraph, pieces: Sequence[Piece]) -> RoleGraph:
    """The graph of an edited caption: every node keeps those of its words that are still there.

    A node that lost all its words goes, with its edges; an entity that only such an action had reached goes
    too.

    Args:
        graph: Graph of the old caption.
        pieces: The words of the new one.

    Raises:
        RoleGraphError: An origin outside the old caption, or no words.
    """
    if not pieces:
        raise RoleGraphError("an edited caption has no words")
    places: dict[int, list[int]] = {}
    for position, piece in enumerate(pieces):
        if piece.origin is not None:
            if not 0 <= piece.origin < len(graph.words):
                raise RoleGraphError(
                    f"origin {piece.origin} is outside the caption's {len(graph.words)} words"
                )
            places.setdefault(piece.origin, []).append(position)
    words = tuple(piece.word for piece in pieces)
    moved: list[Node | None] = [event_node(words)]
    for node in graph.nodes[1:]:
        tokens = tuple(sorted(p for t in node.tokens for p in places.get(t, ())))
        moved.append(Node(node.level, tokens, " ".join(words[t] for t in tokens)) if tokens else None)
    return _compact(words, moved, graph.edges)


def exchange_roles(graph: RoleGraph, action: int, first: int, second: int) -> RoleGraph:
    """The graph in which two nodes have exchanged their roles under one action.

    Raises:
        RoleGraphError: One of them has no role under the action.
    """
    targets = {edge.target for edge in graph.edges if edge.source == action}
    if first not in targets or second not in targets:
        raise RoleGraphError(f"nodes {first} and {second} must both have a role under action {action}")
    other = {first: second, second: first}
    edges = tuple(
        replace(e, target=other.get(e.target, e.target)) if e.source == action else e for e in graph.edges
    )
    return RoleGraph(graph.words, graph.nodes, edges)


def remove_node(graph: RoleGraph, position: int) -> RoleGraph:
    """The graph without one node; the caption's words stay, entities that nothing reaches any more go too.

    Raises:
        RoleGraphError: The event, or no such node.
    """
    if not 0 < position < len(graph.nodes):
        raise RoleGraphError(f"node {position} cannot be removed from a graph of {len(graph.nodes)} nodes")
    nodes: list[Node | None] = [None if i == position else node for i, node in enumerate(graph.nodes)]
    return _compact(graph.words, nodes, graph.edges)


def _compact(words: tuple[str, ...], nodes: Sequence[Node | None], edges: Sequence[Edge]) -> RoleGraph:
    """Graph of the nodes that are there and reached, renumbered."""
    alive = {i for i, node in enumerate(nodes) if node is not None}
    kept = [e for e in edges if e.source in alive and e.target in alive]
    reached: set[int] = {0}
    before: set[int] = set()
    while reached != before:
        before = set(reached)
        reached |= {e.target for e in kept if e.source in reached}
    number = {old: new for new, old in enumerate(sorted(reached))}
    result = RoleGraph(
        words,
        tuple(node for i, node in enumerate(nodes) if i in number and node is not None),
        tuple(
            dict.fromkeys(
                Edge(number[e.source], number[e.target], e.role) for e in kept if e.source in number
            )
        ),
    )
    check_role_graph(result)
    return result
