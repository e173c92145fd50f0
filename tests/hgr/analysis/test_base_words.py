from __future__ import annotations

import pytest

from graphs.role_graph import Edge, Node, RoleGraph
from hgr.analysis.base_words import action_base, entity_base, noun_base, verb_base


@pytest.mark.parametrize(
    ("base", "forms"),
    [
        ("jump", "jump jumps jumped jumping"),
        ("throw", "throw throws threw thrown throwing"),
        ("strike", "strikes struck striking"),
        ("hop", "hops hopped hopping"),
        ("be", "is are was were been being am"),
        ("feed", "feed feeds fed feeding"),
        ("sing", "sings sang sung singing"),
        ("bring", "bring brings brought bringing"),
        ("string", "string strings stringing"),
        ("arrive", "arrives arrived arriving"),
        ("realize", "realizes realized realizing"),
        ("whirl", "whirls whirled whirling"),
        ("startle", "startles startled startling"),
        ("hope", "hopes hoped hoping"),
        ("smoke", "smokes smoked smoking"),
        ("create", "creates created creating"),
        ("feature", "features featured featuring"),
        ("narrate", "narrates narrated narrating"),
        ("examine", "examines examined examining"),
        ("raise", "raises raised raising"),
        ("press", "presses pressed pressing"),
        ("clean", "cleans cleaned cleaning"),
        ("treat", "treats treated treating"),
        ("explain", "explains explained explaining"),
        ("fix", "fixes fixed fixing"),
        ("row", "rows rowed rowing"),
        ("travel", "travels travelled travelling"),
        ("roll", "rolls rolled rolling"),
        ("die", "dies died dying"),
        ("play", "plays played playing"),
        ("see", "sees saw seen seeing"),
        ("carry", "carries carried carrying"),
    ],
)
def test_all_forms_of_a_verb_are_one(base: str, forms: str) -> None:
    assert {verb_base(form) for form in forms.split()} == {base}


def test_nouns_are_counted_by_their_singular() -> None:
    plurals = ["men", "people", "children", "knives", "potatoes", "dishes", "ladies", "dogs", "shoes"]
    singulars = ["man", "person", "child", "knife", "potato", "dish", "lady", "dog", "shoe"]
    assert [noun_base(word) for word in plurals] == singulars
    assert [noun_base(word) for word in singulars] == singulars


def test_auxiliaries_particles_and_prepositions_are_left_out() -> None:
    words = ("A", "man", "is", "jumping", "over", "the", "big", "Boxes,", "of", "wood")
    nodes = (
        Node("event", tuple(range(len(words))), " ".join(words)),
        Node("action", (2, 3, 4), "is jumping over"),
        Node("entity", (5, 6, 7, 8, 9), "the big Boxes, of wood"),
        Node("entity", (0, 2), "A is"),
    )
    graph = RoleGraph(words, nodes, (Edge(0, 1, ""), Edge(1, 2, "ARG1"), Edge(1, 3, "ARG0")))
    assert action_base(graph, 1) == "jump"
    assert entity_base(graph, 2) == "box"
    assert entity_base(graph, 3) == "is", "no plain noun phrase: its last word"
