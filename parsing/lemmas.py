"""Lemmas of verbs that a trained lemmatizer makes up ("controll", "dubbe"), corrected by a list of real ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from parsing.parsed_caption import Token

_VOWELS = "aeiou"


def with_known_lemmas(tokens: Sequence[Token], known: Collection[str]) -> tuple[Token, ...]:
    """The same words; a verb whose lemma is unknown gets the one known base that its form can come from.

    Args:
        tokens: A tree.
        known: Lemmas of verbs; with none nothing is changed.
    """
    if not known:
        return tuple(tokens)
    return tuple(
        replace(token, lemma=base)
        if token.upos == "VERB" and token.lemma not in known and (base := _known_base(token.text, known))
        else token
        for token in tokens
    )


def _known_base(form: str, known: Collection[str]) -> str | None:
    return next((base for base in bases(form.lower()) if base in known), None)


def bases(form: str) -> Iterator[str]:
    """What a regular English verb form can come from, the form with the most letters kept first.

    >>> list(bases("hopping"))
    ['hopp', 'hoppe', 'hop']
    """
    for ending in ("ing", "ied", "ies", "ed", "es", "s"):
        stem = form.removesuffix(ending)
        if stem == form or len(stem) < 2 or not any(c in _VOWELS + "y" for c in stem):
            continue
        if ending in ("ied", "ies"):
            yield stem + "y"
            continue
        yield stem
        if ending in ("ing", "ed"):
            yield stem + "e"
            if stem[-1] == stem[-2] and stem[-1] not in _VOWELS:
                yield stem[:-1]
