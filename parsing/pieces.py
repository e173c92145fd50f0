"""A caption's words cut into what a treebank counts as words: "guitar," is two of them, "doesn't" too.

Parsers read the pieces; what they find is brought back onto the caption's own words, so nobody else sees them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from parsing.align import onto_words
from parsing.english import words
from parsing.parsed_caption import Argument, ParsedCaption, Predicate, Token
from parsing.predicates import Parts

_PLAIN = re.compile(r"[\w\s-]*\Z")
_OPENING = "\"'“‘([{«¿¡"
_CLOSING = ".,;:!?…\"'”’)]}»"
_CLITIC = re.compile(r"(.*\w)(n['’]t|['’](?:s|re|ve|ll|d|m))\Z", re.IGNORECASE)
_ABBREVIATIONS = words("mr mrs ms dr st vs etc jr sr no feat ft inc co ltd prof")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]\Z")
_NEGATION = "ARGM-NEG"


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a caption.

    Attributes:
        texts: Each piece.
        owners: Position of the word that each is part of, ascending.
    """

    texts: tuple[str, ...]
    owners: tuple[int, ...]


def pieces_of(text: str, clitics: bool) -> Pieces | None:
    """The pieces of a caption, None where they are its words.

    Punctuation at the ends of words comes off, save for the point of an abbreviation and for words that are nothing
    else.

    Args:
        text: The caption.
        clitics: Also cut English contractions: "does" + "n't", "it" + "'s".
    """
    if _PLAIN.match(text):
        return None
    cut = [_cut(word, clitics) for word in text.split()]
    if all(len(parts) == 1 for parts in cut):
        return None
    owners = tuple(i for i, parts in enumerate(cut) for _ in parts)
    return Pieces(tuple(piece for parts in cut for piece in parts), owners)


def words_to_read(text: str, pieces: Pieces | None) -> list[str]:
    """What a pipeline reads of a caption: its pieces, or its words where it has none."""
    return text.split() if pieces is None else list(pieces.texts)


def onto_caption(tokens: tuple[Token, ...], parts: Parts, text: str, pieces: Pieces | None) -> ParsedCaption:
    """A caption's parse from what was found in its pieces, or in its words where it has none.

    Raises:
        ValueError: The tokens do not spell the caption.
    """
    if pieces is None:
        return ParsedCaption(text, tokens, *parts)
    return ParsedCaption(text, onto_words(tokens, text), *onto_owners(*parts, pieces.owners))


def _cut(word: str, clitics: bool) -> list[str]:
    if not any(character.isalnum() for character in word):
        return [word]
    before: list[str] = []
    after: list[str] = []
    while word[0] in _OPENING:
        before.append(word[0])
        word = word[1:]
    while word[-1] in _CLOSING and not (word[-1] == "." and _is_abbreviation(word[:-1])):
        end = word.rstrip(".") if word.endswith("..") else word[:-1]
        after.insert(0, word[len(end) :])
        word = end
    contraction = _CLITIC.match(word) if clitics else None
    return [*before, *(contraction.groups() if contraction else (word,)), *after]


def _is_abbreviation(word: str) -> bool:
    return word.lower() in _ABBREVIATIONS or _DOTTED.match(word) is not None


def onto_owners(
    predicates: Iterable[Predicate], phrases: Iterable[Sequence[int]], owners: Sequence[int]
) -> tuple[tuple[Predicate, ...], tuple[tuple[int, ...], ...]]:
    """Predicates and noun phrases of pieces as those of words.

    An argument that is part of its predicate's own word is left out ("it's", "who's"), but for negations ("isn't"); of
    predicates and of phrases that are the same words the first stays.

    Args:
        predicates: Predicates whose positions are pieces.
        phrases: Noun phrases likewise.
        owners: The word of each piece.
    """
    found: dict[tuple[int, ...], Predicate] = {}
    for predicate in predicates:
        own = _words(predicate.tokens, owners)
        arguments = []
        for argument in predicate.arguments:
            tokens = _words(argument.tokens, owners)
            if set(tokens) <= set(own) and argument.role != _NEGATION:
                continue
            arguments.append(Argument(argument.role, tokens, owners[argument.head]))
        head = owners[predicate.head]
        found.setdefault(own, replace(predicate, tokens=own, arguments=tuple(arguments), head=head))
    return tuple(found.values()), tuple(dict.fromkeys(_words(phrase, owners) for phrase in phrases))


def _words(positions: Iterable[int], owners: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted({owners[i] for i in positions}))
