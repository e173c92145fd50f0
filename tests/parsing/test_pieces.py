"""Words cut into pieces, and what is found in the pieces brought back onto the words."""

from __future__ import annotations

import pytest

from parsing.parsed_caption import Argument, Predicate
from parsing.pieces import onto_owners, pieces_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A man plays guitar, and a woman sings.", "A man plays guitar , and a woman sings ."),
        ('he says "stop!" twice...', 'he says " stop ! " twice ...'),
        ("it's raining (really)", "it 's raining ( really )"),
        ("she doesn't and can’t dance", "she does n't and ca n’t dance"),
        ("the dogs' owner we'll see", "the dogs ' owner we 'll see"),
        ("mr. bean at 5 p.m. in the u.s. with dr. who.", "mr. bean at 5 p.m. in the u.s. with dr. who ."),
        ("a 3.5 inch screen, 1,000 fans", "a 3.5 inch screen , 1,000 fans"),
        ("- ... ?! a dog", None),
        ("a well-known man runs", None),
    ],
)
def test_punctuation_and_contractions_come_off(text: str, expected: str | None) -> None:
    found = pieces_of(text, clitics=True)
    if expected is None:
        assert found is None
        return
    assert found is not None
    assert " ".join(found.texts) == expected
    words = text.split()
    joined = [
        "".join(p for p, o in zip(found.texts, found.owners, strict=True) if o == i)
        for i in range(len(words))
    ]
    assert joined == words


def test_contractions_are_english() -> None:
    assert pieces_of("it's a dog", clitics=False) is None


def test_positions_are_those_of_words() -> None:
    # it 's n't red , he says -> it'sn't red, he says
    owners = (0, 0, 0, 1, 1, 2, 3)
    roles = (Argument("ARG1", (0,), 0), Argument("ARGM-NEG", (2,), 2), Argument("ARG2", (3,), 3))
    copula = Predicate((1,), "be", roles, 1)
    says = Predicate((6,), "say", (Argument("ARG1", (1, 2), 1), Argument("ARG0", (5,), 5)), 6)
    predicates, phrases = onto_owners([copula, says], [(0,), (3, 4), (5,)], owners)
    assert predicates == (
        Predicate((0,), "be", (Argument("ARGM-NEG", (0,), 0), Argument("ARG2", (1,), 1)), 0),
        Predicate((3,), "say", (Argument("ARG1", (0,), 0), Argument("ARG0", (2,), 2)), 3),
    )
    assert phrases == ((0,), (1,), (2,))


def test_predicates_that_are_the_same_word_become_the_first() -> None:
    predicates, _ = onto_owners([Predicate((0,), "be", (), 0), Predicate((1,), "go", (), 1)], [], (0, 0))
    assert predicates == (Predicate((0,), "be", (), 0),)
