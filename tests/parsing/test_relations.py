"""ClearNLP trees become UD trees: one case per label that changes more than its name."""

from __future__ import annotations

import pytest

from parsing import ParserError
from parsing.parsed_caption import Token
from parsing.predicates import predicates_from_tree
from parsing.relations import CLEARNLP_KEPT, CLEARNLP_RENAMED, UD_RELATIONS, is_clearnlp, to_universal
from tests.parsing.trees import tree


def edges(text: str) -> set[tuple[str, str, str]]:
    """(word, relation, head word) of the converted tree."""
    tokens = to_universal(tree(text))
    return {(t.text, t.deprel, tokens[t.head].text if t.head >= 0 else "-") for t in tokens}


def test_preposition_under_a_verb_and_under_a_noun():
    found = edges(
        "he/PRP/2/nsubj sits:sit/VBZ/0/ROOT on/IN/2/prep a/DT/5/det chair/NN/3/pobj of/IN/5/prep wood/NN/6/pobj"
    )
    assert {
        ("chair", "obl", "sits"),
        ("on", "case", "chair"),
        ("wood", "nmod", "chair"),
        ("of", "case", "wood"),
    } <= found


def test_two_prepositions():
    found = edges("he/PRP/2/nsubj runs:run/VBZ/0/ROOT out/IN/2/prep of/IN/3/prep it/PRP/4/pobj")
    assert {("it", "obl", "runs"), ("out", "case", "it"), ("of", "case", "it")} <= found


def test_agent_and_passive():
    text = "it/PRP/3/nsubjpass is:be/AX/3/auxpass made:make/VBN/0/ROOT by/IN/3/agent him/PRP/4/pobj"
    assert edges(text) == {
        ("it", "nsubj:pass", "made"), ("is", "aux:pass", "made"), ("made", "root", "-"), ("by", "case", "him"),
        ("him", "obl:agent", "made"),
    }  # fmt: skip
    (predicate,), _ = predicates_from_tree(to_universal(tree(text)))
    assert [(a.role, a.head) for a in predicate.arguments] == [("ARG1", 0), ("ARG0", 4)]


def test_dative_noun_and_dative_preposition():
    assert ("her", "iobj", "gives") in edges(
        "he/PRP/2/nsubj gives:give/VBZ/0/ROOT her/PRP/2/dative milk/NN/2/dobj"
    )
    found = edges("he/PRP/2/nsubj gives:give/VBZ/0/ROOT milk/NN/2/dobj to/IN/2/dative her/PRP/4/pobj")
    assert {("her", "obl", "gives"), ("to", "case", "her"), ("milk", "obj", "gives")} <= found


def test_clause_after_a_preposition():
    found = edges("he/PRP/2/nsubj talks:talk/VBZ/0/ROOT about/IN/2/prep cooking:cook/VBG/3/pcomp")
    assert {("cooking", "advcl", "talks"), ("about", "mark", "cooking")} <= found


def test_be_with_a_complement_becomes_a_copula():
    assert edges("he/PRP/2/nsubj is:be/AX/0/ROOT tall/JJ/2/acomp") == {
        ("he", "nsubj", "tall"), ("is", "cop", "tall"), ("tall", "root", "-")
    }  # fmt: skip
    found = edges("he/PRP/2/nsubj is:be/AX/0/ROOT on/IN/2/prep stage/NN/3/pobj")
    assert {("stage", "root", "-"), ("is", "cop", "stage"), ("on", "case", "stage")} <= found


def test_there_is():
    found = edges("there/EX/2/expl is:be/AX/0/ROOT a/DT/4/det cat/NN/2/attr")
    assert {("cat", "nsubj", "is"), ("is", "root", "-")} <= found


def test_conjunct_chain_and_conjunction():
    found = edges("cats:cat/NNS/0/ROOT dogs:dog/NNS/1/conj and/CC/2/cc birds:bird/NNS/2/conj")
    assert {("dogs", "conj", "cats"), ("birds", "conj", "cats"), ("and", "cc", "birds")} <= found


@pytest.mark.parametrize(("label", "expected"), sorted(CLEARNLP_RENAMED.items()))
def test_renamed_labels_end_in_the_inventory(label: str, expected: str):
    tokens = (Token("a", "a", "X"), Token("b", "b", "X", "", "", 0, label))
    converted = to_universal((Token("a", "a", "X", "", "", -1, "ROOT"), tokens[1]))
    assert converted[1].deprel == expected
    assert expected.split(":")[0] in UD_RELATIONS


@pytest.mark.parametrize("label", sorted(CLEARNLP_KEPT - {"root"}))
def test_shared_labels_stay(label: str):
    converted = to_universal(
        (Token("a", "a", "X", "", "", -1, "ROOT"), Token("b", "b", "X", "", "", 0, label))
    )
    assert converted[1].deprel == label
    assert label in UD_RELATIONS


def test_unknown_label_is_named():
    with pytest.raises(ParserError, match="'wibble'"):
        to_universal((Token("a", "a", "X", "", "", -1, "wibble"),))


def test_which_inventory():
    assert is_clearnlp(["nsubj", "dobj", "prep"])
    assert not is_clearnlp(["nsubj", "obj", "obl"])


def test_the_to_of_an_infinitive_is_a_mark():
    text = "he/PRP/2/nsubj stops:stop/VBZ/0/ROOT to/TO/4/aux eat/VB/2/advcl"
    assert ("to", "mark", "eat") in edges(text)
    must = "he/PRP/3/nsubj must/MD/3/aux eat/VB/0/ROOT"
    assert ("must", "aux", "eat") in edges(must)
