"""Scores, by hand-counted examples."""

from __future__ import annotations

from dataclasses import replace

import pytest

from parsing.parsed_caption import ParsedCaption
from parsing.predicates import predicates_from_tree
from parsing.rules import RuleLabeller
from parsing.training.scoring import argument_f1, caption_scores, tree_scores
from parsing.training.treebank import GoldPredicate, GoldSentence
from tests.parsing.trees import tree

TOKENS = tree("a/DT/2/det dog/NN/3/nsubj bites:bite/VBZ/0/root a/DT/5/det man/NN/3/obj")


def test_tree_scores_ignore_subtypes():
    given = (
        replace(TOKENS[0], upos="X"),
        replace(TOKENS[1], deprel="nsubj:pass"),
        *TOKENS[2:4],
        replace(TOKENS[4], head=1),
    )
    scores = tree_scores([TOKENS], [given])
    assert scores == pytest.approx(
        {"upos": 80, "xpos": 100, "feats": 100, "lemma": 100, "uas": 80, "las": 80}
    )


def test_argument_f1_counts_heads_and_roles():
    gold = GoldSentence(TOKENS, (GoldPredicate(2, "bite.01", ((1, "ARG0"), (4, "ARG2"), (2, "C-V"))),))
    labelled, unlabelled = argument_f1([gold], [TOKENS], RuleLabeller())
    assert (labelled.right, labelled.given, labelled.gold) == (1, 2, 2)
    assert unlabelled.f1 == 100


def test_light_verbs_and_other_words_are_left_out():
    gold = GoldSentence(
        TOKENS, (GoldPredicate(2, "do.01", ((1, "ARG0"),)), GoldPredicate(1, "dog.01", ((4, "ARG1"),)))
    )
    assert argument_f1([gold], [TOKENS], RuleLabeller())[0].gold == 0


def test_caption_scores():
    parse = ParsedCaption("a dog bites a man", TOKENS, *predicates_from_tree(TOKENS))
    right = {"text": parse.text, "predicates": {"bites": {"dog": ["ARG0"], "man": ["ARG2", "ARG1"]}}}
    score = caption_scores([right], [parse])
    assert (score.predicates.f1, score.arguments.f1, score.errors) == (100, 100, ())
    wrong = {"text": parse.text, "predicates": {"bites": {"dog": ["ARG1"]}, "a#2": {"man": ["ARG0"]}}}
    score = caption_scores([wrong], [parse])
    assert (score.predicates.right, score.predicates.given, score.predicates.gold) == (1, 1, 2)
    assert (score.arguments.right, score.arguments.given, score.arguments.gold) == (0, 2, 2)
    assert len(score.errors) == 5


def test_labelled_captions_name_words_that_are_there():
    import json
    from pathlib import Path

    from parsing.roles import canonical_role
    from parsing.training.scoring import _names

    captions = json.loads(
        (Path(__file__).parents[1] / "data" / "captions_labelled.json").read_text(encoding="utf-8")
    )
    assert [c["part"] for c in captions].count("open") == 75
    assert [c["part"] for c in captions].count("held_back") == 75
    for caption in captions:
        names = set(_names(caption["text"].split()))
        for verb, arguments in caption["predicates"].items():
            assert {verb, *arguments} <= names
            assert all(canonical_role(role) == role for roles in arguments.values() for role in roles)
