"""graphs/tensors.py: what of a role graph arrives in tensors, and how batches shift it."""

from __future__ import annotations

import random

import torch

from graphs.build import build_role_graph
from graphs.levels import ACTION, ENTITY
from graphs.role_graph import NOUN, Edge, Node, RoleGraph, event_node
from graphs.tensors import ROLES, batch, nodes_of_level, role_id, to_data
from graphs.transforms import keep_first, split_by_role
from parsing import ParseFailure
from tests.parsing.parse_samples import random_parse

WORDS = ("a", "man", "feeds", "a", "dog", "and", "walks", "in", "snow")


def two_actions() -> RoleGraph:
    def node(level: str, *tokens: int) -> Node:
        return Node(level, tokens, " ".join(WORDS[t] for t in tokens))

    nodes = (
        event_node(WORDS),
        node(ACTION, 2),
        node(ENTITY, 0, 1),
        node(ENTITY, 3, 4),
        node(ACTION, 6),
        node(ENTITY, 7, 8),
    )
    edges = (
        Edge(0, 1, ""),
        Edge(0, 4, ""),
        Edge(1, 2, "ARG0"),
        Edge(1, 3, "ARG1"),
        Edge(4, 2, "ARG0"),
        Edge(4, 5, "ARGM-LOC"),
    )
    return RoleGraph(WORDS, nodes, edges)


IDS = {word: 10 + i for i, word in enumerate(dict.fromkeys(WORDS))}


def test_messages_run_from_the_event_and_both_ways_between_actions_and_entities() -> None:
    data = to_data(two_actions(), IDS, 2)
    edges = set(map(tuple, data.edge_index.T.tolist()))
    assert edges == {(0, 1), (0, 4), (1, 2), (2, 1), (1, 3), (3, 1), (4, 2), (2, 4), (4, 5), (5, 4)}
    assert not [edge for edge in edges if edge[1] == 0]
    assert data.node_role.tolist() == [
        0,
        0,
        ROLES.index("ARG0"),
        ROLES.index("ARG1"),
        0,
        ROLES.index("ARGM-LOC"),
    ]


def test_batches_shift_indices_and_nothing_else() -> None:
    data = to_data(two_actions(), IDS, 2)
    both = batch([data, data])
    assert both.word_ids.tolist() == data.word_ids.tolist() * 2
    assert both.node_role.tolist() == data.node_role.tolist() * 2
    assert torch.equal(both.edge_index[:, 10:], data.edge_index + 6)
    assert torch.equal(both.span_node_index[len(data.span_node_index) :], data.span_node_index + 6)
    assert torch.equal(both.span_word_index[len(data.span_word_index) :], data.span_word_index + len(WORDS))
    assert both.ptr.tolist() == [0, 6, 12]


def test_cuts_follow_the_published_reader() -> None:
    data = to_data(two_actions(), IDS, 2, max_actions=1, max_entities=2, max_words=4)
    assert data.word_ids.tolist() == [IDS[word] for word in WORDS[:4]]
    assert data.node_level.tolist() == [0, 1, 2, 2]
    assert data.span_word_index.tolist() == [2, 0, 1, 3]  # the span of "a dog" is cut after its first word


def test_an_entity_keeps_its_role_when_its_action_is_cut() -> None:
    data = to_data(two_actions(), IDS, 2, max_actions=1)
    assert data.node_level.tolist() == [0, 1, 2, 2, 2]
    assert data.node_role[-1] == ROLES.index("ARGM-LOC")
    assert 4 not in data.edge_index


def test_unknown_roles_and_words() -> None:
    assert role_id("R-ARG0") == role_id("C-ARG0") == ROLES.index("ARG0")
    assert role_id("ARGM-GOL") == role_id("ARG5") == ROLES.index(NOUN)
    assert to_data(two_actions(), {}, 2).word_ids.tolist() == [2] * len(WORDS)


def test_nodes_of_a_level_are_padded_by_graph() -> None:
    short = RoleGraph(("snow",), (event_node(("snow",)),), ())
    graphs = batch([to_data(short, IDS, 2), to_data(two_actions(), IDS, 2)])
    values = torch.arange(7.0).unsqueeze(1)
    padded, mask = nodes_of_level(values, graphs.node_level, graphs.batch, 2, ENTITY)
    assert mask.tolist() == [[False] * 3, [True] * 3]
    assert padded[1, :, 0].tolist() == [3.0, 4.0, 6.0] and not padded[0].any()
    padded, mask = nodes_of_level(values[:1], graphs.node_level[:1], graphs.batch[:1], 1, ACTION)
    assert padded.shape == (1, 1, 1) and not mask.any()


def test_the_cut_graph_gives_the_tensors_of_the_cut() -> None:
    generator = random.Random(5)
    compared = orphans = 0
    for _ in range(200):
        result = random_parse(generator)
        if isinstance(result, ParseFailure):
            continue
        graph = split_by_role(build_role_graph(result))
        limits = dict(
            zip(
                ("max_actions", "max_entities", "max_words"),
                generator.choices((0, 1, 2, 5), k=3),
                strict=True,
            )
        )
        cut = keep_first(graph, **limits)
        found, expected = to_data(graph, IDS, 2, **limits), to_data(cut, IDS, 2)
        for name in ("word_ids", "node_level", "edge_index", "span_node_index", "span_word_index"):
            assert torch.equal(found[name], expected[name]), (name, limits, graph)
        changed = (found.node_role != expected.node_role).nonzero().flatten().tolist()
        assert all(cut.roles_of(position) == (NOUN,) for position in changed)
        compared, orphans = compared + len(cut.nodes), orphans + len(changed)
    assert compared > 300 and orphans > 5
