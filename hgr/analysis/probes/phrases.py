"""The parts of an entity's phrase: preposition, determiner, modifiers, head, what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hgr.analysis.probes.lexicons import (
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    NUMBERS,
    PREPOSITIONS,
    PRONOUNS,
)
from hgr.analysis.probes.morphology import noun_kind

DETERMINER_LIKE = DETERMINERS | frozenset(NUMBERS) | {"one"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A contiguous noun phrase with what leads into it. Positions are those of the caption's words.

    Attributes:
        start: First position, the preposition's where there is one.
        stop: One past the head.
        end: One past the last word of the entity, relative clauses and the like included.
        preposition: The leading prepositions, "" for none ("out of" is one).
        determiner: Position of article, possessive or number; -1 for none.
        head: Position of the head noun.
        kind: "singular", "plural" or "mass", by the head.
    """

    start: int
    stop: int
    end: int
    preposition: str
    determiner: int
    head: int
    kind: str

    @property
    def noun_start(self) -> int:
        """First position after the prepositions."""
        return self.start + len(self.preposition.split())

    @property
    def modifiers(self) -> range:
        """Positions between determiner and head."""
        return range(self.determiner + 1 if self.determiner >= 0 else self.noun_start, self.head)

    @property
    def simple(self) -> bool:
        """True where nothing follows the head."""
        return self.stop == self.end


def find_phrase(
    words: Sequence[str], tokens: Sequence[int], verbs: frozenset[int] = frozenset()
) -> Phrase | None:
    """The phrase of an entity node; None where its words are no plain noun phrase.

    Args:
        words: The caption's words, lower case, without punctuation.
        tokens: The node's positions, ascending.
        verbs: Positions of words that belong to actions; a phrase ends before them.
    """
    if not tokens or tokens[-1] - tokens[0] + 1 != len(tokens):
        return None
    start, end = tokens[0], tokens[-1] + 1
    noun = start
    while noun < end and words[noun] in PREPOSITIONS:
        noun += 1
    determiner = -1
    position = noun
    while position < end and words[position] in DETERMINER_LIKE:
        determiner = position
        position += 1
    head = position
    while head < end and head not in verbs and not _ends_phrase(words[head]):
        head += 1
    if head == position or words[head - 1] in PRONOUNS:
        return None
    return Phrase(
        start, head, end, " ".join(words[start:noun]), determiner, head - 1, noun_kind(words[head - 1])
    )


def _ends_phrase(word: str) -> bool:
    return (
        word in PREPOSITIONS
        or word in CONJUNCTIONS
        or word in AUXILIARIES
        or word in PRONOUNS
        or word == "not"
    )
