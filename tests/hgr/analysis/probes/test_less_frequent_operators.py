"""Operators that few captions allow: instrument, direction, synonym."""

from __future__ import annotations

import pytest

from graphs.role_graph import RoleGraph, check_role_graph
from hgr.analysis.probes.generation import Probe, generate
from tests.hgr.analysis.probes.small_corpus import corpus_captions, role_graph, transitive

Captions = list[tuple[str, str, str, RoleGraph]]


def cutting(tool: str, preposition: str = "with") -> tuple[str, RoleGraph]:
    """Somebody cuts an apple with a tool."""
    text = f"a man is cutting an apple {preposition} {tool}"
    end = len(text.split())
    return text, role_graph(text, ((3,), (("ARG0", 0, 2), ("ARG1", 4, 6), ("ARGM-MNR", 6, end))))


def walking(way: str) -> tuple[str, RoleGraph]:
    """Somebody walks some way."""
    text = f"a man is walking {way}"
    return text, role_graph(text, ((3,), (("ARG0", 0, 2), ("ARGM-DIR", 4, len(text.split())))))


def videos(caption: tuple[str, RoleGraph], count: int = 5) -> Captions:
    """The same caption of several videos."""
    return [(f"{caption[0]}{i}", f"{caption[0]}{i}", *caption) for i in range(count)]


def probes_of(caption: tuple[str, RoleGraph], kind: str, corpus: Captions) -> list[Probe]:
    own = ("own#0", "own", *caption)
    return [p for p in generate([*corpus, own], [kind], known_words=True) if p.caption == "own#0"]


def test_an_instrument_becomes_another_one_of_the_same_verb() -> None:
    corpus = [*videos(cutting("a knife")), *videos(cutting("a saw")), *videos(cutting("a spoon"), 1)]
    (probe,) = probes_of(cutting("a knife"), "instrument", corpus)
    assert probe.altered == "a man is cutting an apple with a saw"
    assert (probe.before, probe.after) == ("knife", "saw")
    check_role_graph(probe.graph)
    assert "with a saw" in [node.text for node in probe.graph.nodes]


def test_an_instrument_is_none_of_the_same_group_nor_of_another_verb() -> None:
    stirring = transitive("a man", "is stirring", "a soup", "with a whisk")
    corpus = [*videos(cutting("a knife")), *videos(cutting("a sword")), *videos(stirring)]
    assert probes_of(cutting("a knife"), "instrument", corpus) == []
    assert probes_of(cutting("a knife", "near"), "instrument", [*corpus, *videos(cutting("a saw"))]) == []


def test_an_instrument_that_a_sibling_mentions_is_not_put_in() -> None:
    corpus = [*videos(cutting("a knife")), *videos(cutting("a saw"))]
    sibling = ("own#1", "own", *cutting("a saw"))
    assert probes_of(cutting("a knife"), "instrument", [*corpus, sibling]) == []


@pytest.mark.parametrize(
    ("way", "altered"),
    [
        ("to the left", "to the right"),
        ("up the hill", "down the hill"),
        ("backwards", "forwards"),
        ("up the street", None),
        ("on the left and right", None),
        ("up", None),
    ],
)
def test_a_direction_becomes_its_opposite(way: str, altered: str | None) -> None:
    found = [probe.altered for probe in probes_of(walking(way), "direction", corpus_captions())]
    assert found == ([] if altered is None else [f"a man is walking {altered}"])


def test_up_is_no_direction_of_other_verbs() -> None:
    text = "a man is cutting up the cake"
    cut_up = text, role_graph(text, ((3,), (("ARG0", 0, 2), ("ARG1", 5, 7))))
    assert probes_of(cut_up, "direction", corpus_captions()) == []


def test_a_direction_that_a_sibling_mentions_is_not_put_in() -> None:
    sibling = ("own#1", "own", *walking("to the right"))
    assert probes_of(walking("to the left"), "direction", [*corpus_captions(), sibling]) == []


def test_a_synonym_that_the_corpus_knows_takes_the_place_of_a_word() -> None:
    caption = transitive("a guy", "is kicking", "a horse", "in a garden")
    (probe,) = probes_of(caption, "synonym", corpus_captions())
    assert probe.altered == "a man is kicking a horse in a garden"
    assert (probe.before, probe.after) == ("guy", "man")
    check_role_graph(probe.graph)
    assert [node.text for node in probe.graph.nodes if node.level == "entity"] == [
        "a man",
        "a horse",
        "in a garden",
    ]
    (lady,) = probes_of(transitive("a lady", "is kicking", "a horse"), "synonym", corpus_captions())
    assert lady.altered == "a woman is kicking a horse"
    assert probes_of(transitive("a kid", "is kicking", "a horse"), "synonym", corpus_captions()) == []
    assert probes_of(transitive("a dog", "is kicking", "a horse"), "synonym", corpus_captions()) == []
