"""What a corpus of captions knows: which words go with which, who does what, what is said of the same video."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from hgr.analysis.probes.lexicons import GENERIC, INSTRUMENT_WORDS, SAME, SAME_VERBS
from hgr.analysis.probes.morphology import base_form, verb_form
from hgr.analysis.probes.phrases import Phrase
from hgr.analysis.probes.source import Source

KNOWN_WORD = 8
"""Occurrences from which a word is taken for a real one."""
SMOOTHING = 3.0
"""Videos added to the expected number in `association`, so that rare pairs do not look associated."""


@dataclass
class Corpus:
    """Counts over all captions.

    Attributes:
        words: Word -> captions.
        heads: (verb lemma, role) -> head noun -> captions.
        modifiers: Head noun -> modifiers and determiners before it -> captions.
        verbs: (form, role frame) -> verb word -> captions.
        verb_objects: Verb lemma -> patient head -> videos.
        verb_agents: Verb lemma -> agent head -> videos.
        places: Verb lemma -> place phrase -> videos.
        said: Video -> all words of its captions.
        verbs_said: Video -> dictionary forms of all its verbs.
        events: (agent head, form) -> verb phrases after the auxiliary with their video.
        word_videos: Word -> videos that have it.
        pairs: Neighboring words -> times.
        verb_forms: Verb word -> captions in which it is an action.
        place_prepositions: Head noun of a place -> preposition -> captions.
        instruments: Verb lemma -> head noun after "with" or "using" -> videos.
        head_uses: Head noun -> entities that have it.
        determiners: (head noun, "a", "other" or "") -> entities; "a" is either indefinite article, "" none.
        finals: Last word -> captions.
        place_heads: Verb lemma -> head nouns of its places -> captions.
        known_word: Captions from which a word is taken for a real one.
    """

    words: Counter[str] = field(default_factory=Counter)
    heads: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    modifiers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    verbs: dict[tuple[str, tuple[str, ...]], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    verb_objects: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    verb_agents: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    places: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    said: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    verbs_said: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    events: dict[tuple[str, str], Counter[tuple[str, ...]]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    word_videos: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    verb_forms: Counter[str] = field(default_factory=Counter)
    instruments: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    place_prepositions: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    head_uses: Counter[str] = field(default_factory=Counter)
    determiners: Counter[tuple[str, str]] = field(default_factory=Counter)
    finals: Counter[str] = field(default_factory=Counter)
    place_heads: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    known_word: int = KNOWN_WORD
    _associations: dict[tuple[str, str], float] = field(default_factory=dict)
    _meant: dict[str, set[str]] = field(default_factory=dict)

    def usual_preposition(self, place: str) -> str:
        """The preposition that most often leads into a place; "" where it is not known."""
        found = self.place_prepositions.get(place)
        return max(found, key=lambda word: (found[word], word)) if found else ""

    def meant(self, video: str) -> set[str]:
        """Every word that may name a thing that some caption of the video names."""
        if video not in self._meant:
            named = self.said[video] - GENERIC
            stems = {word.rstrip("s") for word in named}
            groups = {word for name in named for group in SAME if name in group for word in group}
            self._meant[video] = named | stems | {stem + "s" for stem in stems} | groups
        return self._meant[video]

    @cached_property
    def base_forms(self) -> frozenset[str]:
        """Dictionary forms of verbs that occur in -ing too, so that "had" and "left" are none."""
        return frozenset(base_form(verb) for verb in self.verb_forms if verb_form(verb) == "ing")

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Words seen often enough to be real ones."""
        return frozenset(
            word
            for word, count in self.words.items()
            if count >= self.known_word and (len(word) > 1 or word == "a")
        )

    def association(self, first: str, second: str) -> float:
        """How much more often two words are said of the same video than chance would have it; 1 is chance.

        Synonyms, hypernyms and things that go together are above 1.
        """
        key = (first, second) if first < second else (second, first)
        if key not in self._associations:
            self._associations[key] = self._associate(*key)
        return self._associations[key]

    def _associate(self, first: str, second: str) -> float:
        a, b = self.word_videos.get(first, set()), self.word_videos.get(second, set())
        expected = len(a) * len(b) / max(1, len(self.said))
        return (len(a & b) + SMOOTHING) / (expected + SMOOTHING)


def learn(sources: Iterable[Source], small: bool = False) -> Corpus:
    """Count a corpus.

    Args:
        sources: All captions, not only those that probes are made from.
        small: Take every word that occurs for known (a corpus with a controlled vocabulary).
    """
    corpus = Corpus(known_word=1 if small else KNOWN_WORD)
    counted: set[tuple[str, ...]] = set()

    def once(counter: Counter[str], what: str, *key: str) -> None:
        """Count a plausible filler once a video: twenty captions of one odd video are one observation."""
        if (what, *key) not in counted:
            counted.add((what, *key))
            counter[what] += 1

    for source in sources:
        words = source.words
        corpus.words.update(set(words))
        corpus.said[source.video].update(words)
        corpus.finals[words[-1]] += 1
        corpus.pairs.update(zip(words, words[1:], strict=False))
        for word in set(words):
            corpus.word_videos[word].add(source.video)
        corpus.verbs_said[source.video].update(source.lemmas())
        for phrase in source.entities.values():
            corpus.modifiers[words[phrase.head]].update(words[phrase.noun_start : phrase.head])
            corpus.head_uses[words[phrase.head]] += 1
            corpus.determiners[words[phrase.head], determiner_of(phrase, words)] += 1
        for action in source.actions:
            frame = frame_of(action.fillers, words)
            corpus.verbs[verb_form(words[action.verb]), frame][words[action.verb]] += 1
            corpus.verb_forms[words[action.verb]] += 1
            for filler in action.fillers:
                head = words[filler.phrase.head]
                corpus.heads[action.lemma, filler.role][head] += 1
                if filler.role == "ARG1" and not filler.phrase.preposition:
                    once(corpus.verb_objects[action.lemma], head, "object", action.lemma, source.video)
                if filler.phrase.preposition in INSTRUMENT_WORDS:
                    once(corpus.instruments[action.lemma], head, "instrument", action.lemma, source.video)
                if filler.role == "ARG0":
                    once(corpus.verb_agents[action.lemma], head, "agent", action.lemma, source.video)
                if filler.role == "ARGM-LOC":
                    corpus.place_heads[action.lemma][head] += 1
                if filler.role == "ARGM-LOC" and filler.phrase.simple:
                    place = " ".join(words[filler.phrase.start : filler.phrase.end])
                    corpus.place_prepositions[head][filler.phrase.preposition] += 1
                    once(corpus.places[action.lemma], place, "place", action.lemma, source.video)
    return corpus


def determiner_of(phrase: Phrase, words: tuple[str, ...]) -> str:
    """ "a" for an indefinite article, "" for none, "other" for all else before a noun."""
    if phrase.determiner < 0:
        return ""
    return "a" if words[phrase.determiner] in ("a", "an") else "other"


def frame_of(fillers: Iterable[object], words: tuple[str, ...]) -> tuple[str, ...]:
    """The argument frame of an action: its core roles, with the preposition where one leads in."""
    found = []
    for filler in fillers:
        role = getattr(filler, "role", "")
        phrase = getattr(filler, "phrase", None)
        if phrase is not None and role.startswith("ARG") and not role.startswith("ARGM"):
            found.append(f"{role} {phrase.preposition}".strip())
    return tuple(sorted(found))


@lru_cache(maxsize=1 << 18)
def same_thing(first: str, second: str) -> bool:
    """True where two nouns may name the same thing, by the lexicon or by number."""
    if first == second or first.rstrip("s") == second.rstrip("s"):
        return True
    return any(first in group and second in group for group in SAME)


@lru_cache(maxsize=1 << 18)
def same_action(first: str, second: str) -> bool:
    """True where two verbs (dictionary forms) may name the same action."""
    return first == second or any(first in group and second in group for group in SAME_VERBS)
