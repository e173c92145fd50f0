"""Repairs of English trees that cannot be: "a phone rings" as a noun, two subjects, objects with a preposition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from parsing.parsed_caption import ROOT, Token
from parsing.participles import participles_put_right

_FEATURES = "Mood=Ind|Number=Sing|Person=3|Tense=Pres|VerbForm=Fin"
_NOUNS = ("NOUN", "PROPN")
_TO_VERB = {"nmod": "obl", "nmod:unmarked": "obl:unmarked", "appos": "obj", "acl:relcl": "advcl"}
"""Relations under a noun that are others under a verb."""
_PARTICLES = ("off", "up", "out", "away", "back")


def repaired(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tree with what cannot be put right; the same object where nothing is to be done."""
    tokens = _conjoined_subjects(_objects_as_nouns(_root_as_verb(tokens)))
    tokens = _second_subjects(_prepositions_of_phrases(tokens))
    return participles_put_right(_objects_without_prepositions(tokens))


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


def _objects_as_nouns(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """An object in the form of the third person right after a verb in that form is a plural: "swims laps in a pool"."""
    for i, token in enumerate(tokens):
        verb = i - 1
        if token.xpos != "VBZ" or token.deprel != "obj" or token.head != verb or tokens[verb].xpos != "VBZ":
            continue
        result = list(tokens)
        result[i] = replace(token, upos="NOUN", xpos="NNS", feats="Number=Plur")
        for k, other in enumerate(tokens):
            if other.head == i and k > i and other.deprel in ("obj", "obl", "advmod", "advcl"):
                result[k] = replace(other, head=verb)
        tokens = tuple(result)
    return tokens


def _prepositions_of_phrases(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """A preposition before a compound belongs to the whole phrase: "in" to "album" in "sings in her music album"."""
    result: list[Token] | None = None
    for i, token in enumerate(tokens):
        if token.deprel != "case" or not i < token.head:
            continue
        part = tokens[token.head]
        if part.deprel not in ("compound", "amod") or not token.head < part.head:
            continue
        whole = tokens[part.head]
        if whole.upos not in _NOUNS or whole.deprel not in ("obj", "nsubj"):
            continue
        result = result or list(tokens)
        for k, other in enumerate(tokens):
            if other.head == token.head and k < token.head and other.deprel in ("case", "det", "nmod:poss"):
                result[k] = replace(other, head=part.head)
    return tokens if result is None else tuple(result)


def _conjoined_subjects(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The root as subject where it is a noun without a clause and a verb with its own subject is conjoined with it.

    A noun phrase and a clause cannot be conjoined: in "players and then runners are shown" both nouns are shown.
    """
    for verb, token in enumerate(tokens):
        if token.deprel != "conj" or token.upos != "VERB" or tokens[token.head].deprel != "root":
            continue
        finite = token.xpos in ("VBZ", "VBP", "VBD") or any(
            t.head == verb and t.deprel in ("aux", "aux:pass") for t in tokens
        )
        if not finite:
            continue
        root = token.head
        subjects = [
            i for i in range(root + 1, verb) if tokens[i].head == verb and "nsubj" in tokens[i].deprel
        ]
        joins = [i for i in range(root + 1, verb) if tokens[i].head == verb and tokens[i].deprel == "cc"]
        if len(subjects) != 1 or len(joins) != 1 or not joins[0] < subjects[0]:
            continue
        noun, join = subjects[0], joins[0]
        nouns = tokens[root].upos in _NOUNS and tokens[noun].upos in _NOUNS
        if not nouns or tokens[join].text.lower() != "and":
            continue
        if any(t.upos in ("VERB", "AUX") or t.xpos in ("WRB", "WP", "EX") for t in tokens[:noun]):
            continue
        result = list(tokens)
        for k, other in enumerate(tokens):
            if k in (root, verb):
                continue
            if other.head == verb and join <= k < noun:
                result[k] = replace(other, head=noun)
            elif other.head == root and k > verb:
                result[k] = replace(other, head=verb)
        result[verb] = replace(token, head=ROOT, deprel="root")
        result[root] = replace(tokens[root], head=verb, deprel=tokens[noun].deprel)
        result[noun] = replace(tokens[noun], head=root, deprel="conj")
        return tuple(result)
    return tokens


def _second_subjects(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """A verb has one subject; a second noun before it belongs to the phrase of the first.

    With a preposition it describes the first ("a man in a hat sings"), after "and" it is conjoined with the noun
    before ("a man in a shirt and tie talks"), after a noun with a preposition it is that phrase's head ("in a cowboy
    hat"), and after a participle its object ("holding bottles").
    """
    for verb, token in enumerate(tokens):
        if token.upos != "VERB":
            continue
        subjects = [
            i for i, t in enumerate(tokens[:verb]) if t.head == verb and t.deprel in ("nsubj", "nsubj:pass")
        ]
        if len(subjects) == 2 and all(tokens[i].upos in _NOUNS for i in subjects):
            tokens = _with_one_subject(tokens, *subjects)
    return tokens


def _with_one_subject(tokens: tuple[Token, ...], first: int, second: int) -> tuple[Token, ...]:
    start = min([second, *(i for i, t in enumerate(tokens) if t.head == second)])
    verb, before = tokens[second].head, start - 1
    result = list(tokens)
    if before == first and any(t.head == second and t.deprel == "case" for t in tokens[start:second]):
        result[second] = replace(tokens[second], head=first, deprel="nmod")
        return tuple(result)
    if before <= first:
        return tokens
    if tokens[before].deprel == "cc" and tokens[before].head in (second, verb):
        partner = before - 1
        if tokens[partner].upos not in _NOUNS or tokens[partner].deprel in ("compound", "amod", "flat"):
            return tokens
        clause = any(t.upos == "VERB" for t in tokens[first:before])
        if clause and any(t.head == second and t.deprel in ("det", "nummod") for t in tokens[start:second]):
            return tokens
        result[before] = replace(tokens[before], head=second)
        result[second] = replace(tokens[second], head=partner, deprel="conj")
        return tuple(result)
    noun = tokens[before]
    if noun.upos in _NOUNS and noun.deprel == "nmod" and noun.head == first and start == second:
        result[second] = replace(tokens[second], head=first, deprel="nmod")
        result[before] = replace(noun, head=second, deprel="compound")
        for k, other in enumerate(tokens):
            if other.head == before:
                result[k] = replace(other, head=second)
        return tuple(result)
    if noun.upos == "VERB" and noun.deprel == "acl" and noun.xpos == "VBG" and noun.head <= first:
        result[second] = replace(tokens[second], head=before, deprel="obj")
        return tuple(result)
    return tokens


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
