"""Controls: captions that say the same in other words, and must not be noticed."""

from __future__ import annotations

import random

from graphs.edits import Piece, keep
from hgr.analysis.probes.corpus import Corpus
from hgr.analysis.probes.edit import Edit, has_pronoun, make_edit, substitute
from hgr.analysis.probes.lexicons import SYNONYMS
from hgr.analysis.probes.morphology import PARTICIPLES
from hgr.analysis.probes.source import Source


def passive(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """Active to passive: "a man is cutting a carrot" to "a carrot is being cut by a man"."""
    if len(source.actions) != 1 or has_pronoun(source.words):
        return []
    action = source.actions[0]
    agent, patient = action.filler("ARG0"), action.filler("ARG1")
    word = source.words[action.verb]
    if agent is None or patient is None or word not in PARTICIPLES or len(action.tokens) > 2:
        return []
    a, p = agent.phrase, patient.phrase
    if a.start != 0 or a.end + 1 != action.verb or source.words[a.end] not in ("is", "are") or not a.simple:
        return []
    if (
        p.start != action.verb + 1
        or p.preposition
        or not p.simple
        or (p.determiner < 0 and p.kind == "singular")
    ):
        return []
    rest = keep(source.words, p.end)
    if rest and rest[0].word in ("and", "or", "of"):
        return []
    verb = [
        Piece("are" if p.kind == "plural" else "is", a.end),
        Piece("being", action.verb),
        Piece(PARTICIPLES[word], action.verb),
    ]
    pieces = [
        *keep(source.words, p.start, p.end),
        *verb,
        Piece("by"),
        *keep(source.words, a.start, a.end),
        *rest,
    ]
    after = " ".join(x.word for x in pieces)
    return [make_edit(source, "passive", pieces, before=source.text, after=after, nodes=[action.node])]


def clause_order(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """The place said first: "in a kitchen a man is cooking"."""
    if len(source.actions) != 1 or has_pronoun(source.words):
        return []
    place = source.actions[0].filler("ARGM-LOC")
    if place is None or place.phrase.end != len(source.words) or place.phrase.start < source.actions[0].verb:
        return []
    if (
        place.phrase.preposition not in ("in", "on", "at")
        or not place.phrase.simple
        or place.phrase.determiner < 0
    ):
        return []
    start = place.phrase.start
    pieces = [*keep(source.words, start), *keep(source.words, 0, start)]
    before = " ".join(source.words[start:])
    return [make_edit(source, "clause_order", pieces, before=before, after=before, nodes=[place.node])]


def synonym(source: Source, corpus: Corpus, rng: random.Random) -> list[Edit]:
    """One word exchanged for one that means the same."""
    positions = [i for i, word in enumerate(source.words) if word in SYNONYMS]
    if not positions:
        return []
    position = rng.choice(positions)
    word = source.words[position]
    new = SYNONYMS[word].split()
    if any(w not in corpus.words for w in new):
        return []
    pieces = substitute(source, position, position + 1, new)
    nodes = [i for i, node in enumerate(source.graph.nodes) if i and position in node.tokens] or [0]
    return [make_edit(source, "synonym", pieces, before=word, after=SYNONYMS[word], nodes=nodes[:1])]
