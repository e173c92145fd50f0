import pytest

from graphs import Edge, Node, RoleGraph, RoleGraphError, check_role_graph
from graphs.role_graph import event_node
from tests.graphs.samples import FALL, KICK


@pytest.mark.parametrize("graph", [KICK, FALL])
def test_good_graphs_pass(graph):
    check_role_graph(graph)


def test_positions_and_roles():
    assert KICK.positions("event") == (0,) and KICK.positions("action") == (1, 2)
    assert KICK.positions("entity") == (3, 4, 5)
    assert KICK.roles_of(3) == ("ARG0", "ARG0") and KICK.roles_of(1) == ("",)


WORDS = ("a", "b", "c")
EVENT = event_node(WORDS)
ACTION, ENTITY = Node("action", (1,), "b"), Node("entity", (0,), "a")


@pytest.mark.parametrize(
    ("nodes", "edges", "message"),
    [
        ((), (), "node 0 must be the event"),
        ((ACTION,), (), "node 0 must be the event"),
        ((EVENT, EVENT), (), "second event node"),
        ((EVENT, Node("verb", (1,), "b")), (), "level 'verb'"),
        ((EVENT, Node("entity", (1, 0), "b a")), (), "expected ascending"),
        ((EVENT, Node("entity", (3,), "x")), (), "outside the caption's 3 words"),
        ((EVENT, Node("entity", (), "")), (), "has no words"),
        ((EVENT, ACTION), (), "has no edge from the event"),
        ((EVENT, ENTITY), (), "has no incoming edge"),
        ((EVENT, ENTITY), (Edge(0, 2, "NOUN"),), "leaves the 2 nodes"),
        ((EVENT, ACTION), (Edge(0, 1, ""), Edge(1, 0, "ARG0")), "points at the event"),
        ((EVENT, ACTION), (Edge(0, 1, ""), Edge(1, 1, "ARG0")), "is a loop"),
        ((EVENT, ACTION), (Edge(0, 1, "ARG0"),), "must have role ''"),
        ((EVENT, ENTITY), (Edge(0, 1, "ARG0"),), "must have role 'NOUN'"),
        (
            (EVENT, ENTITY, ACTION),
            (Edge(0, 1, "NOUN"), Edge(0, 2, ""), Edge(1, 2, "ARG0")),
            "starts at an entity",
        ),
        ((EVENT, ENTITY, ACTION), (Edge(0, 2, ""), Edge(2, 1, "NOUN")), "must carry a semantic role"),
        ((EVENT, ENTITY), (Edge(0, 1, "NOUN"), Edge(0, 1, "NOUN")), "occurs twice"),
    ],
)
def test_every_broken_rule_is_named(nodes, edges, message):
    with pytest.raises(RoleGraphError, match=message):
        check_role_graph(RoleGraph(WORDS, tuple(nodes), tuple(edges)))
