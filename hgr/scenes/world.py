"""A scene as values: the full truth behind one generated clip."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

FRAME_SIZE = 160
"""Side of the square frame in pixels; positions are given in it."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One object.

    Attributes:
        shape: A key of `vocabulary.SHAPES`.
        color: A key of `vocabulary.COLORS`.
        size: A key of `vocabulary.SIZES`.
        x: Ground position at the start, pixels from the left.
        y: Ground position at the start, pixels from the top.
        drift: Way that a distractor goes during the clip, pixels.
    """

    shape: str
    color: str
    size: str
    x: float
    y: float
    drift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        action: A key of `vocabulary.ACTIONS`.
        agent: Position of the agent in the scene's things.
        patient: Position of the patient.
        direction: "left", "right", or "" where the action has none.
        start: When it begins, as a fraction of the clip.
        end: When it ends.
        reach: How far the patient is moved, pixels.
        side: -1 or 1: the side from which an undirected action is begun.
    """

    action: str
    agent: int
    patient: int
    direction: str
    start: float
    end: float
    reach: float = 32.0
    side: int = 1

    @property
    def sign(self) -> int:
        """1 towards the right, -1 towards the left."""
        return {"left": -1, "right": 1}.get(self.direction, self.side)


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that a clip shows.

    Attributes:
        place: A key of `vocabulary.PLACES`.
        things: Objects; those that no event names are distractors.
        events: Events in the order of time.
        texture: Seed of the place's texture.
    """

    place: str
    things: tuple[Thing, ...]
    events: tuple[Event, ...]
    texture: int = 0

    def distractors(self) -> tuple[int, ...]:
        """Positions of the things that take part in nothing."""
        acting = {i for event in self.events for i in (event.agent, event.patient)}
        return tuple(i for i in range(len(self.things)) if i not in acting)

    def compositions(self) -> tuple[tuple[str, str, str], ...]:
        """(color, shape, action) of each event's agent."""
        return tuple((self.things[e.agent].color, self.things[e.agent].shape, e.action) for e in self.events)

    def record(self) -> dict[str, Any]:
        """The scene as plain JSON values."""
        return asdict(self)
