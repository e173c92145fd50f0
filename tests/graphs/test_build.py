import random

from graphs import Edge, build_role_graph, check_role_graph
from graphs.formats import from_record, to_record
from graphs.hgr_format import from_hgr, parsed_from_graph, to_hgr
from graphs.transforms import keep_first, merge_repeated, shuffle, split_by_role
from parsing import Argument, ParsedCaption, ParseFailure, Predicate, Token
from tests.graphs.samples import FALL, KICK
from tests.parsing.parse_samples import random_parse


def parsed(
    text: str, predicates: list[tuple[tuple[int, ...], list[tuple[str, tuple[int, ...]]]]], phrases=()
):
    words = text.split()
    made = tuple(
        Predicate(tokens, words[tokens[0]], tuple(Argument(role, span) for role, span in arguments))
        for tokens, arguments in predicates
    )
    return ParsedCaption(text, tuple(Token(word) for word in words), made, tuple(phrases))


def nodes(graph):
    return [(node.level, node.text) for node in graph.nodes[1:]]


def test_predicates_share_the_node_of_a_shared_argument():
    graph = build_role_graph(
        parsed(
            "a boy kicks the ball and celebrates",
            [((2,), [("ARG0", (0, 1)), ("ARG1", (3, 4))]), ((6,), [("ARG0", (0, 1))])],
            [(0, 1), (3, 4)],
        )
    )
    assert nodes(graph) == [
        ("action", "kicks"),
        ("action", "celebrates"),
        ("entity", "a boy"),
        ("entity", "the ball"),
    ]
    assert graph.roles_of(3) == ("ARG0", "ARG0")


def test_attributes_quantities_and_particles_stay_words_of_their_node():
    graph = build_role_graph(
        parsed("two small dogs pick a red ball up", [((3, 7), [("ARG0", (0, 1, 2)), ("ARG1", (4, 5, 6))])])
    )
    assert nodes(graph) == [("action", "pick up"), ("entity", "two small dogs"), ("entity", "a red ball")]


def test_a_clause_is_an_edge_between_actions_and_never_a_loop():
    said = [
        ((1,), [("ARG0", (0,)), ("ARG1", (3,))]),
        ((3,), [("ARG0", (2,)), ("ARGM-ADV", (1,)), ("ARG1", (3,))]),
    ]
    graph = build_role_graph(parsed("she says he runs", said))
    check_role_graph(graph)
    assert Edge(1, 2, "ARG1") in graph.edges
    assert not any(edge.source == 2 and edge.target in (1, 2) for edge in graph.edges)


def test_a_longer_loop_is_cut_too():
    ring = [((i,), [("ARG1", ((i + 1) % 3,))]) for i in range(3)]
    graph = build_role_graph(parsed("a b c", ring))
    check_role_graph(graph)
    assert [(e.source, e.target) for e in graph.edges if e.source] == [(1, 2), (2, 3)]


def test_a_caption_without_a_verb_gives_entities():
    graph = build_role_graph(parsed("two red cars on a road", [], [(0, 1, 2), (4, 5)]))
    assert nodes(graph) == [("entity", "two red cars"), ("entity", "a road")]
    assert {edge.role for edge in graph.edges} == {"NOUN"}


def test_phrases_inside_an_argument_are_not_repeated():
    graph = build_role_graph(
        parsed(
            "a man sits on a chair in a room",
            [((2,), [("ARG0", (0, 1)), ("ARGM-LOC", (3, 4, 5))])],
            [(0, 1), (4, 5), (7, 8)],
        )
    )
    assert nodes(graph)[-1] == ("entity", "a room") and len(graph.nodes) == 5


def test_the_same_predicate_twice_is_one_action():
    graph = build_role_graph(
        parsed("a b", [((1,), [("ARG0", (0,))]), ((1,), [("ARG0", (0,)), ("ARG1", (0,))])])
    )
    check_role_graph(graph)
    assert nodes(graph) == [("action", "b"), ("entity", "a")]
    assert graph.roles_of(2) == ("ARG0", "ARG1")


def test_nothing_gives_the_event_alone():
    graph = build_role_graph(ParsedCaption("", ()))
    check_role_graph(graph)
    assert len(graph.nodes) == 1 and graph.words == ()


def test_whatever_a_parser_says_the_graph_and_its_transforms_keep_the_rules():
    generator = random.Random(11)
    for _ in range(400):
        result = random_parse(generator)
        if isinstance(result, ParseFailure):
            continue
        graph = build_role_graph(result)
        text = " ".join(graph.words)
        views = [graph, split_by_role(graph), merge_repeated(graph), shuffle(graph, generator)]
        views += [
            keep_first(graph, 2, 2, 4),
            from_record(to_record(text, graph))[1],
            from_hgr(text, to_hgr(graph)),
        ]
        views += [build_role_graph(parsed_from_graph(text, graph))]
        for view in views:
            check_role_graph(view)
            assert not _has_loop(view)


def test_graphs_from_elsewhere_come_back_through_a_parse():
    for graph in (KICK, FALL):
        again = build_role_graph(parsed_from_graph(" ".join(graph.words), graph))
        assert {(again.nodes[e.source].text, again.nodes[e.target].text, e.role) for e in again.edges} == {
            (graph.nodes[e.source].text, graph.nodes[e.target].text, e.role) for e in graph.edges
        }


def _has_loop(graph) -> bool:
    def walk(node, path):
        return node in path or any(walk(e.target, {*path, node}) for e in graph.edges if e.source == node)

    return walk(0, set())
