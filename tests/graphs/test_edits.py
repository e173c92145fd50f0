from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.edits import Piece, exchange_roles, keep, remove_node, rewrite
from graphs.role_graph import Edge, Node, RoleGraph, RoleGraphError, check_role_graph

WORDS = ("a", "man", "feeds", "a", "dog", "and", "smiles")
GRAPH = RoleGraph(
    WORDS,
    (
        Node("event", tuple(range(7)), " ".join(WORDS)),
        Node("action", (2,), "feeds"),
        Node("action", (6,), "smiles"),
        Node("entity", (0, 1), "a man"),
        Node("entity", (3, 4), "a dog"),
    ),
    (Edge(0, 1, ""), Edge(0, 2, ""), Edge(1, 3, "ARG0"), Edge(1, 4, "ARG1"), Edge(2, 3, "ARG0")),
)


def test_keeping_all_words_changes_nothing() -> None:
    assert rewrite(GRAPH, keep(WORDS)) == GRAPH


def test_nodes_follow_their_words() -> None:
    pieces = [*keep(WORDS, 3, 5), Piece("is", None), Piece("fed", 2), Piece("by", None), *keep(WORDS, 0, 2)]
    found = rewrite(GRAPH, pieces)
    assert [(n.level, n.text) for n in found.nodes] == [
        ("event", "a dog is fed by a man"),
        ("action", "fed"),
        ("entity", "a man"),
        ("entity", "a dog"),
    ]
    assert found.edges == (Edge(0, 1, ""), Edge(1, 2, "ARG0"), Edge(1, 3, "ARG1"))


def test_exchange_roles_under_one_action_only() -> None:
    found = exchange_roles(GRAPH, 1, 3, 4)
    assert (
        Edge(1, 4, "ARG0") in found.edges
        and Edge(1, 3, "ARG1") in found.edges
        and Edge(2, 3, "ARG0") in found.edges
    )
    assert exchange_roles(found, 1, 3, 4).edges == GRAPH.edges
    with pytest.raises(RoleGraphError, match="must both have a role under action 2"):
        exchange_roles(GRAPH, 2, 3, 4)


def test_remove_node_takes_what_nothing_reaches() -> None:
    found = remove_node(GRAPH, 1)
    assert [n.text for n in found.nodes[1:]] == ["smiles", "a man"]
    assert found.words == WORDS
    assert [n.text for n in remove_node(GRAPH, 3).nodes[1:]] == ["feeds", "smiles", "a dog"]
    for bad in (0, 5):
        with pytest.raises(RoleGraphError, match="cannot be removed"):
            remove_node(GRAPH, bad)


@given(
    st.lists(
        st.tuples(st.text("ab", min_size=1, max_size=2), st.one_of(st.none(), st.integers(0, 6))), min_size=1
    )
)
def test_any_rewriting_gives_a_sound_graph(pieces: list[tuple[str, int | None]]) -> None:
    found = rewrite(GRAPH, [Piece(*p) for p in pieces])
    check_role_graph(found)
    assert found.words == tuple(word for word, _ in pieces)


def test_errors() -> None:
    with pytest.raises(RoleGraphError, match="no words"):
        rewrite(GRAPH, [])
    with pytest.raises(RoleGraphError, match="origin 9 is outside"):
        rewrite(GRAPH, [Piece("x", 9)])
