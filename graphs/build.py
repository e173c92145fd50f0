"""ParsedCaption -> RoleGraph."""

from __future__ import annotations

from graphs.levels import ACTION, ENTITY
from graphs.role_graph import NOUN, VERB_ROLE, Edge, Node, RoleGraph, event_node, reaches
from parsing.parsed_caption import ParsedCaption


def build_role_graph(parsed: ParsedCaption) -> RoleGraph:
    """Role graph of a parsed caption.

    Predicates become action nodes; arguments become entity nodes, one node for each distinct set of words, so two
    actions that share an agent share its node. An argument that is itself another predicate's words becomes an
    action -> action edge unless that would close a loop. Noun phrases that no argument covers hang under the event.

    Args:
        parsed: The caption with its predicates.

    Returns:
        A graph that `check_role_graph` accepts.
    """
    words = parsed.words
    nodes: list[Node] = [event_node(words)]
    edges: list[Edge] = []
    actions: dict[tuple[int, ...], int] = {}
    for predicate in parsed.predicates:
        if predicate.tokens not in actions:
            actions[predicate.tokens] = len(nodes)
            edges.append(Edge(0, len(nodes), VERB_ROLE))
            nodes.append(_node(ACTION, predicate.tokens, words))
    entities: dict[tuple[int, ...], int] = {}
    for predicate in parsed.predicates:
        source = actions[predicate.tokens]
        for argument in predicate.arguments:
            target = actions.get(argument.tokens)
            if target is None:
                target = entities.get(argument.tokens)
                if target is None:
                    target = entities[argument.tokens] = len(nodes)
                    nodes.append(_node(ENTITY, argument.tokens, words))
            elif target == source or reaches(edges, target, source):
                continue
            edge = Edge(source, target, argument.role)
            if edge not in edges:
                edges.append(edge)
    covered = {token for tokens in (*entities, *actions) for token in tokens}
    for phrase in parsed.noun_phrases:
        if phrase and phrase not in entities and not covered.issuperset(phrase):
            entities[phrase] = len(nodes)
            edges.append(Edge(0, len(nodes), NOUN))
            nodes.append(_node(ENTITY, phrase, words))
            covered.update(phrase)
    return RoleGraph(words, tuple(nodes), tuple(edges))


def _node(level: str, tokens: tuple[int, ...], words: tuple[str, ...]) -> Node:
    return Node(level, tokens, " ".join(words[i] for i in tokens))
