from __future__ import annotations

import numpy as np
import pytest

from graphs.role_graph import NOUN, Edge, Node, RoleGraph, check_role_graph, event_node
from hgr.analysis.report.taxonomy import MEANINGS, Said, lost_queries, said, tags_of
from hgr.analysis.stored import StoredSimilarity, TextRow


def graph(text: str, *actions: tuple[str, str, str], place: str = "") -> RoleGraph:
    """A caption with (verb, agent, object) actions; phrases are found by their words."""
    words = tuple(text.split())

    def tokens(phrase: str, start: int = 0) -> tuple[int, ...]:
        parts = phrase.split()
        first = next(i for i in range(start, len(words)) if list(words[i : i + len(parts)]) == parts)
        return tuple(range(first, first + len(parts)))

    nodes, edges = [event_node(words)], []
    for verb, agent, target in actions:
        action = len(nodes)
        nodes.append(Node("action", tokens(verb), verb))
        edges.append(Edge(0, action, ""))
        for role, phrase in (("ARG0", agent), ("ARG1", target), ("ARGM-LOC", place)):
            if phrase:
                edges.append(Edge(action, len(nodes), role))
                nodes.append(Node("entity", tokens(phrase), phrase))
    if not actions:
        nodes.append(Node("entity", tuple(range(len(words))), text))
        edges.append(Edge(0, 1, NOUN))
    found = RoleGraph(words, tuple(nodes), tuple(edges))
    check_role_graph(found)
    return found


QUERY = graph("a red ball pushes a box", ("pushes", "a red ball", "a box"))


def test_what_is_said_is_content_without_inflection() -> None:
    found = said(QUERY)
    assert found.parts == {"action": {"push"}, "agent": {"red", "ball"}, "object": {"box"}}
    assert found.order == ("push",)


@pytest.mark.parametrize(
    ("rival", "expected"),
    [
        (
            graph("a red ball is pushing the box", ("pushing", "a red ball", "the box")),
            "likely false negative",
        ),
        (graph("a red ball lifts a box", ("lifts", "a red ball", "a box")), "wrong action"),
        (graph("a green cone pushes a box", ("pushes", "a green cone", "a box")), "wrong agent"),
        (graph("a red ball pushes a cone", ("pushes", "a red ball", "a cone")), "wrong object"),
        (graph("a box pushes a red ball", ("pushes", "a box", "a red ball")), "wrong roles"),
    ],
)
def test_one_difference_has_one_label(rival: RoleGraph, expected: str) -> None:
    assert tags_of(said(QUERY), [said(rival)], [], one_level_right=False) == (expected,)
    assert expected in MEANINGS


def test_the_place_counts_where_the_query_names_one() -> None:
    here = graph("a dog runs in a park", ("runs", "a dog", ""), place="in a park")
    there = graph("a dog runs on a beach", ("runs", "a dog", ""), place="on a beach")
    nowhere = graph("a dog runs", ("runs", "a dog", ""))
    assert tags_of(said(here), [said(there)], [], one_level_right=False) == ("wrong place",)
    assert tags_of(said(nowhere), [said(there)], [], one_level_right=False) == ("likely false negative",)


def test_order_as_before_and_after_tell_it() -> None:
    first = graph("a dog runs before a cat jumps", ("runs", "a dog", ""), ("jumps", "a cat", ""))
    same = graph("a cat jumps after a dog runs", ("jumps", "a cat", ""), ("runs", "a dog", ""))
    other = graph("a cat jumps before a dog runs", ("jumps", "a cat", ""), ("runs", "a dog", ""))
    assert said(same).order == said(first).order == ("run", "jump")
    assert tags_of(said(first), [said(same)], [], one_level_right=False) == ("likely false negative",)
    assert tags_of(said(first), [said(other)], [], one_level_right=False) == ("wrong order",)


def test_the_closest_caption_of_the_rival_counts() -> None:
    near, far = graph("a red ball lifts a box", ("lifts", "a red ball", "a box")), graph("two dogs")
    assert tags_of(said(QUERY), [said(far), said(near)], [], one_level_right=False) == ("wrong action",)


def test_further_labels() -> None:
    short = graph("a box")
    fits = [[said(QUERY)], [said(graph("a blue box"))]]
    assert tags_of(said(short), [], fits, one_level_right=False) == ("under-specified caption",)
    assert tags_of(said(short), [], fits[:1], one_level_right=True) == ("level disagreement",)
    assert tags_of(None, [said(QUERY)], [], one_level_right=False) == ("parse failure",)
    assert tags_of(Said({"action": frozenset({"x"})}, ("x",)), [], [], one_level_right=False) == ("other",)


def test_the_table_counts_every_caption_once_a_label() -> None:
    others = graph("a red ball lifts a box", ("lifts", "a red ball", "a box"))
    graphs = {"a": QUERY, "b": others, "c": graph("a box")}
    rows = (TextRow("a", ("v0",)), TextRow("b", ("v1",)), TextRow("c", ("v2",)))
    event = np.array([[0.9, 0.5, 0.1], [0.2, 0.9, 0.1], [0.8, 0.7, 0.6]], np.float32)
    fused = np.array([[0.5, 0.9, 0.1], [0.2, 0.9, 0.1], [0.8, 0.7, 0.6]], np.float32)
    stored = StoredSimilarity(rows, ("v0", "v1", "v2"), {"event": event, "fused": fused}, {}, "")
    section, tags = lost_queries(stored, graphs)
    assert set(tags["a"]) == {"level disagreement", "wrong action"}
    assert set(tags["c"]) == {"under-specified caption", "likely false negative"}
    assert "b" not in tags
    table = {row[0]: row[2:] for row in section.rows}
    assert table["wrong action"] == (1, 50.0, pytest.approx(200 / 3))
    assert "2 of 3 captions" in section.note
