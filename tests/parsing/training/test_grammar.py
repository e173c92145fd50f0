"""The caption grammar: trees by construction, every construction present, the same captions for the same seed."""

from __future__ import annotations

import pytest

from parsing.parsed_caption import ROOT, Token
from parsing.relations import UD_RELATIONS
from parsing.rules import predicate_heads
from parsing.training.grammar import CaptionGrammar, frame_verbs
from parsing.training.lexicon import Lexicon, plural
from parsing.training.node import Node
from parsing.training.treebank import GoldSentence
from parsing.training.vocabulary import PREPOSITIONS
from parsing.tree import Tree
from tests.parsing.trees import tree

FRAMES = {
    "revive.01": {"pos": ["v"], "roles": {"0": ["PAG", "reviver"], "1": ["PPT", "revived"]}},
    "frolic.01": {"pos": ["v"], "roles": {"0": ["PAG", "frolicker"]}},
    "rain.01": {"pos": ["v"], "roles": {"1": ["PPT", "rain"]}},
}
SENTENCE = GoldSentence(
    tree("the/DT/2/det horse/NN/3/nsubj ran:run/VBD/0/root over/IN/6/case the/DT/6/det treaty/NN/3/obl")
)


@pytest.fixture(scope="module")
def captions() -> list[tuple[Token, ...]]:
    grammar = CaptionGrammar(Lexicon([SENTENCE] * 3), FRAMES, 5)
    return [grammar.caption() for _ in range(4000)]


def has(captions: list[tuple[Token, ...]], relation: str, word: str | None = None) -> bool:
    return any(t.deprel == relation and word in (None, t.text) for caption in captions for t in caption)


def test_captions_are_projective_trees_with_known_relations(captions: list[tuple[Token, ...]]):
    for caption in captions[:1000]:
        found = Tree(caption)
        assert sum(t.head == ROOT for t in caption) == 1
        for i, token in enumerate(caption):
            assert token.deprel.split(":")[0] in UD_RELATIONS
            if token.head != ROOT:
                low, high = sorted((i, token.head))
                assert all(found.is_above(token.head, k) for k in range(low + 1, high)), caption


@pytest.mark.parametrize(
    ("relation", "word"),
    [("expl", "there"), ("aux:pass", "being"), ("aux:pass", "is"), ("obl:agent", None), ("acl:relcl", None),
     ("nsubj", "who"), ("acl", None), ("xcomp", None), ("ccomp", None), ("advcl", None), ("compound:prt", "up"),
     ("iobj", None), ("fixed", "other"), ("case", "next"), ("cop", "is"), ("conj", None), ("parataxis", None),
     ("mark", "while"), ("mark", "to"), ("advmod", "how"), ("nmod:poss", "his"), ("nummod", "two"), ("flat", None),
     ("aux", "can"), ("advmod", "not"), ("obj", None)],
)  # fmt: skip
def test_constructions_are_there(captions: list[tuple[Token, ...]], relation: str, word: str | None):
    assert has(captions, relation, word)


def test_twenty_five_prepositions(captions: list[tuple[Token, ...]]):
    used = {t.text for caption in captions for t in caption if t.deprel == "case"}
    assert len(used & set(PREPOSITIONS)) >= 25


def test_group_of_people_doing(captions: list[tuple[Token, ...]]):
    def group(caption: tuple[Token, ...]) -> bool:
        verbs = [t for t in caption if t.deprel == "acl" and t.xpos == "VBG"]
        return any(caption[t.head].text == "group" for t in verbs)

    assert any(group(caption) for caption in captions)


def test_third_person_telegraphic_and_verbless_captions(captions: list[tuple[Token, ...]]):
    assert any(t.xpos == "VBZ" and t.deprel == "root" and t.lemma != "be" for c in captions for t in c)
    assert any(c[0].xpos == "NN" and c[1].xpos == "VBG" for c in captions if len(c) > 1)
    verbless = sum(not predicate_heads(Tree(caption)) for caption in captions)
    assert 0 < verbless < len(captions) / 5


def test_seed_decides():
    def draw(seed: int) -> list[tuple[Token, ...]]:
        grammar = CaptionGrammar(Lexicon([SENTENCE] * 3), FRAMES, seed)
        return [grammar.caption() for _ in range(50)]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


def test_frame_verbs():
    assert frame_verbs(FRAMES) == (["revive"], ["frolic"])


@pytest.mark.parametrize(
    ("lemma", "tag", "form"),
    [("run", "VBD", "ran"), ("run", "VBG", "running"), ("carry", "VBZ", "carries"), ("ride", "VBN", "ridden"),
     ("lie", "VBG", "lying"), ("watch", "VBZ", "watches"), ("dance", "VBG", "dancing"), ("chop", "VBN", "chopped"),
     ("play", "VBD", "played"), ("carry", "VBN", "carried"), ("sing", "VB", "sing")],
)  # fmt: skip
def test_verb_forms(lemma: str, tag: str, form: str):
    assert Lexicon([SENTENCE] * 3).verb(lemma, tag) == form


@pytest.mark.parametrize(
    ("noun", "expected"), [("man", "men"), ("fireman", "firemen"), ("box", "boxes"), ("baby", "babies")]
)
def test_plurals(noun: str, expected: str):
    assert plural(noun) == expected


def test_node_writes_a_sentence():
    dog = Node("dog", "dog", "NOUN", "NN").before("det", Node("a", "a", "DET", "DT"))
    node = (
        Node("sees", "see", "VERB", "VBZ").after("obj", dog).before("nsubj", Node("he", "he", "PRON", "PRP"))
    )
    assert [(t.text, t.head, t.deprel) for t in node.tokens()] == [
        ("he", 1, "nsubj"), ("sees", -1, "root"), ("a", 3, "det"), ("dog", 1, "obj"),
    ]  # fmt: skip
