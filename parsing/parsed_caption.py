"""The values that every parser produces: tokens with a dependency tree, predicates, arguments."""

from __future__ import annotations

from dataclasses import dataclass

ROOT = -1
"""Head of a token that has no head."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the caption, as Universal Dependencies describes it.

    Attributes:
        text: The word as it stands in the caption.
        lemma: Its dictionary form.
        upos: Universal part of speech, "NOUN", "VERB", ...
        xpos: Treebank-specific tag ("VBZ"), "" where the parser has none.
        feats: Morphological features in UD notation ("Number=Plur|Tense=Past"), "" for none.
        head: Position of the syntactic head, `ROOT` (-1) for a root.
        deprel: Universal dependency relation to the head.
    """

    text: str
    lemma: str = ""
    upos: str = ""
    xpos: str = ""
    feats: str = ""
    head: int = ROOT
    deprel: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    """One semantic role filler of a predicate.

    Attributes:
        role: PropBank role: "ARG0" .. "ARG5", "ARGM-LOC", ...
        tokens: Ascending positions of its words in the caption.
        head: Position of its syntactic head word, -1 where the source does not say.
    """

    role: str
    tokens: tuple[int, ...]
    head: int = -1


@dataclass(frozen=True, slots=True)
class Predicate:
    """One event of the caption.

    Attributes:
        tokens: Ascending positions of the verb and its particles.
        lemma: Dictionary form of the verb, particle included ("pick up").
        arguments: Its role fillers, in caption order.
        head: Position of the verb itself, -1 where the source does not say (then the first token).
    """

    tokens: tuple[int, ...]
    lemma: str
    arguments: tuple[Argument, ...] = ()
    head: int = -1


@dataclass(frozen=True, slots=True)
class ParsedCaption:
    """What a parser says about one caption.

    Attributes:
        text: The caption. Positions count its words, `text.split()`.
        tokens: One token a word.
        predicates: Its events, in caption order.
        noun_phrases: Positions of each noun phrase, in caption order, arguments or not.
    """

    text: str
    tokens: tuple[Token, ...]
    predicates: tuple[Predicate, ...] = ()
    noun_phrases: tuple[tuple[int, ...], ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The caption's own words."""
        return tuple(token.text for token in self.tokens)


@dataclass(frozen=True, slots=True)
class ParseFailure:
    """A caption that could not be parsed, and why."""

    text: str
    reason: str
