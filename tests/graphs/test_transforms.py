from collections import Counter
from random import Random

import pytest

from graphs import check_role_graph
from graphs.role_graph import RoleGraph
from graphs.transforms import (
    Truncation,
    drop_roles,
    keep_first,
    merge_repeated,
    shuffle,
    split_by_role,
    truncation,
)
from tests.graphs.samples import FALL, KICK, make_graph


def triples(graph: RoleGraph) -> list[tuple[str, str, str]]:
    return sorted(
        (graph.nodes[e.source].text, graph.nodes[e.target].text, e.role) for e in graph.edges if e.source
    )


def test_without_limits_nothing_changes():
    assert keep_first(KICK) == KICK
    assert not truncation(KICK)


def test_first_nodes_are_kept_in_node_order():
    graph = keep_first(KICK, max_actions=1, max_entities=2)
    check_role_graph(graph)
    assert [node.text for node in graph.nodes[1:]] == ["kicks", "a boy", "the ball"]
    assert triples(graph) == [("kicks", "a boy", "ARG0"), ("kicks", "the ball", "ARG1")]
    assert truncation(KICK, max_actions=1, max_entities=2) == Truncation(actions=1, entities=1)


def test_words_past_the_cut_leave_kept_nodes_and_nodes_that_begin_there_go():
    graph = keep_first(KICK, max_words=7)
    check_role_graph(graph)
    assert graph.words == ("a", "boy", "kicks", "the", "ball", "into", "the")
    assert [node.text for node in graph.nodes[1:]] == ["kicks", "a boy", "the ball", "into the"]
    assert truncation(KICK, max_words=7) == Truncation(actions=1, entities=0, words=3)


def test_a_node_past_the_cut_does_not_use_up_a_slot():
    graph = make_graph(
        "x y z w",
        [("action", (3,)), ("action", (0,)), ("entity", (1,))],
        [(0, 1, ""), (0, 2, ""), (1, 3, "ARG1")],
    )
    kept = keep_first(graph, max_actions=1, max_words=3)
    check_role_graph(kept)
    assert [node.text for node in kept.nodes[1:]] == ["x", "y"]
    assert kept.roles_of(2) == ("NOUN",)  # its action is gone


def test_zero_slots_and_negative_limits():
    assert len(keep_first(KICK, 0, 0).nodes) == 1
    with pytest.raises(ValueError, match="max_words is -1"):
        keep_first(KICK, max_words=-1)


def test_the_published_view_has_one_role_a_node_and_merging_undoes_it():
    split = split_by_role(FALL)
    check_role_graph(split)
    assert Counter((node.level, node.text) for node in split.nodes)[("entity", "a boy")] == 2
    assert ("entity", "fall") in {(node.level, node.text) for node in split.nodes}
    assert all(len(set(split.roles_of(i))) == 1 for i in split.positions("entity"))
    assert split_by_role(split) is split
    merged = merge_repeated(split)
    check_role_graph(merged)
    assert triples(merged) == triples(FALL)
    assert len(merged.nodes) == len(FALL.nodes)


def test_a_shared_node_with_one_role_is_not_split():
    assert split_by_role(KICK) is KICK


def test_merging_never_closes_a_loop():
    graph = make_graph(
        "run swim",
        [("action", (0,)), ("action", (1,)), ("entity", (0,)), ("entity", (1,))],
        [(0, 1, ""), (0, 2, ""), (2, 3, "ARG1"), (1, 4, "ARG2")],
    )
    merged = merge_repeated(graph)
    check_role_graph(merged)
    between = [
        (e.source, e.target) for e in merged.edges if e.source and merged.nodes[e.target].level == "action"
    ]
    assert len(between) == 1


def test_dropped_roles_take_their_lonely_entities_along():
    graph = drop_roles(KICK, {"ARG2"})
    check_role_graph(graph)
    assert "into the goal" not in {node.text for node in graph.nodes}
    assert triples(drop_roles(FALL, {"ARG2"})) == [
        ("fall", "a boy", "ARG1"),
        ("makes", "a man", "ARG0"),
        ("makes", "fall", "ARG1"),
    ]
    assert "a red barn" not in {node.text for node in drop_roles(FALL, ["NOUN"]).nodes}
    with pytest.raises(ValueError, match="cannot be dropped"):
        drop_roles(FALL, [""])


def test_shuffling_keeps_counts_changes_meaning_and_is_seeded():
    changed = 0
    for seed in range(30):
        graph = shuffle(KICK, Random(seed))
        check_role_graph(graph)
        assert graph.nodes == KICK.nodes
        assert Counter(e.role for e in graph.edges) == Counter(e.role for e in KICK.edges)
        assert graph == shuffle(KICK, Random(seed))
        changed += triples(graph) != triples(KICK)
        check_role_graph(shuffle(FALL, Random(seed)))
    assert changed > 20
