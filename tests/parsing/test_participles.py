"""Participles go to the noun that does what they say, and nothing else moves."""

from __future__ import annotations

import pytest

from parsing.participles import participles_put_right
from tests.parsing.trees import tree


def edge(text: str, word: str) -> tuple[str, str]:
    """Relation and head word of a word, after the repair."""
    tokens = participles_put_right(tree(text))
    token = next(t for t in tokens if t.text == word)
    return token.deprel, tokens[token.head].text


SHOWS = "he/PRP/2/nsubj {verb}/VBZ/0/root a/DT/4/det car/NN/2/obj {mark}driving:drive/VBG/2/advcl"


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        (SHOWS.format(verb="shows:show", mark=""), "driving", ("acl", "car")),
        (SHOWS.format(verb="washes:wash", mark=""), "driving", ("advcl", "washes")),
        (
            "he/PRP/2/nsubj looks:look/VBZ/0/root at/IN/4/case cars:car/NNS/2/obl driving:drive/VBG/2/advcl",
            "driving",
            ("acl", "cars"),
        ),
        (
            "he/PRP/2/nsubj looks:look/VBZ/0/root from/IN/4/case cars:car/NNS/2/obl driving:drive/VBG/2/advcl",
            "driving",
            ("advcl", "looks"),
        ),
        (
            "clip/NN/3/nsubj:pass is:be/AX/3/aux:pass shown:show/VBN/0/root of/IN/6/case a/DT/6/det girl/NN/3/obl"
            " riding:ride/VBG/3/advcl a/DT/9/det horse/NN/7/obj",
            "riding",
            ("acl", "girl"),
        ),
        (
            "people/NNS/3/nsubj:pass are:be/AX/3/aux:pass shown:show/VBN/0/root in/IN/5/case rooms:room/NNS/3/obl"
            " dancing:dance/VBG/3/advcl",
            "dancing",
            ("advcl", "shown"),
        ),
        (
            "he/PRP/2/nsubj sees:see/VBZ/0/root cars:car/NNS/2/obj while/SC/5/mark driving:drive/VBG/2/advcl",
            "driving",
            ("advcl", "sees"),
        ),
        (
            "a/DT/2/det video/NN/0/root of/IN/5/case a/DT/5/det man/NN/2/nmod being:be/AX/7/aux:pass"
            " interviewed:interview/VBN/2/acl",
            "interviewed",
            ("acl", "man"),
        ),
        (
            "a/DT/2/det group/NN/0/root of/IN/4/case people/NNS/2/nmod dancing:dance/VBG/2/acl",
            "dancing",
            ("acl", "group"),
        ),
    ],
)  # fmt: skip
def test_participles(text: str, word: str, expected: tuple[str, str]) -> None:
    assert edge(text, word) == expected


OPENING = "while/SC/2/mark singing:sing/VBG/{verb}/advcl a/DT/4/det woman/NN/2/obj {rest}"


def test_the_object_of_an_opening_participle_is_the_subject_that_the_verb_lacks() -> None:
    plays = OPENING.format(verb=5, rest="plays:play/VBZ/0/root")
    assert edge(plays, "woman") == ("nsubj", "plays")
    seen = OPENING.format(verb=6, rest="is:be/AX/6/aux:pass seen:see/VBN/0/root")
    assert edge(seen, "woman") == ("nsubj:pass", "seen")
    he_plays = OPENING.format(verb=6, rest="he/PRP/6/nsubj plays:play/VBZ/0/root")
    assert edge(he_plays, "woman") == ("obj", "singing")
    order = OPENING.format(verb=5, rest="play/VB/0/root")
    assert edge(order, "woman") == ("obj", "singing")
