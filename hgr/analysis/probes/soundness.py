"""Which captions are well formed enough to build on, as far as a corpus can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hgr.analysis.probes.corpus import Corpus, determiner_of
from hgr.analysis.probes.lexicons import (
    AUXILIARIES,
    COLORS,
    DETERMINERS,
    MISSPELLED,
    NUMBERS,
    PLACE_PREPOSITIONS,
    PLURAL_PEOPLE,
    PREPOSITIONS,
    PRONOUNS,
    SINGULAR_PEOPLE,
)
from hgr.analysis.probes.morphology import article_before, base_form, is_plural, verb_form
from hgr.analysis.probes.phrases import Phrase
from hgr.analysis.probes.source import Source

MAX_WORDS = 20
"""Longer captions are rarely well formed and rarely well parsed."""
OFTEN_SEEN = 20
"""Uses of a noun from which the corpus can tell how it is used."""
RARE_USE, RARELY_BARE, RARE_PLACE = 0.05, 0.3, 0.15
"""A use of a noun (with "a", bare, after a preposition of place) that is rarer is taken for an error."""
TRANSITIVE_ONLY = ("describ", "discuss", "mention", "demonstrat")
"""Verb stems that do not go with "about"."""


def is_sound(source: Source, corpus: Corpus) -> bool:
    """Whether a caption is well formed enough to build on.

    Its words are known, it is short, it starts with its subject or with a place, no function word stands where it
    cannot, nouns have the articles and prepositions that they usually have, auxiliaries agree with the noun before
    them, and its first action has a subject before it and an auxiliary or a finite form.
    """
    words = source.words
    if not 3 <= len(words) <= MAX_WORDS or not source.actions or len(words) != len(source.graph.words):
        return False
    if any(not w.isalpha() or w not in corpus.vocabulary or w in MISSPELLED for w in words):
        return False
    if _has_bad_pair(words, corpus) or any(_is_odd(p, words, corpus) for p in source.entities.values()):
        return False
    first = source.actions[0]
    agent = next(
        (f for f in first.fillers if f.role in ("ARG0", "ARG1") and f.phrase.end <= first.verb), None
    )
    if agent is None or agent.phrase.preposition or not _opens(source, agent.phrase.start):
        return False
    if any(_is_odd_place(phrase, words, corpus) for phrase in source.entities.values()):
        return False
    return _agrees(words, agent.phrase, first.verb)


def _is_odd(phrase: Phrase, words: Sequence[str], corpus: Corpus) -> bool:
    """Whether the corpus rarely has this noun without a determiner, or with "a", as it stands here."""
    head = words[phrase.head]
    uses = corpus.head_uses[head]
    if uses < OFTEN_SEEN or phrase.kind == "plural" and phrase.determiner < 0:
        return False
    how = determiner_of(phrase, tuple(words))
    least = {"a": RARE_USE, "": RARELY_BARE, "other": 0.0}[how]
    return corpus.determiners[head, how] < least * uses


def _is_odd_place(phrase: Phrase, words: Sequence[str], corpus: Corpus) -> bool:
    """Whether the corpus rarely leads into this place with this preposition."""
    if phrase.preposition not in PLACE_PREPOSITIONS:
        return False
    found: Mapping[str, int] = corpus.place_prepositions.get(words[phrase.head], {})
    total = sum(found.values())
    return total >= OFTEN_SEEN and found.get(phrase.preposition, 0) < RARE_PLACE * total


def _opens(source: Source, start: int) -> bool:
    """Whether only a place stands before the subject."""
    places = [f.phrase for f in source.actions[0].fillers if f.role == "ARGM-LOC" and f.phrase.preposition]
    return start == 0 or any(place.start == 0 and place.end == start for place in places)


def _has_bad_pair(words: Sequence[str], corpus: Corpus) -> bool:
    articles = {"a", "an", "the"}
    for left, right in zip(words, words[1:], strict=False):
        if left == right or base_form(left) == base_form(right):
            return True
        if (
            left in DETERMINERS
            and right in articles | AUXILIARIES
            or left in articles
            and right in PREPOSITIONS
        ):
            return True
        if (left, right) == ("some", "thing") or (left.startswith("look") and right in articles):
            return True
        if left in SINGULAR_PEOPLE | PLURAL_PEOPLE and right in COLORS:
            return True
        if right == "about" and left.startswith(TRANSITIVE_ONLY):
            return True
        if left == "to" and verb_form(right) == "s" and corpus.verb_forms[right] > corpus.head_uses[right]:
            return True
        if left in ("a", "an") and right in NUMBERS:
            return True
        if left in ("a", "an") and (is_plural(right) or left != article_before(right)):
            return True
    return words[-1] in DETERMINERS | AUXILIARIES | {
        "and",
        "or",
        "of",
        "to",
        "with",
        "at",
        "from",
        "for",
        "by",
        "about",
    }


def _agrees(words: Sequence[str], agent: Phrase, verb: int) -> bool:
    """The word after the agent must be its auxiliary or its finite verb, in its number."""
    following = words[agent.end] if agent.end < len(words) else ""
    plural = agent.kind == "plural"
    bare = agent.determiner < 0 and agent.kind == "singular" and words[agent.head] not in PRONOUNS
    if bare:
        return False
    if following in ("is", "was", "has"):
        return not plural and verb in (agent.end + 1, agent.end + 2)
    if following in ("are", "were", "have"):
        return plural and verb in (agent.end + 1, agent.end + 2)
    if agent.end != verb:
        return False
    word = words[verb]
    if word.endswith("ing"):
        return False
    return word.endswith("s") and not word.endswith("ss") if not plural else not word.endswith("s")
