"""Repairs: a verb that was read as a plural noun after "a", objects with a preposition, subjects of a verb."""

from __future__ import annotations

from dataclasses import replace

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


def test_a_preposition_before_a_compound_belongs_to_the_phrase():
    sings = tree(
        "she/PRP/2/nsubj sings:sing/VBZ/0/root in/IN/5/case her/PRP/5/nmod:poss music/NN/6/compound album/NN/2/obj"
    )
    found = repaired(sings)
    assert [(t.head, t.deprel) for t in found[2:]] == [
        (5, "case"), (5, "nmod:poss"), (5, "compound"), (1, "obl"),
    ]  # fmt: skip
    good = tree("she/PRP/2/nsubj sings:sing/VBZ/0/root a/DT/5/det love/NN/5/compound song/NN/2/obj")
    assert repaired(good) is good


def test_conjoined_nouns_are_both_subject_of_the_verb():
    shown = tree(
        "players:player/NNS/0/root and/CC/5/cc then/RB/5/advmod runners:runner/NNS/6/nsubj:pass "
        "are:be/AX/6/aux:pass shown:show/VBN/1/conj here/RB/1/advmod"
    )
    moved = list(shown)
    for k in (1, 2):
        moved[k] = replace(moved[k], head=5)
    found = repaired(tuple(moved))
    assert [(t.head, t.deprel) for t in found] == [
        (5, "nsubj:pass"), (3, "cc"), (3, "advmod"), (0, "conj"), (5, "aux:pass"), (-1, "root"), (5, "advmod"),
    ]  # fmt: skip
    (predicate,), _ = predicates_from_tree(found)
    assert (0, "ARG1") in [(a.head, a.role) for a in predicate.arguments]


def test_a_noun_and_a_clause_stay_apart():
    participle = tree(
        "man/NN/0/root running:run/VBG/1/acl and/CC/6/cc she/PRP/6/nsubj then/RB/6/advmod hits:hit/VBZ/1/conj"
    )
    phrases = tree("runner/NN/0/root and/CC/4/cc dog/NN/4/nsubj going:go/VBG/1/conj home/RB/4/advmod")
    where = tree("clip/NN/0/root and/CC/5/cc where/WRB/5/advmod cars:car/NNS/5/nsubj hit/VBP/1/conj")
    for tokens in (participle, phrases, where):
        assert repaired(tokens) is tokens


def test_a_second_subject_after_and_is_conjoined_with_the_noun_before():
    tie = tree("man/NN/6/nsubj in/IN/3/case shirt/NN/1/nmod and/CC/6/cc tie/NN/6/nsubj talks:talk/VBZ/0/root")
    assert [(t.head, t.deprel) for t in repaired(tie)[3:5]] == [(4, "cc"), (2, "conj")]
    (predicate,), _ = predicates_from_tree(repaired(tie))
    assert [(a.role, a.tokens) for a in predicate.arguments] == [("ARG0", (0, 1, 2, 3, 4))]


def test_a_clause_after_a_participle_keeps_its_subject():
    dumps = tree(
        "shrimps:shrimp/NNS/7/nsubj shown:show/VBN/1/acl here/RB/2/advmod and/CC/7/cc the/DT/6/det "
        "person/NN/7/nsubj dumps:dump/VBZ/0/root"
    )
    assert repaired(dumps) is dumps
    plates = tree(
        "shrimps:shrimp/NNS/7/nsubj shown:show/VBN/1/acl plate/NN/2/obl and/CC/7/cc the/DT/6/det "
        "person/NN/7/nsubj dumps:dump/VBZ/0/root"
    )
    assert repaired(plates) is plates


def test_a_second_subject_heads_the_phrase_of_the_compound_before():
    hat = tree("man/NN/6/nsubj in/IN/4/case a/DT/4/det cowboy/NN/1/nmod hat/NN/6/nsubj talks:talk/VBZ/0/root")
    assert [(t.head, t.deprel) for t in repaired(hat)] == [
        (5, "nsubj"), (4, "case"), (4, "det"), (4, "compound"), (0, "nmod"), (-1, "root"),
    ]  # fmt: skip


def test_a_second_subject_after_a_participle_is_its_object():
    birds = tree(
        "birds:bird/NNS/5/nsubj:pass carrying:carry/VBG/1/acl objects:object/NNS/5/nsubj:pass "
        "are:be/AX/5/aux:pass shown:show/VBN/0/root"
    )
    assert [(t.head, t.deprel) for t in repaired(birds)[:3]] == [(4, "nsubj:pass"), (0, "acl"), (1, "obj")]


def test_a_second_subject_with_a_preposition_describes_the_first():
    hat = tree(
        "a/DT/2/det man/NN/7/nsubj in/IN/5/case a/DT/5/det cowboy/NN/6/compound hat/NN/7/nsubj sings:sing/VBZ/0/root"
    )
    found = repaired(hat)
    assert [(t.head, t.deprel) for t in found[2:6]] == [(5, "case"), (5, "det"), (5, "compound"), (1, "nmod")]


def test_an_object_in_the_third_person_is_a_plural():
    swims = tree(
        "he/PRP/2/nsubj swims:swim/VBZ/0/root laps:lap/VBZ/2/obj in/IN/6/case a/DT/6/det pool/NN/3/obj"
    )
    found = repaired(swims)
    assert (found[2].upos, found[2].xpos) == ("NOUN", "NNS")
    assert (found[5].head, found[5].deprel) == (1, "obl")
    (predicate,), _ = predicates_from_tree(found)
    assert [(a.role, a.tokens) for a in predicate.arguments] == [
        ("ARG0", (0,)), ("ARG1", (2,)), ("ARGM-LOC", (3, 4, 5)),
    ]  # fmt: skip
