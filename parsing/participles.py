"""Participles that a parser hangs on the wrong word: "shows a car driving", "a video of a man singing"."""

from __future__ import annotations

from dataclasses import replace

from parsing.english import words
from parsing.parsed_caption import Token

_SEEING = words("show see watch film record capture feature depict display")
_MEDIA = words(
    "video clip picture photo photograph scene footage image shot recording movie film cartoon animation trailer view"
)
_FINITE = ("VBZ", "VBP", "VBD")
_SUBJECTS = ("nsubj", "nsubj:pass", "csubj", "expl")
Tree = tuple[Token, ...]


def participles_put_right(tokens: Tree) -> Tree:
    """The tree with participles on the noun that does what they say; the same object where nothing is to be done."""
    for i, token in enumerate(tokens):
        if token.xpos == "VBG" and token.deprel == "advcl":
            noun = _seen_noun(tokens, i)
            if noun is not None:
                tokens = _with(tokens, i, noun, "acl")
            else:
                tokens = _with_subject_after(tokens, i)
        elif token.xpos in ("VBG", "VBN") and token.deprel == "acl":
            noun = _shown_noun(tokens, i)
            if noun is not None:
                tokens = _with(tokens, i, noun, "acl")
    return tokens


def _seen_noun(tokens: Tree, participle: int) -> int | None:
    """What is seen doing it: the object of "shows", the noun of "looks at" and "is shown of", right before."""
    verb = tokens[participle].head
    if verb >= participle or tokens[verb].upos != "VERB" or _has(tokens, participle, "mark"):
        return None
    start = _first(tokens, participle)
    for noun, token in enumerate(tokens[:participle]):
        if token.head != verb or noun < verb or _last(tokens, noun) != start - 1:
            continue
        lemma = tokens[verb].lemma
        if token.deprel == "obj" and lemma in _SEEING:
            return noun
        case = [t.text.lower() for t in tokens[:noun] if t.head == noun and t.deprel == "case"]
        if token.deprel == "obl" and (
            (lemma == "look" and case == ["at"]) or (lemma in _SEEING and case == ["of"])
        ):
            return noun
    return None


def _shown_noun(tokens: Tree, participle: int) -> int | None:
    """In "a video of a man singing" the man sings; None where the participle already hangs there."""
    media = tokens[participle].head
    if media < 0 or tokens[media].lemma not in _MEDIA:
        return None
    start = _first(tokens, participle)
    for noun, token in enumerate(tokens[:participle]):
        of = any(t.head == noun and t.deprel == "case" and t.text.lower() == "of" for t in tokens[:noun])
        if token.head == media and token.deprel == "nmod" and of and _last(tokens, noun) == start - 1:
            return noun
    return None


def _with_subject_after(tokens: Tree, participle: int) -> Tree:
    """In "while singing a woman plays" the woman is no object: a verb without subject follows her."""
    verb = tokens[participle].head
    if verb < participle or tokens[verb].deprel != "root" or tokens[verb].upos != "VERB":
        return tokens
    if _has(tokens, verb, *_SUBJECTS):
        return tokens
    auxiliaries = [
        k for k, t in enumerate(tokens[:verb]) if t.head == verb and t.deprel in ("aux", "aux:pass")
    ]
    if tokens[verb].xpos not in _FINITE and not auxiliaries:
        return tokens
    opening = min([verb, *auxiliaries])
    for noun in range(participle + 1, opening):
        token = tokens[noun]
        if token.head == participle and token.deprel == "obj" and _last(tokens, noun) == opening - 1:
            passive = any(tokens[k].deprel == "aux:pass" for k in auxiliaries)
            return _with(tokens, noun, verb, "nsubj:pass" if passive else "nsubj")
    return tokens


def _with(tokens: Tree, position: int, head: int, relation: str) -> Tree:
    result = list(tokens)
    result[position] = replace(tokens[position], head=head, deprel=relation)
    return tuple(result)


def _has(tokens: Tree, head: int, *relations: str) -> bool:
    return any(t.head == head and t.deprel in relations for t in tokens)


def _first(tokens: Tree, top: int) -> int:
    """First position of the subtree of a word."""
    return min(_below(tokens, top))


def _last(tokens: Tree, top: int) -> int:
    """Last position of the subtree of a word."""
    return max(_below(tokens, top))


def _below(tokens: Tree, top: int) -> set[int]:
    found = {top}
    open_ = [top]
    while open_:
        parent = open_.pop()
        for i, token in enumerate(tokens):
            if token.head == parent and i not in found:
                found.add(i)
                open_.append(i)
    return found
