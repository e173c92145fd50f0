"""Predicates, shared arguments, spans and noun phrases of hand-made trees."""

from __future__ import annotations

import pytest

from parsing import ParsedCaption, ParserError, Token
from parsing.predicates import predicates_from_tree
from tests.parsing.trees import tree


def roles(text: str) -> dict[str, dict[str, str]]:
    """Lemma -> {words of an argument: role}."""
    tokens = tree(text)
    predicates, _ = predicates_from_tree(tokens)
    return {
        p.lemma: {" ".join(tokens[i].text for i in a.tokens): a.role for a in p.arguments} for p in predicates
    }


def phrases(text: str) -> list[str]:
    tokens = tree(text)
    return [" ".join(tokens[i].text for i in phrase) for phrase in predicates_from_tree(tokens)[1]]


ACTIVE = "a/DT/2/det dog/NN/3/nsubj bites:bite/VBZ/0/root a/DT/5/det man/NN/3/obj"
PASSIVE = """a/DT/2/det man/NN/4/nsubj:pass is:be/AX/4/aux:pass bitten:bite/VBN/0/root
by/IN/7/case a/DT/7/det dog/NN/4/obl:agent"""


def test_active_and_passive_give_the_same_roles():
    assert roles(ACTIVE) == {"bite": {"a dog": "ARG0", "a man": "ARG1"}}
    assert roles(PASSIVE) == {"bite": {"a man": "ARG1", "by a dog": "ARG0"}}


def test_conjoined_verbs_share_the_subject():
    found = roles(
        "a/DT/2/det boy/NN/3/nsubj kicks:kick/VBZ/0/root the/DT/5/det ball/NN/3/obj and/CC/7/cc"
        " celebrates:celebrate/VBZ/3/conj"
    )
    assert found == {"kick": {"a boy": "ARG0", "the ball": "ARG1"}, "celebrate": {"a boy": "ARG0"}}


def test_subject_control_and_object_control():
    found = roles("a/DT/2/det man/NN/3/nsubj tries:try/VBZ/0/root to/TO/5/mark jump/VB/3/xcomp")
    assert found == {"try": {"a man": "ARG0", "jump": "ARG1"}, "jump": {"a man": "ARG0"}}
    found = roles("she/PRP/2/nsubj asks:ask/VBZ/0/root a/DT/4/det boy/NN/2/obj to/TO/6/mark sing/VB/2/xcomp")
    assert found["sing"] == {"a boy": "ARG0"}
    assert found["ask"]["a boy"] == "ARG2"


def test_relative_clause_shares_the_noun_and_leaves_it_whole():
    found = roles(
        "the/DT/2/det man/NN/7/nsubj who/WP/4/nsubj wears:wear/VBZ/2/acl:relcl a/DT/6/det hat/NN/4/obj"
        " jumps:jump/VBZ/0/root"
    )
    assert found == {
        "wear": {"the man": "ARG0", "who": "R-ARG0", "a hat": "ARG1"},
        "jump": {"the man": "ARG0"},
    }


def test_relative_clause_on_the_object():
    found = roles("the/DT/2/det hat/NN/0/root that/WDT/5/obj she/PRP/5/nsubj wears:wear/VBZ/2/acl:relcl")
    assert found["wear"] == {"the hat": "ARG1", "that": "R-ARG1", "she": "ARG0"}
    found = roles("the/DT/2/det hat/NN/0/root she/PRP/4/nsubj wears:wear/VBZ/2/acl:relcl")
    assert found["wear"] == {"the hat": "ARG1", "she": "ARG0"}


@pytest.mark.parametrize(
    ("form", "tag", "role"), [("playing:play", "VBG", "ARG0"), ("painted:paint", "VBN", "ARG1")]
)
def test_participles_after_a_noun(form: str, tag: str, role: str):
    found = roles(f"a/DT/2/det man/NN/0/root {form}/{tag}/2/acl")
    assert list(found.values()) == [{"a man": role}]


def test_particle_belongs_to_the_verb():
    tokens = tree("a/DT/2/det man/NN/3/nsubj picks:pick/VBZ/0/root it/PRP/3/obj up/RP/3/compound:prt")
    (predicate,), _ = predicates_from_tree(tokens)
    assert predicate.lemma == "pick up"
    assert predicate.tokens == (2, 4)
    assert predicate.head == 2


def test_existential_and_copula():
    assert roles("there/EX/2/expl is:be/VBZ/0/root a/DT/4/det cat/NN/2/nsubj") == {"be": {"a cat": "ARG1"}}
    assert roles("the/DT/2/det girl/NN/4/nsubj is:be/AX/4/cop happy/JJ/0/root") == {
        "be": {"the girl": "ARG1", "happy": "ARG2"}
    }


def test_reciprocal_pronoun_head_is_its_second_word():
    tokens = tree("dogs:dog/NNS/2/nsubj chase/VBP/0/root each/DT/2/obj other/JJ/3/fixed")
    (predicate,), _ = predicates_from_tree(tokens)
    assert predicate.arguments[1].tokens == (2, 3)
    assert predicate.arguments[1].head == 3


def test_clause_argument_holds_the_other_predicate():
    tokens = tree(
        "a/DT/2/det chef/NN/3/nsubj explains:explain/VBZ/0/root how/WRB/6/advmod to/TO/6/mark cook/VB/3/ccomp"
        " rice/NN/6/obj"
    )
    explain, cook = predicates_from_tree(tokens)[0]
    assert [(a.role, a.tokens) for a in explain.arguments] == [("ARG0", (0, 1)), ("ARG1", cook.tokens)]
    assert ("ARG0", (0, 1)) in [(a.role, a.tokens) for a in cook.arguments]


def test_adjuncts_by_preposition_and_word():
    found = roles(
        "people:person/NNS/3/nsubj are:be/AX/3/aux walking:walk/VBG/0/root down/IN/6/case a/DT/6/det street/NN/3/obl"
        " at/IN/8/case night/NN/3/obl slowly/RB/3/advmod"
    )
    assert found["walk"] == {
        "people": "ARG0", "down a street": "ARGM-DIR", "at night": "ARGM-TMP", "slowly": "ARGM-MNR",
    }  # fmt: skip


def test_noun_phrases_keep_quantities_and_attributes():
    assert phrases(
        "two/CD/3/nummod small/JJ/3/amod dogs:dog/NNS/0/root in/IN/6/case a/DT/6/det park/NN/3/nmod"
    ) == ["two small dogs", "a park"]
    assert phrases("a/DT/2/det group/NN/0/root of/IN/5/case young/JJ/5/amod people/NNS/2/nmod") == [
        "a group of young people"
    ]


def test_caption_without_a_verb_still_gives_noun_phrases():
    tokens = tree("a/DT/2/det clip/NN/0/root of/IN/6/case a/DT/6/det tv/NN/6/compound show/NN/2/nmod")
    predicates, found = predicates_from_tree(tokens)
    assert predicates == ()
    assert found == ((0, 1, 2, 3, 4, 5),)


def test_empty_caption_gives_nothing():
    assert predicates_from_tree(()) == ((), ())


@pytest.mark.parametrize("heads", [(1, 0), (0, -1), (5, -1), (-2, -1)])
def test_heads_that_are_no_tree_are_an_error(heads: tuple[int, int]):
    tokens = [Token("a", "a", "NOUN", "NN", "", head, "dep") for head in heads]
    with pytest.raises(ParserError, match="word"):
        predicates_from_tree(tokens)


def test_every_span_is_ascending_and_inside(shared_data):
    from parsing.training.treebank import read_treebank

    for sentence in read_treebank(shared_data / "srl" / "ewt_dev.jsonl.gz")[:400]:
        predicates, found = predicates_from_tree(sentence.tokens)
        parsed = ParsedCaption(" ".join(t.text for t in sentence.tokens), sentence.tokens, predicates, found)
        for predicate in parsed.predicates:
            for span in (predicate.tokens, *(a.tokens for a in predicate.arguments)):
                assert list(span) == sorted(set(span))
                assert min(span) >= 0
                assert max(span) < len(parsed.tokens)
            assert all(a.head >= 0 for a in predicate.arguments)


def test_a_copula_and_what_it_belongs_to_stay_out_of_the_noun():
    guy = "this/PRP/4/nsubj is:be/AX/4/cop a/DT/4/det guy/NN/0/root talking:talk/VBG/4/acl"
    assert roles(guy) == {"be": {"this": "ARG1", "a guy": "ARG2"}, "talk": {"a guy": "ARG0"}}


def test_a_further_clause_and_adverbs_stay_out_of_the_complement():
    stage = (
        "he/PRP/4/nsubj is:be/AX/4/cop on/IN/4/case stage/NN/0/root and/CC/8/cc she/PRP/8/nsubj is:be/AX/8/cop"
        " happy/JJ/4/conj"
    )
    tokens = tree(stage)
    spans = [[(a.role, a.tokens) for a in p.arguments] for p in predicates_from_tree(tokens)[0]]
    assert spans == [[("ARG1", (0,)), ("ARG2", (2, 3))], [("ARG1", (5,)), ("ARG2", (7,))]]
    sad = "she/PRP/4/nsubj is:be/AX/4/cop not/RB/4/advmod happy/JJ/0/root"
    assert roles(sad) == {"be": {"she": "ARG1", "not": "ARGM-NEG", "happy": "ARG2"}}


def test_a_participle_before_its_noun_shares_the_whole_phrase():
    car = "he/PRP/2/nsubj sits:sit/VBZ/0/root in/IN/6/case a/DT/6/det moving:move/VBG/6/amod car/NN/2/obl"
    assert roles(car) == {
        "sit": {"he": "ARG0", "in a moving car": "ARGM-LOC"},
        "move": {"in a moving car": "ARG0"},
    }
