"""Repairs: a verb that was read as a plural noun after "a", objects with a preposition."""

from __future__ import annotations

from parsing.predicates import predicates_from_tree
from parsing.repair import repaired
from tests.parsing.trees import tree


def test_a_plural_after_a_is_the_verb_of_the_noun_before_it():
    rings = tree(
        "a/DT/4/det red/JJ/4/amod phone/NN/4/compound rings:ring/NNS/0/root in/IN/7/case the/DT/7/det hall/NN/4/nmod"
    )
    found = repaired(rings)
    assert [(t.xpos, t.head, t.deprel) for t in found[:4]] == [
        ("DT", 2, "det"), ("JJ", 2, "amod"), ("NN", 3, "nsubj"), ("VBZ", -1, "root"),
    ]  # fmt: skip
    assert (found[6].head, found[6].deprel) == (3, "obl")
    (predicate,), _ = predicates_from_tree(found)
    assert [(a.role, a.tokens) for a in predicate.arguments] == [("ARG0", (0, 1, 2)), ("ARGM-LOC", (4, 5, 6))]


def test_other_plurals_stay():
    birds = tree("a/DT/3/det cartoon/NN/3/compound birds:bird/NNS/0/root flying:fly/VBG/3/acl")
    players = tree("the/DT/3/det soccer/NN/3/compound players:player/NNS/0/root")
    alone = tree("a/DT/2/det glasses:glass/NNS/0/root")
    for tokens in (birds, players, alone):
        assert repaired(tokens) is tokens


def test_an_object_has_no_preposition():
    shows = tree("he/PRP/2/nsubj shows:show/VBZ/0/root off/IN/5/case the/DT/5/det car/NN/2/obj")
    assert [(t.head, t.deprel) for t in repaired(shows)[2:]] == [
        (1, "compound:prt"),
        (4, "det"),
        (1, "obj"),
    ]
    sings = tree("he/PRP/2/nsubj sings:sing/VBZ/0/root in/IN/5/case the/DT/5/det car/NN/2/obj")
    assert [(t.head, t.deprel) for t in repaired(sings)[2:]] == [(4, "case"), (4, "det"), (1, "obl")]
