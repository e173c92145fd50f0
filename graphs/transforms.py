"""RoleGraph -> RoleGraph: truncation, merging, the published view, fewer roles, the shuffled control."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from graphs.levels import ACTION, ENTITY
from graphs.role_graph import NOUN, VERB_ROLE, Edge, Node, RoleGraph, event_node, reaches


@dataclass(frozen=True, slots=True)
class Truncation:
    """What `keep_first` takes away from a graph.

    Attributes:
        actions: Action nodes dropped.
        entities: Entity nodes dropped.
        words: Words cut off the end of the caption.
    """

    actions: int = 0
    entities: int = 0
    words: int = 0

    def __bool__(self) -> bool:
        return bool(self.actions or self.entities or self.words)


def first_nodes(
    graph: RoleGraph,
    max_actions: int | None = None,
    max_entities: int | None = None,
    max_words: int | None = None,
) -> tuple[int, ...]:
    """Positions of the nodes that fit into fixed slots, by the published rule of HGR.

    The event, and the first `max_actions` action nodes and the first `max_entities` entity nodes in node order,
    counting only nodes whose first word lies before `max_words`; None for no limit.

    Raises:
        ValueError: A limit below 0.
    """
    for name, limit in (
        ("max_actions", max_actions),
        ("max_entities", max_entities),
        ("max_words", max_words),
    ):
        if limit is not None and limit < 0:
            raise ValueError(f"{name} is {limit}, expected at least 0 or None")
    kept = [0]
    for level, limit in ((ACTION, max_actions), (ENTITY, max_entities)):
        inside = [
            i for i in graph.positions(level) if max_words is None or graph.nodes[i].tokens[0] < max_words
        ]
        kept += inside[:limit]
    return tuple(sorted(kept))


def truncation(
    graph: RoleGraph,
    max_actions: int | None = None,
    max_entities: int | None = None,
    max_words: int | None = None,
) -> Truncation:
    """How much `keep_first` with the same limits drops."""
    kept = first_nodes(graph, max_actions, max_entities, max_words)
    return Truncation(
        actions=sum(node.level == ACTION and i not in kept for i, node in enumerate(graph.nodes)),
        entities=sum(node.level == ENTITY and i not in kept for i, node in enumerate(graph.nodes)),
        words=0 if max_words is None else max(0, len(graph.words) - max_words),
    )


def keep_first(
    graph: RoleGraph,
    max_actions: int | None = None,
    max_entities: int | None = None,
    max_words: int | None = None,
) -> RoleGraph:
    """The graph within fixed slots: only its `first_nodes`, and the words before `max_words`.

    Words that are cut off leave the kept nodes too. Edges between kept nodes stay. An entity all of whose actions
    were dropped hangs under the event ("NOUN"). HGR published 4, 6 and 30; None keeps all.

    Paper: Chen et al., Fine-grained Video-Text Retrieval with Hierarchical Graph Reasoning, CVPR 2020.
    """
    kept = first_nodes(graph, max_actions, max_entities, max_words)
    return _subgraph(graph, set(kept), graph.words[:max_words], list(graph.edges))


def merge_repeated(graph: RoleGraph) -> RoleGraph:
    """One node for each distinct set of words: the shared view.

    Nodes of one level with the same words become one, with the edges of both. An entity with the very words
    of an action becomes that action (an action -> action edge), unless that would close a loop.
    """
    first: dict[tuple[str, tuple[int, ...]], int] = {}
    target_of = {i: first.setdefault((node.level, node.tokens), i) for i, node in enumerate(graph.nodes)}
    edges: list[Edge] = []
    for edge in graph.edges:
        source, target = target_of[edge.source], target_of[edge.target]
        if not reaches(edges, target, source):
            _append(edges, Edge(source, target, edge.role))
    actions = {node.tokens: target_of[i] for i, node in enumerate(graph.nodes) if node.level == ACTION}
    for position in [i for i in sorted(set(target_of.values())) if graph.nodes[i].level == ENTITY]:
        action = actions.get(graph.nodes[position].tokens)
        incoming = [edge for edge in edges if edge.target == position]
        if action is None or any(edge.source and reaches(edges, action, edge.source) for edge in incoming):
            continue
        edges = [edge for edge in edges if edge.target != position]
        for edge in incoming:
            if edge.source:  # the event already has its edge to the action
                _append(edges, Edge(edge.source, action, edge.role))
        del first[(ENTITY, graph.nodes[position].tokens)]
    return _subgraph(graph, set(first.values()), graph.words, edges)


def split_by_role(graph: RoleGraph) -> RoleGraph:
    """The published view of HGR: one entity node a (span, role), roles a property of the node.

    An entity that several actions share under one role stays one node; under two roles it becomes two. An
    action that is an argument of another gets an entity twin with its words and that role. Nodes come in the
    published
    order: each action, then its arguments. A graph that is in this view already is returned as it is.
    """
    if _is_split(graph):
        return graph
    nodes: list[Node] = [graph.nodes[0]]
    edges: list[Edge] = []
    actions: dict[int, int] = {}
    entities: dict[tuple[tuple[int, ...], str], int] = {}
    for position in graph.positions(ACTION):
        actions[position] = len(nodes)
        edges.append(Edge(0, len(nodes), VERB_ROLE))
        nodes.append(graph.nodes[position])
        for edge in graph.edges:
            if edge.source == position:
                _append(edges, Edge(actions[position], _entity(graph, edge, nodes, entities), edge.role))
    for edge in graph.edges:
        if edge.source == 0 and edge.role == NOUN and set(graph.roles_of(edge.target)) == {NOUN}:
            _append(edges, Edge(0, _entity(graph, edge, nodes, entities), NOUN))
    return RoleGraph(graph.words, tuple(nodes), tuple(edges))


def drop_roles(graph: RoleGraph, roles: Collection[str]) -> RoleGraph:
    """The graph without the edges of some roles ("ARGM-MOD") and without the entities only they reached."""
    if VERB_ROLE in roles:
        raise ValueError("the role '' joins the event to its actions and cannot be dropped")
    edges = [edge for edge in graph.edges if edge.role not in roles]
    reached = {edge.target for edge in edges} | {0}
    return _subgraph(graph, reached, graph.words, edges)


def shuffle(graph: RoleGraph, generator: Random) -> RoleGraph:
    """The control for ablations: the same nodes, but who does what to whom is random.

    Entities change places with each other, and so do the actions that hold them, and the roles are dealt anew
    among all semantic edges. Numbers of nodes, edges and of each role stay; words and levels stay.

    Args:
        graph: Any role graph.
        generator: Source of randomness, so that equal seeds give equal graphs.
    """
    entity = _permutation(graph.positions(ENTITY), generator)
    action = _permutation(graph.positions(ACTION), generator)
    semantic = [edge for edge in graph.edges if edge.source != 0]
    roles = [edge.role for edge in semantic]
    generator.shuffle(roles)
    edges: list[Edge] = []
    for edge in graph.edges:
        if edge.source == 0:
            edges.append(Edge(0, entity.get(edge.target, edge.target), edge.role))
            continue
        role = roles.pop()
        if edge.target in entity:
            fresh = Edge(action[edge.source], entity[edge.target], role)
        else:  # action -> action: one relabeling of both ends keeps it free of loops
            fresh = Edge(action[edge.source], action[edge.target], role)
        _append(edges, fresh)
    return RoleGraph(graph.words, graph.nodes, tuple(edges))


def _subgraph(graph: RoleGraph, kept: set[int], words: tuple[str, ...], edges: list[Edge]) -> RoleGraph:
    """The nodes `kept` within `words`; an entity left alone hangs under the event."""
    place = {old: new for new, old in enumerate(sorted(kept))}
    nodes = [event_node(words)] if len(words) < len(graph.words) else [graph.nodes[0]]
    for old in sorted(kept - {0}):
        tokens = tuple(i for i in graph.nodes[old].tokens if i < len(words))
        nodes.append(Node(graph.nodes[old].level, tokens, " ".join(words[i] for i in tokens)))
    found = [
        Edge(place[e.source], place[e.target], e.role)
        for e in edges
        if e.source in place and e.target in place
    ]
    reached = {edge.target for edge in found}
    for position, node in enumerate(nodes):
        if node.level == ENTITY and position not in reached:
            found.append(Edge(0, position, NOUN))
    return RoleGraph(words, tuple(nodes), tuple(found))


def _is_split(graph: RoleGraph) -> bool:
    seen: set[tuple[tuple[int, ...], str]] = set()
    for position in graph.positions(ENTITY):
        roles = set(graph.roles_of(position))
        key = (graph.nodes[position].tokens, next(iter(roles), ""))
        if len(roles) != 1 or key in seen:
            return False
        seen.add(key)
    return all(edge.source == 0 or graph.nodes[edge.target].level == ENTITY for edge in graph.edges)


def _entity(
    graph: RoleGraph, edge: Edge, nodes: list[Node], entities: dict[tuple[tuple[int, ...], str], int]
) -> int:
    node = graph.nodes[edge.target]
    key = (node.tokens, edge.role)
    if key not in entities:
        entities[key] = len(nodes)
        nodes.append(Node(ENTITY, node.tokens, node.text))
    return entities[key]


def _append(edges: list[Edge], edge: Edge) -> None:
    if edge not in edges and edge.source != edge.target:
        edges.append(edge)


def _permutation(positions: tuple[int, ...], generator: Random) -> dict[int, int]:
    shuffled = list(positions)
    generator.shuffle(shuffled)
    return dict(zip(positions, shuffled, strict=True))
