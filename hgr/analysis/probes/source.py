"""A caption with its role graph as the operators see it: plain lower-case words, actions with their fillers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from graphs.levels import ACTION, ENTITY
from graphs.role_graph import RoleGraph
from hgr.analysis.probes.lexicons import AUXILIARIES
from hgr.analysis.probes.morphology import base_form
from hgr.analysis.probes.phrases import Phrase, find_phrase

PUNCTUATION = ".,!?;:\"'()"


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
