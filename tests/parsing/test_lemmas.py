"""Lemmas of verbs by a list of known ones."""

from __future__ import annotations

import doctest

import pytest

import parsing.lemmas
from parsing.lemmas import bases, with_known_lemmas
from tests.parsing.trees import tree

KNOWN = frozenset(
    ["control", "dub", "exit", "cool", "harass", "mask", "whip", "sing", "stop", "carry", "ping"]
)


@pytest.mark.parametrize(
    ("form", "given", "expected"),
    [
        ("controlling", "controll", "control"), ("dubbed", "dubbe", "dub"), ("exits", "exite", "exit"),
        ("cooled", "coole", "cool"), ("masked", "maske", "mask"), ("carries", "carrie", "carry"),
        ("sings", "sing", "sing"), ("pings", "ping", "ping"), ("xyzing", "xyze", "xyze"),
    ],
)  # fmt: skip
def test_made_up_lemmas_are_corrected(form: str, given: str, expected: str) -> None:
    (token,) = with_known_lemmas(tree(f"{form}:{given}/VBG/0/root"), KNOWN)
    assert token.lemma == expected


def test_other_words_and_unknown_lists_are_left() -> None:
    words = tree("controlls:controll/NNS/0/root")
    assert with_known_lemmas(words, KNOWN) == words
    verb = tree("controlling:controll/VBG/0/root")
    assert with_known_lemmas(verb, ()) == verb


def test_bases() -> None:
    assert list(bases("washes")) == ["wash", "washe"]
    assert list(bases("ring")) == list(bases("is")) == []
    assert doctest.testmod(parsing.lemmas).failed == 0
