"""What changed between two role graphs of one caption: nodes, roles, who holds whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from graphs.levels import ACTION, ENTITY
from graphs.role_graph import RoleGraph

KINDS = (
    "action added",
    "action removed",
    "entity added",
    "entity removed",
    "role changed",
    "edge added",
    "edge removed",
)


@dataclass(frozen=True, slots=True)
class GraphChange:
    """One difference, as "role changed" and "feeds -> a dog: ARG1 -> ARG2"."""

    kind: str
    detail: str


@dataclass
class GraphDiff:
    """Differences over many captions.

    Attributes:
        same: Captions whose graphs are equal.
        changed: Caption -> its changes.
        only_left: Captions that only the first side has.
        only_right: Captions that only the second side has.
    """

    same: int = 0
    changed: dict[str, list[GraphChange]] = field(default_factory=dict)
    only_left: list[str] = field(default_factory=list)
    only_right: list[str] = field(default_factory=list)

    @property
    def kinds(self) -> dict[str, int]:
        """Kind of change -> captions that have it."""
        counts = Counter(
            kind for changes in self.changed.values() for kind in {change.kind for change in changes}
        )
        return {kind: counts[kind] for kind in KINDS if counts[kind]}


def changes(left: RoleGraph, right: RoleGraph) -> list[GraphChange]:
    """Changes that lead from one graph to another of the same caption; nodes are known by level and words.

    An entity with the words of an action, held by an action, counts as that action: so the published view of HGR
    (`graphs.transforms.split_by_role`) writes an action that is an argument of another.
    """
    found: list[GraphChange] = []
    for level in (ACTION, ENTITY):
        before, after = _nodes(left, level), _nodes(right, level)
        found += [GraphChange(f"{level} removed", text) for key, text in before.items() if key not in after]
        found += [GraphChange(f"{level} added", text) for key, text in after.items() if key not in before]
    old, new = _roles(left), _roles(right)
    for pair in [*old, *(pair for pair in new if pair not in old)]:
        a, b = old.get(pair, ()), new.get(pair, ())
        if a == b:
            continue
        ends = f"{pair[0][1]} -> {pair[1][1]}"
        if a and b:
            found.append(GraphChange("role changed", f"{ends}: {_names(a)} -> {_names(b)}"))
        elif b:
            found.append(GraphChange("edge added", f"{ends}: {_names(b)}"))
        else:
            found.append(GraphChange("edge removed", f"{ends}: {_names(a)}"))
    return found


def compare(left: Iterable[tuple[str, RoleGraph]], right: Iterable[tuple[str, RoleGraph]]) -> GraphDiff:
    """Differences between two sets of graphs, caption by caption."""
    diff = GraphDiff()
    others = dict(right)
    for text, graph in left:
        if text not in others:
            diff.only_left.append(text)
            continue
        found = changes(graph, others.pop(text))
        if found:
            diff.changed[text] = found
        else:
            diff.same += 1
    diff.only_right = list(others)
    return diff


_Node = tuple[tuple[int, ...], str]


def _nodes(graph: RoleGraph, level: str) -> dict[tuple[int, ...], str]:
    twins = _twins(graph) if level == ENTITY else frozenset()
    return {graph.nodes[i].tokens: graph.nodes[i].text for i in graph.positions(level) if i not in twins}


def _twins(graph: RoleGraph) -> frozenset[int]:
    actions = {graph.nodes[i].tokens for i in graph.positions(ACTION)}
    held = {edge.target for edge in graph.edges if edge.source != 0}
    return frozenset(i for i in graph.positions(ENTITY) if i in held and graph.nodes[i].tokens in actions)


def _roles(graph: RoleGraph) -> dict[tuple[_Node, _Node], tuple[str, ...]]:
    found: dict[tuple[_Node, _Node], tuple[str, ...]] = {}
    for edge in graph.edges:
        if edge.source == 0:
            continue
        source, target = graph.nodes[edge.source], graph.nodes[edge.target]
        pair = ((source.tokens, source.text), (target.tokens, target.text))
        found[pair] = tuple(sorted((*found.get(pair, ()), edge.role)))
    return found


def _names(roles: tuple[str, ...]) -> str:
    return "+".join(roles)
