from graphs.diff import GraphChange, changes, compare
from graphs.transforms import drop_roles, split_by_role
from tests.graphs.samples import FALL, KICK, make_graph


def test_equal_graphs_have_no_changes_whatever_the_order_of_nodes():
    other = make_graph(
        "a boy kicks the ball into the goal and celebrates",
        [("entity", (3, 4)), ("action", (9,)), ("action", (2,)), ("entity", (5, 6, 7)), ("entity", (0, 1))],
        [(0, 3, ""), (0, 2, ""), (3, 5, "ARG0"), (3, 1, "ARG1"), (3, 4, "ARG2"), (2, 5, "ARG0")],
    )
    assert changes(KICK, KICK) == [] == changes(KICK, other)
    assert changes(KICK, split_by_role(KICK)) == []


def test_an_action_that_the_published_view_repeats_as_an_entity_is_no_change():
    twins = split_by_role(FALL)
    assert len(twins.nodes) > len(FALL.nodes)
    assert changes(FALL, twins) == [] == changes(twins, FALL)
    assert changes(FALL, drop_roles(twins, ["ARG1"])) == changes(FALL, drop_roles(FALL, ["ARG1"])) != []


def test_an_entity_with_the_words_of_an_action_counts_where_no_action_holds_it():
    text, action = "girl crying", ("action", (1,))
    plain = make_graph(text, [action], [(0, 1, "")])
    free = make_graph(text, [action, ("entity", (1,))], [(0, 1, ""), (0, 2, "NOUN")])
    only = make_graph(text, [("entity", (1,))], [(0, 1, "NOUN")])
    assert changes(plain, free) == [GraphChange("entity added", "crying")]
    assert changes(plain, only) == [
        GraphChange("action removed", "crying"),
        GraphChange("entity added", "crying"),
    ]


def test_every_kind_of_change_is_named():
    other = make_graph(
        "a boy kicks the ball into the goal and celebrates",
        [("action", (2,)), ("entity", (0, 1)), ("entity", (3, 4)), ("entity", (6, 7))],
        [(0, 1, ""), (1, 2, "ARG1"), (1, 3, "ARG1"), (1, 4, "ARGM-DIR")],
    )
    assert changes(KICK, other) == [
        GraphChange("action removed", "celebrates"),
        GraphChange("entity removed", "into the goal"),
        GraphChange("entity added", "the goal"),
        GraphChange("role changed", "kicks -> a boy: ARG0 -> ARG1"),
        GraphChange("edge removed", "kicks -> into the goal: ARG2"),
        GraphChange("edge removed", "celebrates -> a boy: ARG0"),
        GraphChange("edge added", "kicks -> the goal: ARGM-DIR"),
    ]
    assert {change.kind for change in changes(other, KICK)} >= {"action added"}


def test_two_sets_are_compared_caption_by_caption():
    diff = compare(
        [("a", KICK), ("b", FALL), ("c", KICK)], [("b", drop_roles(FALL, ["ARG2"])), ("a", KICK), ("d", KICK)]
    )
    assert (diff.same, list(diff.changed), diff.only_left, diff.only_right) == (1, ["b"], ["c"], ["d"])
    assert diff.kinds == {"edge removed": 1}
