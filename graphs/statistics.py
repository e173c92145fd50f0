"""Counts over many role graphs, next to those that HGR published for VATEX."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from graphs.levels import ACTION, ENTITY
from graphs.role_graph import NOUN, RoleGraph
from graphs.transforms import Truncation, split_by_role, truncation

HGR_LIMITS = (4, 6, 30)
"""Actions, entities and words that HGR published."""


@dataclass(frozen=True, slots=True)
class LevelStatistics:
    """Nodes of one level per caption."""

    mean: float
    max: int
    p90: int
    p95: int


@dataclass(frozen=True)
class GraphStatistics:
    """Coverage of a set of role graphs, in the published view (one entity node a span and role).

    Attributes:
        captions: Graphs counted.
        actions: Actions per caption.
        entities: Entity nodes per caption.
        without_action: Captions without any action.
        without_node: Captions with nothing but the event.
        roles: Role -> number of entity nodes, commonest first.
        shared: Entities that several edges reach, in our own view.
        clauses: Edges from an action to another action.
        truncated: Captions that HGR's limits would cut, by what they lose ("actions", "entities", "words").
    """

    captions: int
    actions: LevelStatistics
    entities: LevelStatistics
    without_action: int
    without_node: int
    roles: dict[str, int]
    shared: int
    clauses: int
    truncated: dict[str, int]

    def share(self, role: str) -> float:
        """Share of a role among all entity nodes, 0 where there are none."""
        total = round(self.entities.mean * self.captions)
        return self.roles.get(role, 0) / total if total else 0.0


VATEX_PUBLISHED = GraphStatistics(
    captions=124_654,
    actions=LevelStatistics(1.678, 6, 3, 3),
    entities=LevelStatistics(3.346, 14, 5, 6),
    without_action=624,
    without_node=0,
    roles={
        "ARG1": 137_677,
        "ARG0": 131_884,
        "ARG2": 38_411,
        "ARGM-DIR": 30_282,
        "ARGM-LOC": 23_348,
        "ARGM-TMP": 18_048,
        "ARGM-MNR": 16_621,
        "ARGM-ADV": 4_797,
        "NOUN": 3_551,
        "ARG4": 1_856,
        "ARGM-PRP": 1_817,
        "ARG3": 1_725,
        "R-ARG0": 1_598,
        "ARGM-PRD": 1_455,
    },
    shared=0,
    clauses=0,
    truncated={},
)
"""Printed in the notebook of HGR's repository (its data set is unnamed there, its paths say VATEX): the
commonest 14 of 39 roles; shared nodes, clauses and truncations were not printed, and its 95th percentile of
verbs is not given (3 is its 90th)."""


@dataclass
class Counting:
    """Adds graphs one at a time, so that nothing but counts is kept."""

    captions: int = 0
    actions: Counter[int] = field(default_factory=Counter)
    entities: Counter[int] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    truncated: Counter[str] = field(default_factory=Counter)
    without_node: int = 0
    shared: int = 0
    clauses: int = 0

    def add(self, graph: RoleGraph) -> None:
        """Count one graph."""
        split = split_by_role(graph)
        entities = split.positions(ENTITY)
        self.captions += 1
        self.actions[len(split.positions(ACTION))] += 1
        self.entities[len(entities)] += 1
        self.without_node += len(split.nodes) == 1
        self.roles.update(next(iter(split.roles_of(i)), NOUN) for i in entities)
        self.shared += sum(len(graph.roles_of(i)) > 1 for i in graph.positions(ENTITY))
        self.clauses += sum(
            edge.source != 0 and graph.nodes[edge.target].level == ACTION for edge in graph.edges
        )
        cut: Truncation = truncation(split, *HGR_LIMITS)
        self.truncated.update(name for name in ("actions", "entities", "words") if getattr(cut, name))

    def result(self) -> GraphStatistics:
        """The statistics of the graphs added so far."""
        return GraphStatistics(
            captions=self.captions,
            actions=_level(self.actions),
            entities=_level(self.entities),
            without_action=self.actions[0],
            without_node=self.without_node,
            roles=dict(sorted(self.roles.items(), key=lambda item: (-item[1], item[0]))),
            shared=self.shared,
            clauses=self.clauses,
            truncated={name: self.truncated[name] for name in ("actions", "entities", "words")},
        )


def graph_statistics(graphs: Iterable[RoleGraph]) -> GraphStatistics:
    """Statistics of many graphs."""
    counting = Counting()
    for graph in graphs:
        counting.add(graph)
    return counting.result()


def statistics_table(found: GraphStatistics, published: GraphStatistics = VATEX_PUBLISHED) -> str:
    """A text table: ours beside HGR's published VATEX figures, "-" where none were published."""
    rows = [("", "here", "HGR, VATEX"), ("captions", f"{found.captions:,}", f"{published.captions:,}")]
    for name, ours, theirs in (
        ("actions", found.actions, published.actions),
        ("entities", found.entities, published.entities),
    ):
        rows += [
            (f"{name} per caption, mean", f"{ours.mean:.3f}", f"{theirs.mean:.3f}"),
            (f"{name} per caption, 90 %", f"{ours.p90}", f"{theirs.p90}"),
            (f"{name} per caption, 95 %", f"{ours.p95}", f"{theirs.p95}" if name == "entities" else "-"),
            (f"{name} per caption, most", f"{ours.max}", f"{theirs.max}"),
        ]
    rows.append(
        ("captions without an action", _percent(found.without_action, found), _percent(624, published))
    )
    rows.append(("captions with the event alone", _percent(found.without_node, found), "-"))
    limits = dict(zip(("actions", "entities", "words"), HGR_LIMITS, strict=True))
    for name, count in found.truncated.items():
        rows.append((f"captions with more than {limits[name]} {name}", _percent(count, found), "-"))
    rows.append(("entities that several edges reach", f"{found.shared:,}", "-"))
    rows.append(("actions that are arguments", f"{found.clauses:,}", "-"))
    for role in dict.fromkeys((*published.roles, *found.roles)):
        theirs_ = f"{published.share(role):.1%}" if role in published.roles else "-"
        rows.append((f"share of {role}", f"{found.share(role):.1%}", theirs_))
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    return "\n".join(f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}".rstrip() for a, b, c in rows)


def _level(counts: Counter[int]) -> LevelStatistics:
    total = sum(counts.values())
    if not total:
        return LevelStatistics(0.0, 0, 0, 0)
    mean = sum(size * count for size, count in counts.items()) / total
    return LevelStatistics(mean, max(counts), _percentile(counts, 0.90), _percentile(counts, 0.95))


def _percentile(counts: Counter[int], share: float) -> int:
    """Smallest size that at least this share of the captions does not exceed."""
    total, reached = sum(counts.values()), 0
    for size in sorted(counts):
        reached += counts[size]
        if reached >= share * total:
            return size
    return max(counts)


def _percent(count: int, statistics: GraphStatistics) -> str:
    share = count / statistics.captions if statistics.captions else 0.0
    return f"{count:,} ({share:.1%})"
