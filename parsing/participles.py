"""Participles that a parser hangs on the wrong word: "shows a car driving", "a video of a man singing"."""

from __future__ import annotations

from dataclasses import replace

from parsing.english import words
from parsing.parsed_caption import Token
from parsing.tree import Tree

_SEEING = words("show see watch film record capture feature depict display")
_MEDIA = words(
    "video clip picture photo photograph scene footage image shot recording movie film cartoon animation trailer view"
)
_FINITE = ("VBZ", "VBP", "VBD")
_SUBJECTS = ("nsubj", "nsubj:pass", "csubj", "expl")


def participles_put_right(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tree with participles on the noun that does what they say; the same object where nothing is to be done."""
    for i, token in enumerate(tokens):
        if token.xpos == "VBG" and token.deprel == "advcl":
            tree = Tree(tokens)
            noun = _seen_noun(tree, i)
            if noun is not None:
                tokens = _with(tokens, i, noun, "acl")
            else:
                tokens = _with_subject_after(tree, i)
        elif token.xpos in ("VBG", "VBN") and token.deprel == "acl":
            noun = _shown_noun(Tree(tokens), i)
            if noun is not None:
                tokens = _with(tokens, i, noun, "acl")
    return tokens


def _seen_noun(tree: Tree, participle: int) -> int | None:
    """What is seen doing it: the object of "shows", the noun of "looks at" and "is shown of", right before."""
    verb = tree.heads[participle]
    if verb >= participle or tree.tokens[verb].upos != "VERB" or tree.has(participle, "mark"):
        return None
    start = tree.subtree(participle)[0]
    lemma = tree.tokens[verb].lemma
    for noun in tree.children[verb]:
        if not verb < noun < participle or tree.subtree(noun)[-1] != start - 1:
            continue
        if tree.relations[noun] == "obj" and lemma in _SEEING:
            return noun
        case = _cases_before(tree, noun)
        if tree.relations[noun] == "obl" and (
            (lemma == "look" and case == ["at"]) or (lemma in _SEEING and case == ["of"])
        ):
            return noun
    return None


def _shown_noun(tree: Tree, participle: int) -> int | None:
    """In "a video of a man singing" the man sings; None where the participle already hangs there."""
    media = tree.heads[participle]
    if media < 0 or tree.tokens[media].lemma not in _MEDIA:
        return None
    start = tree.subtree(participle)[0]
    for noun in tree.children[media]:
        of = noun < participle and tree.relations[noun] == "nmod" and "of" in _cases_before(tree, noun)
        if of and tree.subtree(noun)[-1] == start - 1:
            return noun
    return None


def _with_subject_after(tree: Tree, participle: int) -> tuple[Token, ...]:
    """In "while singing a woman plays" the woman is no object: a verb without subject follows her."""
    tokens, verb = tree.tokens, tree.heads[participle]
    if verb < participle or tokens[verb].deprel != "root" or tokens[verb].upos != "VERB":
        return tokens
    if tree.has(verb, *_SUBJECTS):
        return tokens
    auxiliaries = [k for k in tree.children[verb] if k < verb and tree.relations[k] in ("aux", "aux:pass")]
    if tokens[verb].xpos not in _FINITE and not auxiliaries:
        return tokens
    opening = min([verb, *auxiliaries])
    for noun in tree.children[participle]:
        between = participle < noun < opening
        if between and tree.relations[noun] == "obj" and tree.subtree(noun)[-1] == opening - 1:
            passive = any(tree.relations[k] == "aux:pass" for k in auxiliaries)
            return _with(tokens, noun, verb, "nsubj:pass" if passive else "nsubj")
    return tokens


def _cases_before(tree: Tree, noun: int) -> list[str]:
    """The prepositions of a noun."""
    return [
        tree.tokens[c].text.lower() for c in tree.children[noun] if c < noun and tree.relations[c] == "case"
    ]


def _with(tokens: tuple[Token, ...], position: int, head: int, relation: str) -> tuple[Token, ...]:
    result = list(tokens)
    result[position] = replace(tokens[position], head=head, deprel=relation)
    return tuple(result)
