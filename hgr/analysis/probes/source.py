"""A caption with its role graph as the operators see it: plain lower-case words, actions with their fillers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from graphs.levels import ACTION, ENTITY
from graphs.role_graph import RoleGraph
from hgr.analysis.probes.lexicons import AUXILIARIES, DETERMINERS, PRONOUNS
from hgr.analysis.probes.morphology import article_before, base_form, is_plural
from hgr.analysis.probes.phrases import Phrase, find_phrase

PUNCTUATION = ".,!?;:\"'()"
MAX_WORDS = 20
"""Longer captions are rarely well formed and rarely well parsed."""


@dataclass(frozen=True, slots=True)
class Filler:
    """One entity under one action.

    Attributes:
        node: Its position in the graph.
        role: Its role.
        phrase: Its parts.
    """

    node: int
    role: str
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Action:
    """One action with its fillers.

    Attributes:
        node: Its position in the graph.
        verb: Position of the verb.
        tokens: Positions of verb and particles.
        lemma: Dictionary form of the verb.
        fillers: Its entities, in edge order.
    """

    node: int
    verb: int
    tokens: tuple[int, ...]
    lemma: str
    fillers: tuple[Filler, ...]

    def filler(self, role: str) -> Filler | None:
        """The only filler of a role; None where there is none or more than one."""
        found = [f for f in self.fillers if f.role == role]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Source:
    """A caption that probes may be made from.

    Attributes:
        id: Id of the caption.
        video: Id of its video.
        text: The caption as it is.
        words: Lower case, without punctuation; as many as the graph has.
        graph: Its role graph.
        actions: Its actions, in order of their verbs.
        entities: Phrases by node, actions' fillers and free ones.
    """

    id: str
    video: str
    text: str
    words: tuple[str, ...]
    graph: RoleGraph
    actions: tuple[Action, ...]
    entities: dict[int, Phrase]

    @property
    def seed(self) -> int:
        """A number that depends on the caption and its id only, so that one probe does not change another."""
        return int.from_bytes(hashlib.sha256(f"{self.id}\0{self.text}".encode()).digest()[:8], "little")

    def heads(self) -> set[str]:
        """The head nouns."""
        return {self.words[phrase.head] for phrase in self.entities.values()}

    def lemmas(self) -> set[str]:
        """The verbs, in dictionary form."""
        return {action.lemma for action in self.actions}


def make_source(identifier: str, video: str, text: str, graph: RoleGraph) -> Source:
    """Read a caption's role graph for the operators."""
    words = tuple(plain(word) for word in graph.words)
    verbs = frozenset(t for i in graph.positions(ACTION) for t in graph.nodes[i].tokens)
    entities = {}
    for position in graph.positions(ENTITY):
        phrase = find_phrase(words, graph.nodes[position].tokens, verbs)
        if phrase is not None:
            entities[position] = phrase
    actions = []
    for position in graph.positions(ACTION):
        tokens = graph.nodes[position].tokens
        main = [t for t in tokens if words[t] not in AUXILIARIES]
        verb = main[0] if main else tokens[0]
        fillers = tuple(
            Filler(e.target, e.role, entities[e.target])
            for e in graph.edges
            if e.source == position and e.target in entities
        )
        actions.append(Action(position, verb, tokens, base_form(words[verb]), fillers))
    actions.sort(key=lambda action: action.verb)
    return Source(identifier, video, text, words, graph, tuple(actions), entities)


def plain(word: str) -> str:
    """A word in lower case without punctuation at its ends."""
    return word.strip(PUNCTUATION).lower()


def is_sound(source: Source, vocabulary: frozenset[str]) -> bool:
    """Whether a caption is well formed enough to build on.

    Its words are known, it is short, it starts with its subject or with a place, no function word stands where it
    cannot, auxiliaries agree with the noun before them, and its first action has a subject before it and an auxiliary
    or a finite form.
    """
    words = source.words
    if not 3 <= len(words) <= MAX_WORDS or not source.actions or len(words) != len(source.graph.words):
        return False
    if any(not w.isalpha() or w not in vocabulary for w in words):
        return False
    if _has_bad_pair(words):
        return False
    first = source.actions[0]
    agent = next(
        (f for f in first.fillers if f.role in ("ARG0", "ARG1") and f.phrase.end <= first.verb), None
    )
    if agent is None or agent.phrase.preposition or not _opens(source, agent.phrase.start):
        return False
    return _agrees(words, agent.phrase, first.verb)


def _opens(source: Source, start: int) -> bool:
    """Whether only a place stands before the subject."""
    places = [f.phrase for f in source.actions[0].fillers if f.role == "ARGM-LOC" and f.phrase.preposition]
    return start == 0 or any(place.start == 0 and place.end == start for place in places)


def _has_bad_pair(words: Sequence[str]) -> bool:
    articles = {"a", "an", "the"}
    for left, right in zip(words, words[1:], strict=False):
        if left == right or (left in DETERMINERS and right in articles | AUXILIARIES):
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
