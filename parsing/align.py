"""Tokens of another tokenizer onto the caption's own words."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from parsing.parsed_caption import ROOT, Token

_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")


def is_unspaced(text: str) -> bool:
    """Whether a text has letters of a script that is written without blanks: a tokenizer must find its words."""
    return any(ord(c) > 0xE00 and unicodedata.name(c, "").startswith(_UNSPACED) for c in text)


def squeezed(text: str) -> str:
    """A text without any white space."""
    return "".join(text.split())


def words_match(words: Sequence[str], text: str) -> bool:
    """Whether words are those of a caption: `text.split()`, or finer where the script is written without blanks."""
    if list(words) == text.split():
        return True
    return "".join(words) == squeezed(text) and all(words) and is_unspaced(text)


def onto_words(tokens: Sequence[Token], text: str) -> tuple[Token, ...]:
    """Merge tokens that share a word of the caption ("do" + "n't", "dog" + "."); the topmost of them stands
    for all.

    Where the caption's script is written without blanks the tokens stay.

    Raises:
        ValueError: The tokens do not spell the caption, or one of them reaches over two words.
    """
    if words_match([token.text for token in tokens], text):
        return tuple(tokens)
    words = text.split()
    word_of: list[int] = []
    place, used = 0, 0
    for i, token in enumerate(tokens):
        if place < len(words) and used == len(words[place]):
            place, used = place + 1, 0
        if place == len(words) or not words[place].startswith(token.text, used) or not token.text:
            expected = repr(words[place][used:]) if place < len(words) else "the end"
            raise ValueError(f"token {i} is {token.text!r}, the caption goes on with {expected}")
        word_of.append(place)
        used += len(token.text)
    if place != len(words) - 1 or used != len(words[-1]):
        raise ValueError(f"the tokens end before the caption's word {words[place]!r} does")
    merged = []
    for position, word in enumerate(words):
        members = [i for i, owner in enumerate(word_of) if owner == position]
        inside = set(members)
        top = next(
            (i for i in members if tokens[i].head not in inside and tokens[i].deprel != "punct"), members[0]
        )
        head = tokens[top].head
        seen = {top}
        while head != ROOT and word_of[head] == position and head not in seen:
            seen.add(head)
            head = tokens[head].head
        new_head = ROOT if head == ROOT or word_of[head] == position else word_of[head]
        t = tokens[top]
        merged.append(Token(word, t.lemma, t.upos, t.xpos, t.feats, new_head, t.deprel))
    return tuple(merged)
