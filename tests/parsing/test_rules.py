"""Role rules that word lists decide, and the Chinese table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from parsing.parsed_caption import Token
from parsing.predicates import predicates_from_tree
from parsing.rules import RuleLabeller, is_passive, predicate_heads
from parsing.tree import Tree
from tests.parsing.trees import tree

PUT = "he/PRP/2/nsubj {verb}/VBZ/0/root milk/NN/2/obj {case}/IN/6/case a/DT/6/det {noun}/NN/2/obl"
WALK = "he/PRP/2/nsubj {verb}/VBZ/0/root {case}/IN/5/case a/DT/5/det {noun}/NN/2/obl"


@pytest.mark.parametrize(
    ("template", "verb", "case", "noun", "role"),
    [
        (PUT, "pours:pour", "into", "bowl", "ARG2"),
        (PUT, "puts:put", "in", "bowl", "ARG2"),
        (PUT, "drinks:drink", "in", "kitchen", "ARGM-LOC"),
        (PUT, "drinks:drink", "with", "spoon", "ARGM-MNR"),
        (PUT, "drinks:drink", "with", "friend", "ARGM-COM"),
        (WALK, "walks:walk", "to", "house", "ARG4"),
        (WALK, "walks:walk", "into", "house", "ARG4"),
        (WALK, "walks:walk", "from", "house", "ARGM-DIR"),
        (WALK, "sleeps:sleep", "on", "bed", "ARGM-LOC"),
        (WALK, "sleeps:sleep", "in", "morning", "ARGM-TMP"),
        (WALK, "sleeps:sleep", "during", "show", "ARGM-TMP"),
        (WALK, "looks:look", "at", "dog", "ARG1"),
        (WALK, "talks:talk", "about", "dog", "ARG1"),
        (WALK, "talks:talk", "to", "dog", "ARG2"),
    ],
)
def test_obliques(template: str, verb: str, case: str, noun: str, role: str):
    labels = RuleLabeller().arguments(Tree(tree(template.format(verb=verb, case=case, noun=noun))), [1])
    assert labels[0][-1][1] == role


@pytest.mark.parametrize(
    ("word", "tag", "role"),
    [("not", "RB", "ARGM-NEG"), ("quickly", "RB", "ARGM-MNR"), ("now", "RB", "ARGM-TMP"), ("away", "RB", "ARGM-DIR"),
     ("outside", "RB", "ARGM-LOC"), ("also", "RB", "ARGM-DIS")],
)  # fmt: skip
def test_adverbs(word: str, tag: str, role: str):
    labels = RuleLabeller().arguments(
        Tree(tree(f"he/PRP/2/nsubj runs:run/VBZ/0/root {word}/{tag}/2/advmod")), [1]
    )
    assert (2, role) in labels[0]


@pytest.mark.parametrize(
    ("mark", "tag", "role"),
    [
        ("while", "SC", "ARGM-TMP"),
        ("because", "SC", "ARGM-CAU"),
        ("by", "SC", "ARGM-MNR"),
        ("to", "TO", "ARGM-PRP"),
    ],
)
def test_clauses(mark: str, tag: str, role: str):
    text = f"he/PRP/2/nsubj sings:sing/VBZ/0/root {mark}/{tag}/4/mark dancing:dance/VBG/2/advcl"
    labels = RuleLabeller().arguments(Tree(tree(text)), [1, 3])
    assert (3, role) in labels[0]
    assert (0, "ARG0") in labels[1]


def test_verbs_without_agent():
    labels = RuleLabeller().arguments(Tree(tree("a/DT/2/det tree/NN/3/nsubj falls:fall/VBZ/0/root")), [2])
    assert labels == [[(1, "ARG1")]]


def test_auxiliaries_are_no_predicates_and_copulas_are():
    sentence = Tree(tree("he/PRP/3/nsubj is:be/AX/3/aux running:run/VBG/0/root"))
    assert predicate_heads(sentence) == [2]
    assert not is_passive(sentence, 2)
    assert predicate_heads(Tree(tree("he/PRP/3/nsubj is:be/AX/3/cop old/JJ/0/root"))) == [1]


def test_adjective_tagged_as_verb_is_no_predicate():
    assert (
        predicate_heads(
            Tree((Token("striped", "stripe", "VERB", "JJ", "", 1, "amod"), Token("cat", "cat", "NOUN")))
        )
        == []
    )


def test_verb_by_the_fine_tag_only():
    tokens = (
        Token("dogs", "dog", "NOUN", "NNS", "", 1, "nsubj"),
        Token("homer", "homer", "NOUN", "VBP", "", -1, "root"),
    )
    assert predicate_heads(Tree(tokens)) == [1]


def chinese(*rows: tuple[str, str, int, str]) -> tuple[Token, ...]:
    return tuple(Token(word, word, upos, "", "", head - 1, relation) for word, upos, head, relation in rows)


def test_chinese_adjuncts():
    tokens = chinese(
        ("男人", "NOUN", 6, "nsubj"), ("正在", "ADV", 6, "advmod"), ("在", "ADP", 4, "case"),
        ("公园", "NOUN", 6, "obl"), ("用手", "NOUN", 6, "obl"), ("喂", "VERB", 0, "root"), ("狗", "NOUN", 6, "obj"),
    )  # fmt: skip
    (predicate,), _ = predicates_from_tree(tokens, RuleLabeller("zh"))
    assert {tokens[a.head].text: a.role for a in predicate.arguments} == {
        "男人": "ARG0", "正在": "ARGM-TMP", "公园": "ARGM-LOC", "用手": "ARGM-ADV", "狗": "ARG1",
    }  # fmt: skip


def test_chinese_passive():
    tokens = chinese(
        ("球", "NOUN", 4, "nsubj:pass"),
        ("被", "ADP", 3, "case"),
        ("男孩", "NOUN", 4, "obl:agent"),
        ("踢", "VERB", 0, "root"),
    )
    (predicate,), _ = predicates_from_tree(tokens, RuleLabeller("zh"))
    assert {tokens[a.head].text: a.role for a in predicate.arguments} == {"球": "ARG1", "男孩": "ARG0"}


def test_unknown_language_is_an_error():
    with pytest.raises(ValueError, match="'fr'"):
        RuleLabeller("fr")


def test_noun_with_a_subject_or_an_auxiliary_is_a_verb():
    assert predicate_heads(Tree(tree("fireworks:firework/NNS/2/nsubj explode/NN/0/root"))) == [1]
    assert predicate_heads(Tree(tree("he/PRP/3/nsubj is:be/AX/3/aux drawing/NN/0/root"))) == [2]
    assert predicate_heads(Tree(tree("this/PRP/4/nsubj is:be/AX/4/cop a/DT/4/det clip/NN/0/root"))) == [1]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("the/DT/2/det designed/VBN/4/nsubj has/VBZ/4/aux changed/VBN/0/root", 1),
        ("he/PRP/2/nsubj tests/VBZ/0/root its/DT/5/nmod:poss power/NN/5/compound stering/VBG/2/obj", 4),
        ("a/DT/2/det hammer/NN/0/root and/CC/4/cc bulldozer/VBP/2/conj", 3),
        ("he/PRP/2/nsubj eats/VBZ/0/root corning/NN/2/advcl dish/NN/3/obj", 2),
    ],
)
def test_a_word_in_the_place_of_a_noun_is_no_predicate(text: str, position: int):
    assert position not in predicate_heads(Tree(tree(text)))


def test_a_gerund_with_an_object_stays_a_predicate():
    text = "he/PRP/2/nsubj likes/VBZ/0/root his/DT/4/nmod:poss driving/VBG/2/obj cars/NNS/4/obj"
    assert predicate_heads(Tree(tree(text))) == [1, 3]


def test_conjoined_verbs_share_an_object_that_follows():
    text = "he/PRP/2/nsubj washes/VBZ/0/root and/CC/4/cc dries/VBZ/2/conj a/DT/6/det car/NN/{head}/obj"
    for head in (2, 4):
        found = RuleLabeller().arguments(Tree(tree(text.format(head=head))), [1, 3])
        assert found == [[(0, "ARG0"), (5, "ARG1")], [(0, "ARG0"), (5, "ARG1")]]


def test_what_a_shown_person_does_is_a_secondary_predication():
    text = "he/PRP/3/nsubj:pass is/VBZ/3/aux:pass shown:show/VBN/0/root throwing/VBG/3/xcomp"
    assert RuleLabeller().arguments(Tree(tree(text)), [2]) == [[(0, "ARG1"), (3, "ARGM-PRD")]]


def heads(text: str) -> list[str]:
    """The words that are predicates."""
    found = Tree(tree(text))
    return [found.tokens[i].text for i in predicate_heads(found)]


def test_a_noun_with_a_subject_is_a_verb_where_their_numbers_agree():
    assert heads("animated/JJ/2/amod worms:worm/NNS/3/nsubj inch/NN/0/root around/RB/3/advmod") == ["inch"]
    assert heads("group/NN/4/nsubj of/IN/3/case people/NNS/1/nmod frolic/NN/0/root") == ["frolic"]
    talk = "woman/NN/5/nsubj and/CC/3/cc man/NN/1/conj pale/JJ/5/amod skin/NN/6/compound talk/NN/0/root"
    assert heads(talk.replace("/5/", "/6/")) == ["talk"]
    assert heads("girl/NN/2/nsubj knocks:knock/NNS/0/root") == ["knocks"]
    assert heads("a/DT/2/det church/NN/3/nsubj choir/NN/0/root singing:sing/VBG/3/acl") == ["singing"]
    assert heads("brothers:brother/NNS/2/nsubj games:game/NNS/0/root") == []
    assert heads("suit/NN/3/nsubj white/JJ/3/amod words:word/NNS/0/root") == []
    assert heads("computer/NN/2/nsubj view/NN/4/nsubj is:be/AX/4/aux shown:show/VBN/0/root") == ["shown"]


def test_a_subordinate_clause_with_its_mark_needs_no_agreement():
    text = "rides:ride/VBZ/0/root when/WRB/4/advmod wheel/NN/4/nsubj fall/NN/1/advcl"
    assert heads(text) == ["rides", "fall"]


def test_a_noun_with_an_object_is_a_verb_only_where_a_clause_can_stand():
    assert heads("walk/VBP/0/root and/CC/3/cc model/NN/1/conj clothes/NNS/3/obj") == ["walk", "model"]
    assert heads("uses:use/VBZ/0/root sign/NN/1/obj language/NN/2/obj") == ["uses"]
    assert heads("game/NN/2/compound play/NN/0/root footage/NN/2/obj") == []
    assert heads("translating/NN/0/root news/NN/1/obj") == ["translating"]


def test_a_bare_form_with_a_preposition_is_a_noun():
    assert heads("sings:sing/VBZ/0/root on/IN/3/case show/VBP/1/obl the/DT/5/det voice/NN/3/obj") == ["sings"]
    assert heads("wants:want/VBZ/0/root to/TO/3/mark show/VB/1/xcomp") == ["wants", "show"]
    assert heads("they/PRP/3/nsubj in/IN/3/case show/VBP/0/root") == ["show"]


def test_a_finite_form_alone_as_object_or_subject_is_a_noun():
    assert heads("swims:swim/VBZ/0/root laps:lap/VBZ/1/obj") == ["swims"]
    assert heads("rough/JJ/2/amod waves:wave/VBZ/3/nsubj crash/VBP/0/root") == ["crash"]
    assert heads("watches:watch/VBZ/0/root him/PRP/1/obj sleep/VBP/1/obj") == ["watches", "sleep"]
    assert heads("man/NN/0/root talks:talk/VBZ/1/nmod about/IN/4/case cars:car/NNS/2/obl") == ["talks"]


def test_a_clause_after_about_is_what_is_talked_about():
    fixing = "he/PRP/2/nsubj talks:talk/VBZ/0/root about/SC/4/mark fixing:fix/VBG/2/advcl cars:car/NNS/4/obj"
    found = RuleLabeller().arguments(Tree(tree(fixing)), [1, 3])
    assert found == [[(0, "ARG0"), (3, "ARG1")], [(0, "ARG0"), (4, "ARG1")]]
    how = "he/PRP/2/nsubj talks:talk/VBZ/0/root about/SC/6/mark how/WRB/6/advmod to/TO/6/mark fix/VB/2/advcl"
    assert (5, "ARG1") in RuleLabeller().arguments(Tree(tree(how)), [1])[0]


def test_who_is_taught_does_it():
    ride = "he/PRP/2/nsubj teaches:teach/VBZ/0/root girls:girl/NNS/2/obj how/WRB/6/advmod to/TO/6/mark ride/VB/2/ccomp"
    assert (2, "ARG0") in RuleLabeller().arguments(Tree(tree(ride)), [5])[0]
    learns = ride.replace("teaches:teach", "learns:learn")
    assert (0, "ARG0") in RuleLabeller().arguments(Tree(tree(learns)), [5])[0]


def test_a_verb_that_runs_on_shares_the_subject():
    goes = "he/PRP/2/nsubj walks:walk/VBZ/0/root then/RB/4/advmod jumps:jump/VBZ/2/parataxis"
    assert (0, "ARG0") in RuleLabeller().arguments(Tree(tree(goes)), [3])[0]
    before = "jumps:jump/VBZ/3/parataxis he/PRP/3/nsubj walks:walk/VBZ/0/root"
    assert RuleLabeller().arguments(Tree(tree(before)), [0]) == [[]]


def test_an_object_that_the_fine_tag_calls_a_noun_is_no_predicate():
    waters = list(tree("he/PRP/2/nsubj waters:water/VBZ/0/root plants:plant/NNS/2/obj"))
    waters[2] = replace(waters[2], upos="VERB")
    assert predicate_heads(Tree(waters)) == [1]
