"""HGR's sent2rolegraph.augment.json: {caption: [nodes, edges]}, in both directions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graphs.levels import ACTION, ENTITY
from graphs.role_graph import NOUN, VERB_ROLE, Edge, Node, RoleGraph, RoleGraphError, event_node
from graphs.transforms import split_by_role
from parsing.atomic_file import atomic_write
from parsing.json_lines import FormatError
from parsing.parsed_caption import Argument, ParsedCaption, Predicate, Token

VERB = "V"
ROOT = "ROOT"


def to_hgr(graph: RoleGraph) -> list[Any]:
    """One graph as HGR's [nodes, edges], in the published view (one node a span and role).

    Lost: edges between actions (the inner action appears as an argument node with its words), the words
        where they
    are not the caption split at blanks.
    """
    graph = split_by_role(graph)
    nodes: dict[str, Any] = {
        ROOT: {"role": ROOT, "spans": list(graph.nodes[0].tokens), "words": list(graph.words)}
    }
    for position, node in enumerate(graph.nodes[1:], start=1):
        role = VERB if node.level == ACTION else graph.roles_of(position)[0]
        words = [graph.words[i] for i in node.tokens]
        nodes[str(position)] = {"role": role, "spans": list(node.tokens), "words": words}
    edges = [[str(edge.source), str(edge.target), edge.role] for edge in graph.edges if edge.source != 0]
    return [nodes, edges]


def from_hgr(text: str, value: Any) -> RoleGraph:
    """The role graph of one entry, nodes in file order, roles as they stand ("R-ARG0", "ARGM-GOL").

    Read as published: words are `text.split()`, spans need not be contiguous, edges that do not lead from a
    verb to an argument are ignored. A node that no verb holds hangs under the event as "NOUN".

    Raises:
        RoleGraphError: An entry of another shape, a span outside the caption, an edge to a node that is not
            there.
    """
    if not (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], dict)
        and isinstance(value[1], list)
    ):
        raise RoleGraphError("expected [nodes, edges] with nodes an object and edges a list")
    words = tuple(text.split())
    nodes: list[Node] = [event_node(words)]
    edges: list[Edge] = []
    place: dict[str, int] = {}
    roles: dict[str, str] = {}
    for key, entry in value[0].items():
        role, tokens = _node(key, entry, words)
        if role == ROOT or key == ROOT:
            continue
        place[key], roles[key] = len(nodes), role
        if role == VERB:
            edges.append(Edge(0, len(nodes), VERB_ROLE))
        nodes.append(Node(ACTION if role == VERB else ENTITY, tokens, " ".join(words[i] for i in tokens)))
    for entry in value[1]:
        edge = _edge(entry, place, roles)
        if edge is not None and edge not in edges:
            edges.append(edge)
    reached = {edge.target for edge in edges}
    edges += [Edge(0, i, NOUN) for i in range(1, len(nodes)) if i not in reached]
    return RoleGraph(words, tuple(nodes), tuple(edges))


def read_hgr_graphs(path: Path | str) -> dict[str, RoleGraph]:
    """Every caption of a sent2rolegraph file with its graph.

    Raises:
        FormatError: No JSON object, or an entry that cannot be a graph; file, caption and node are named.
    """
    try:
        with open(path, encoding="utf-8-sig") as file:
            entries = json.load(file)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise FormatError(f"{path}: not JSON ({error})") from error
    if not isinstance(entries, dict):
        raise FormatError(
            f"{path}: expected an object {{caption: [nodes, edges]}}, found {type(entries).__name__}"
        )
    graphs = {}
    for text, value in entries.items():
        try:
            graphs[text] = from_hgr(text, value)
        except RoleGraphError as error:
            raise FormatError(f"{path}: caption {text!r}: {error}") from error
    return graphs


def write_hgr_graphs(path: Path | str, items: Iterable[tuple[str, RoleGraph]]) -> int:
    """Write captions with their graphs in HGR's format, one caption a line; a repeated caption is written
    once.

    Returns:
        The number of captions.
    """
    seen: set[str] = set()
    with atomic_write(path) as file:
        file.write(b"{")
        for text, graph in items:
            if text in seen:
                continue
            entry = f"{json.dumps(text)}: {json.dumps(to_hgr(graph))}"
            file.write(((",\n" if seen else "\n") + entry).encode("utf-8"))
            seen.add(text)
        file.write(b"\n}\n")
    return len(seen)


def _node(key: str, entry: Any, words: tuple[str, ...]) -> tuple[str, tuple[int, ...]]:
    if not isinstance(entry, dict) or not isinstance(entry.get("role"), str):
        raise RoleGraphError(f"node {key!r} is {entry!r}, expected an object with role, spans, words")
    spans = entry.get("spans", [])
    if not isinstance(spans, list) or any(type(i) is not int for i in spans):
        raise RoleGraphError(f"node {key!r} has spans {spans!r}, expected a list of word positions")
    if entry["role"] == ROOT or key == ROOT:
        return ROOT, ()
    outside = [i for i in spans if not 0 <= i < len(words)]
    if outside:
        raise RoleGraphError(f"node {key!r} has spans {outside} outside the caption's {len(words)} words")
    if not spans:
        raise RoleGraphError(f"node {key!r} has no spans")
    return entry["role"], tuple(sorted(set(spans)))


def _edge(entry: Any, place: dict[str, int], roles: dict[str, str]) -> Edge | None:
    if not (
        isinstance(entry, list) and 2 <= len(entry) <= 3 and all(isinstance(part, str) for part in entry)
    ):
        raise RoleGraphError(f"edge {entry!r}, expected [verb node, argument node, role]")
    source, target = entry[0], entry[1]
    if ROOT in (source, target):
        return None
    for end in (source, target):
        if end not in place:
            raise RoleGraphError(f"edge {entry!r} names node {end!r}, which is not there")
    if roles[source] != VERB or roles[target] == VERB:
        return None
    role = entry[2] if len(entry) == 3 and entry[2] else roles[target]
    return Edge(place[source], place[target], role) if role != NOUN else None


def parsed_from_graph(text: str, graph: RoleGraph) -> ParsedCaption:
    """The predicates of a graph that came from elsewhere, so that a parse cache can hold it; there is no tree."""
    predicates = []
    for position in graph.positions(ACTION):
        node = graph.nodes[position]
        arguments = [
            Argument(edge.role, graph.nodes[edge.target].tokens)
            for edge in graph.edges
            if edge.source == position
        ]
        predicates.append(Predicate(node.tokens, node.text.lower(), tuple(arguments)))
    phrases = tuple(
        graph.nodes[edge.target].tokens for edge in graph.edges if edge.source == 0 and edge.role == NOUN
    )
    return ParsedCaption(text, tuple(Token(word) for word in graph.words), tuple(predicates), phrases)
