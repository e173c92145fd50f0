"""A caption without one of its phrases: the counterfactual behind "what would change"."""

from __future__ import annotations

from dataclasses import replace

from graphs.levels import ENTITY
from graphs.role_graph import NOUN, Edge, Node, RoleGraph, event_node


def without_node(graph: RoleGraph, position: int, *, words: bool) -> RoleGraph | None:
    """The role graph with one action or entity taken out.

    Entities that only the removed action reached hang under the event then ("NOUN").

    Args:
        graph: A valid role graph.
        position: Which node, not 0.
        words: Take its words out of the caption too; otherwise the sentence stays whole and only the node goes.

    Returns:
        The edited graph, None where no word would be left.

    Raises:
        ValueError: There is no such node, or it is the event.
    """
    if not 0 < position < len(graph.nodes):
        raise ValueError(f"node {position}: expected 1 to {len(graph.nodes) - 1}")
    gone = set(graph.nodes[position].tokens) if words else set()
    if len(gone) == len(graph.words):
        return None
    place = {old: new for new, old in enumerate(i for i in range(len(graph.words)) if i not in gone)}
    left = tuple(graph.words[old] for old in place)
    nodes: dict[int, Node] = {0: event_node(left)}
    for i, node in enumerate(graph.nodes):
        tokens = tuple(place[token] for token in node.tokens if token in place)
        if i and i != position and tokens:
            nodes[i] = replace(node, tokens=tokens, text=" ".join(left[t] for t in tokens))
    number = {old: new for new, old in enumerate(nodes)}
    edges = [
        Edge(number[edge.source], number[edge.target], edge.role)
        for edge in graph.edges
        if edge.source in number and edge.target in number
    ]
    reached = {edge.target for edge in edges}
    kept = tuple(nodes.values())
    edges += [Edge(0, i, NOUN) for i, node in enumerate(kept) if node.level == ENTITY and i not in reached]
    return RoleGraph(left, kept, tuple(edges))
