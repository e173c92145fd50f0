from __future__ import annotations

import pytest

from graphs.build import build_role_graph
from graphs.role_graph import Edge, RoleGraph, check_role_graph
from graphs.transforms import split_by_role
from hgr.analysis.report.node_removal import without_node
from parsing.parsed_caption import Argument, ParsedCaption, Predicate, Token

WORDS = "a man feeds a dog in a park"


def graph() -> RoleGraph:
    tokens = tuple(Token(word) for word in WORDS.split())
    arguments = (Argument("ARG0", (0, 1)), Argument("ARG1", (3, 4)), Argument("ARGM-LOC", (5, 6, 7)))
    parsed = ParsedCaption(WORDS, tokens, (Predicate((2,), "feed", arguments),))
    return split_by_role(build_role_graph(parsed))


def texts(found: RoleGraph | None) -> list[str]:
    assert found is not None
    check_role_graph(found)
    return [node.text for node in found.nodes]


def test_an_entity_goes_and_the_sentence_stays() -> None:
    found = without_node(graph(), 3, words=False)
    assert texts(found) == [WORDS, "feeds", "a man", "in a park"]


def test_its_words_go_too() -> None:
    found = without_node(graph(), 3, words=True)
    assert texts(found) == ["a man feeds in a park", "feeds", "a man", "in a park"]


def test_entities_of_a_removed_action_hang_under_the_event() -> None:
    found = without_node(graph(), 1, words=True)
    assert texts(found) == ["a man a dog in a park", "a man", "a dog", "in a park"]
    assert found is not None
    assert set(found.edges) == {Edge(0, k, "NOUN") for k in (1, 2, 3)}


def test_a_phrase_inside_the_removed_one_goes_with_it() -> None:
    tokens = tuple(Token(word) for word in ("dogs", "that", "run"))
    predicates = (Predicate((2,), "run", (Argument("ARG0", (0,)),)),)
    whole = build_role_graph(ParsedCaption("dogs that run", tokens, predicates, ((0, 1, 2),)))
    positions = {node.text: i for i, node in enumerate(whole.nodes)}
    found = without_node(whole, positions["dogs"], words=True)
    assert found is not None
    check_role_graph(found)
    assert "dogs" not in found.words


def test_every_removal_of_every_node_is_a_valid_graph() -> None:
    whole = graph()
    for node in range(1, len(whole.nodes)):
        for words in (False, True):
            found = without_node(whole, node, words=words)
            assert found is not None
            check_role_graph(found)
            assert split_by_role(found) == found


def test_nothing_is_left_of_a_caption_of_one_phrase() -> None:
    one = build_role_graph(ParsedCaption("dogs", (Token("dogs"),), (), ((0,),)))
    assert without_node(one, 1, words=True) is None
    assert texts(without_node(one, 1, words=False)) == ["dogs"]


@pytest.mark.parametrize("position", [-1, 0, 5])
def test_the_event_stays(position: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 4"):
        without_node(graph(), position, words=True)
