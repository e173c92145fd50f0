"""Repairs of English trees that no gold tree contains: "a phone rings" as a noun, objects with a preposition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from parsing.parsed_caption import ROOT, Token

_FEATURES = "Mood=Ind|Number=Sing|Person=3|Tense=Pres|VerbForm=Fin"
_NOUNS = ("NOUN", "PROPN")
_TO_VERB = {"nmod": "obl", "nmod:unmarked": "obl:unmarked", "appos": "obj", "acl:relcl": "advcl"}
"""Relations under a noun that are others under a verb."""
_PARTICLES = ("off", "up", "out", "away", "back")


def repaired(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tree with what cannot be put right; the same object where nothing is to be done."""
    return _objects_without_prepositions(_root_as_verb(tokens))


def _root_as_verb(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The root as a verb where "a" or "an", a singular noun and the root tagged as plural noun follow.

    A plural cannot have that article, so the noun before it is the subject. Roots that a participle describes ("a
    cartoon birds flying") are left as they are: people write those for plurals.
    """
    found = _misread_verb(tokens)
    if found is None:
        return tokens
    subject = found - 1
    result = list(tokens)
    for i, token in enumerate(tokens):
        if i == found:
            result[i] = replace(token, upos="VERB", xpos="VBZ", feats=_FEATURES)
        elif i == subject:
            result[i] = replace(token, deprel="nsubj")
        elif token.head == found:
            result[i] = (
                replace(token, head=subject)
                if i < subject
                else replace(token, deprel=_TO_VERB.get(token.deprel, token.deprel))
            )
    return tuple(result)


def _objects_without_prepositions(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """An object with a preposition is none: "off" in "shows off a house" belongs to the verb, else it is oblique."""
    result: list[Token] | None = None
    for i, token in enumerate(tokens):
        if token.deprel != "case" or token.head == ROOT or tokens[token.head].deprel != "obj":
            continue
        noun = tokens[token.head]
        if noun.head == ROOT or tokens[noun.head].upos != "VERB" or not noun.head < i < token.head:
            continue
        result = result or list(tokens)
        if i == noun.head + 1 and token.text.lower() in _PARTICLES:
            result[i] = replace(token, head=noun.head, deprel="compound:prt", xpos="RP")
        else:
            result[token.head] = replace(noun, deprel="obl")
    return tokens if result is None else tuple(result)


def _misread_verb(tokens: Sequence[Token]) -> int | None:
    for i, token in enumerate(tokens):
        if token.xpos != "NNS" or token.head != ROOT or i < 2 or token.upos != "NOUN":
            continue
        before = tokens[i - 1]
        if before.head != i or before.deprel != "compound" or before.xpos not in ("NN", "NNP"):
            continue
        children = [child for child in tokens if child.head == i]
        article = any(c.deprel == "det" and c.text.lower() in ("a", "an") for c in tokens[:i] if c.head == i)
        if (
            article
            and before.upos in _NOUNS
            and all(c.deprel not in ("acl", "cop", "nsubj") for c in children)
        ):
            return i
    return None
