"""Captions of a scene, each with its true predicates and roles."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from graphs.build import build_role_graph
from graphs.role_graph import RoleGraph
from hgr.scenes.vocabulary import ACTIONS, ADJECTIVES, DIRECTION_PHRASES, NOUNS, PLACE_PHRASES
from hgr.scenes.world import Event, Scene
from parsing.parsed_caption import Argument, ParsedCaption, Predicate, Token

Style = Literal["active", "progressive", "passive", "passive progressive", "participle"]
Connector = Literal["and then", "before", "after", "first"]
Opening = Literal["plain", "place", "there is", "there is patient"]

SINGLE: tuple[tuple[Style, Opening], ...] = (
    ("active", "plain"),
    ("progressive", "plain"),
    ("participle", "plain"),
    ("passive", "plain"),
    ("passive progressive", "plain"),
    ("active", "place"),
    ("passive", "place"),
    ("active", "there is"),
    ("progressive", "there is"),
    ("active", "there is patient"),
)
"""Ways to word one event."""
STYLES: tuple[Style, ...] = ("active", "progressive", "passive")
CONNECTORS: tuple[Connector, ...] = ("and then", "before", "after", "first")
DOUBLE: tuple[tuple[Style, Connector, Opening], ...] = (
    *((style, connector, "plain") for style in STYLES for connector in CONNECTORS),
    ("active", "and then", "place"),
    ("active", "before", "place"),
    ("passive", "and then", "place"),
    ("passive", "before", "place"),
    ("active", "and then", "there is"),
)
"""Ways to word two events."""
MIXED = 0.25
"""Share of captions of two events in which the second clause is worded in another style than the first."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a caption is worded; the same wording of two siblings differs only where the siblings do.

    Attributes:
        styles: Style of the first and of the second clause in time.
        connector: Between two events.
        opening: How the caption begins.
        place: Whether the place is named.
        direction: Whether directions are named.
        size: Whether sizes are named.
        salt: Chooses among synonyms.
    """

    styles: tuple[Style, Style]
    connector: Connector
    opening: Opening
    place: bool
    direction: bool
    size: bool
    salt: int


@dataclass(frozen=True, slots=True)
class TrueCaption:
    """A caption with its predicates and its role graph."""

    text: str
    parsed: ParsedCaption
    graph: RoleGraph


@dataclass
class _Draft:
    """A caption being written: words so far, predicates, things already mentioned."""

    scene: Scene
    wording: Wording
    words: list[str] = field(default_factory=list)
    predicates: list[Predicate] = field(default_factory=list)
    mentioned: set[int] = field(default_factory=set)

    def say(self, phrase: str) -> tuple[int, ...]:
        start = len(self.words)
        self.words.extend(phrase.split())
        return tuple(range(start, len(self.words)))

    def word(self, concept: str, words: tuple[str, ...]) -> str:
        return words[zlib.crc32(f"{self.wording.salt} {concept}".encode()) % len(words)]

    def thing(self, position: int) -> tuple[int, ...]:
        """A noun phrase: "a big red ball", later "the big red ball"."""
        thing = self.scene.things[position]
        adjectives = [thing.size] if self.wording.size else []
        words = [self.word(a, ADJECTIVES[a]) for a in (*adjectives, thing.color)]
        words.append(self.word(thing.shape, NOUNS[thing.shape]))
        article = "the" if position in self.mentioned else "an" if words[0][0] in "aeiou" else "a"
        self.mentioned.add(position)
        return self.say(" ".join((article, *words)))

    def phrase(self, concept: str, phrases: dict[str, tuple[str, ...]]) -> tuple[int, ...]:
        return self.say(self.word(concept, phrases[concept]))


def draw_wordings(
    scene: Scene,
    number: int,
    mention: tuple[float, float, float],
    required: tuple[bool, bool, bool],
    rng: np.random.Generator,
) -> list[Wording]:
    """Different wordings for a scene.

    Args:
        scene: The scene.
        number: How many.
        mention: Shares of captions that name place, directions and sizes.
        required: Which of the three every caption names.
        rng: Source of the choice.

    Returns:
        Wordings; no two share style, connector and opening.
    """
    ways: list[tuple[Style, Connector, Opening]]
    ways = (
        list(DOUBLE) if len(scene.events) > 1 else [(style, "and then", opening) for style, opening in SINGLE]
    )
    wordings = []
    for position in rng.permutation(len(ways))[:number]:
        style, connector, opening = ways[position]
        place, direction, size = (
            must or bool(rng.random() < p) for must, p in zip(required, mention, strict=True)
        )
        other: Style = "passive" if style == "active" else "active"
        second = other if rng.random() < MIXED and opening != "there is" else style
        salt = int(rng.integers(2**31))
        wordings.append(Wording((style, second), connector, opening, place, direction, size, salt))
    return wordings


def describe(scene: Scene, wording: Wording) -> TrueCaption:
    """The caption of a scene (at most two events) in a wording, with its truth."""
    draft = _Draft(scene, wording)
    _sentence(draft, scene.events)
    return _finish(draft)


def describe_paragraph(scene: Scene, wordings: list[Wording]) -> tuple[TrueCaption, list[TrueCaption]]:
    """The sentences of a scene, one an event, joined by " . ", and each of them alone.

    Args:
        scene: The scene.
        wordings: One an event.

    Returns:
        The whole paragraph; its sentences, in order, as captions of their own with the words they have in it.
    """
    whole = _Draft(scene, wordings[0])
    sentences = []
    for event, wording in zip(scene.events, wordings, strict=True):
        mentioned, start, first = set(whole.mentioned), len(whole.words), len(whole.predicates)
        whole.wording = wording
        _sentence(whole, (event,))
        alone = _Draft(scene, wording, whole.words[start:], [], mentioned)
        alone.predicates = [_shifted(predicate, -start) for predicate in whole.predicates[first:]]
        sentences.append(_finish(alone))
        whole.say(".")
    return _finish(whole), sentences


def _shifted(predicate: Predicate, by: int) -> Predicate:
    arguments = tuple(replace(a, tokens=tuple(t + by for t in a.tokens)) for a in predicate.arguments)
    return replace(predicate, tokens=tuple(t + by for t in predicate.tokens), arguments=arguments)


def _finish(draft: _Draft) -> TrueCaption:
    tokens = tuple(Token(word) for word in draft.words)
    parsed = ParsedCaption(" ".join(draft.words), tokens, tuple(draft.predicates))
    return TrueCaption(parsed.text, parsed, build_role_graph(parsed))


def _sentence(draft: _Draft, events: tuple[Event, ...]) -> None:
    wording = draft.wording
    place: tuple[int, ...] = ()
    if wording.opening == "place":
        place = draft.phrase(draft.scene.place, PLACE_PHRASES)
    elif wording.opening in ("there is", "there is patient"):
        draft.say("there is")
    if len(events) == 1:
        _clause(draft, events[0], wording.styles[0], place=place, first=True)
        return
    one, two = events
    if wording.connector == "after":
        later = _clause(draft, two, wording.styles[1], place=place, first=True)
        draft.say("after")
        _time(draft, later, _clause(draft, one, wording.styles[0]))
        return
    marks = draft.say("first") if wording.connector == "first" and wording.opening == "plain" else ()
    earlier = _clause(draft, one, wording.styles[0], place=place, first=True)
    if marks:
        _add(draft, earlier, Argument("ARGM-TMP", marks))
    if wording.connector == "before":
        draft.say("before")
        _time(draft, earlier, _clause(draft, two, wording.styles[1]))
        return
    draft.say("and")
    then = draft.say("then")
    shared = one.agent == two.agent and wording.styles in (
        ("active", "active"),
        ("progressive", "progressive"),
    )
    subject = draft.predicates[earlier].arguments[0].tokens if shared else None
    later = _clause(draft, two, wording.styles[1], subject=subject)
    _add(draft, later, Argument("ARGM-TMP", then))


def _clause(
    draft: _Draft,
    event: Event,
    style: Style,
    *,
    place: tuple[int, ...] = (),
    first: bool = False,
    subject: tuple[int, ...] | None = None,
) -> int:
    """Write one event; the first clause of a caption carries the place. Returns the predicate's position."""
    wording, action = draft.wording, ACTIONS[event.action]
    verb = action.verbs[zlib.crc32(f"{wording.salt} {event.action}".encode()) % len(action.verbs)]
    arguments: list[Argument] = []
    if style in ("passive", "passive progressive"):
        patient = draft.thing(event.patient)
        draft.say("is" if style == "passive" else "is being")
        tokens = draft.say(f"{verb.participle} {verb.preposition}")
        by = draft.say("by")
        arguments += [Argument("ARG1", patient), Argument("ARG0", by + draft.thing(event.agent))]
    elif first and wording.opening == "there is patient" and verb.preposition != "on":
        patient = draft.thing(event.patient)
        draft.say("that")
        agent = draft.thing(event.agent)
        tokens = draft.say(f"{verb.present} {verb.preposition}")
        arguments += [Argument("ARG0", agent), Argument("ARG1", patient)]
    else:
        agent = draft.thing(event.agent) if subject is None else subject
        if first and wording.opening in ("there is", "there is patient") and style == "active":
            draft.say("that")
        tokens = _verb(draft, style, verb.present, verb.gerund, subject is not None, first)
        case = draft.say(verb.preposition)
        arguments += [
            Argument("ARG0", agent),
            Argument(action.patient_role, case + draft.thing(event.patient)),
        ]
    if event.direction and wording.direction:
        arguments.append(Argument("ARGM-DIR", draft.phrase(event.direction, DIRECTION_PHRASES)))
    if first and not place and wording.place:
        place = draft.phrase(draft.scene.place, PLACE_PHRASES)
    if place:
        arguments.append(Argument("ARGM-LOC", place))
    draft.predicates.append(Predicate(tokens, event.action, tuple(arguments)))
    return len(draft.predicates) - 1


def _verb(
    draft: _Draft, style: Style, present: str, gerund: str, shared_subject: bool, first: bool
) -> tuple[int, ...]:
    if style == "active":
        return draft.say(present)
    bare = style == "participle" or shared_subject or (first and draft.wording.opening == "there is")
    if not bare:
        draft.say("is")
    return draft.say(gerund)


def _add(draft: _Draft, position: int, argument: Argument) -> None:
    predicate = draft.predicates[position]
    draft.predicates[position] = replace(predicate, arguments=(*predicate.arguments, argument))


def _time(draft: _Draft, main: int, other: int) -> None:
    """The clause `other` says when `main` happens: an edge between the two actions."""
    _add(draft, main, Argument("ARGM-TMP", draft.predicates[other].tokens))
