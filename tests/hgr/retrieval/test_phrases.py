from __future__ import annotations

from graphs.build import build_role_graph
from hgr.models.hgr import HGRConfig
from hgr.retrieval.phrases import Phrase, distinct_names, phrases_of, seen_graph
from tests.hgr.retrieval.small_run import parse


def test_phrases_are_the_nodes_of_a_level_with_their_roles() -> None:
    graph = seen_graph(build_role_graph(parse("a red ball pushes a box")), HGRConfig())
    assert phrases_of(graph, "entity", 2) == (
        Phrase("entity", "a red ball", "ARG0", 2),
        Phrase("entity", "a box", "ARG1", 3),
    )
    assert phrases_of(graph, "action", 1) == (Phrase("action", "pushes", "", 1),)


def test_elements_that_are_no_nodes_are_words_or_numbered() -> None:
    graph = build_role_graph(parse("a red ball"))
    assert [p.text for p in phrases_of(graph, "word", 3)] == ["a", "red", "ball"]
    assert [p.text for p in phrases_of(graph, "concept", 2)] == ["concept 1", "concept 2"]


def test_names_are_distinct() -> None:
    phrases = [Phrase("entity", "x", "ARG0"), Phrase("entity", "x", "ARG1"), Phrase("entity", "x", "ARG1")]
    assert distinct_names(phrases) == ("x (ARG0)", "x (ARG1)", "x (ARG1) #2")
    assert distinct_names([Phrase("action", "runs"), Phrase("entity", "runs", "NOUN")]) == (
        "runs (action)",
        "runs (NOUN)",
    )
