"""Scenes that differ from a given one in exactly one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from hgr.scenes.config import Kind, SceneConfig
from hgr.scenes.vocabulary import ACTIONS, LEFT, RIGHT, SIZES
from hgr.scenes.world import Event, Scene, Thing

DECOY = 0.5
"""Share of object and attribute edits that take the distractor's shape or color: the altered word is seen too."""
SIZE_EDITS = 0.2
"""Share of attribute edits that change a size; the others change a color."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What was changed: `subject` ("event 0", "thing 2", "scene"), its field, the values before and after."""

    kind: Kind
    subject: str
    field: str
    before: str
    after: str


def alter(
    scene: Scene, kind: Kind, config: SceneConfig, rng: np.random.Generator
) -> tuple[Scene, Edit] | None:
    """A sibling of a scene, or None where the kind does not apply (no second event, no direction, ...)."""
    return EDITS[kind](scene, config, rng)


def _choose(options: list[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


def _with_event(scene: Scene, position: int, event: Event) -> Scene:
    return replace(scene, events=(*scene.events[:position], event, *scene.events[position + 1 :]))


def _with_thing(scene: Scene, position: int, thing: Thing) -> Scene:
    return replace(scene, things=(*scene.things[:position], thing, *scene.things[position + 1 :]))


def _acting(scene: Scene, rng: np.random.Generator) -> int:
    acting = [i for i in range(len(scene.things)) if i not in scene.distractors()]
    return acting[int(rng.integers(len(acting)))]


def _roles(scene: Scene, config: SceneConfig, rng: np.random.Generator) -> tuple[Scene, Edit] | None:
    position = int(rng.integers(len(scene.events)))
    event = scene.events[position]
    swapped = replace(event, agent=event.patient, patient=event.agent)
    edit = Edit("roles", f"event {position}", "agent", str(event.agent), str(event.patient))
    return _with_event(scene, position, swapped), edit


def _action(scene: Scene, config: SceneConfig, rng: np.random.Generator) -> tuple[Scene, Edit] | None:
    position = int(rng.integers(len(scene.events)))
    event = scene.events[position]
    directed = ACTIONS[event.action].directed
    options = [a for a in config.actions if a != event.action and ACTIONS[a].directed == directed]
    if not options:
        return None
    action = _choose(options, rng)
    edit = Edit("action", f"event {position}", "action", event.action, action)
    return _with_event(scene, position, replace(event, action=action)), edit


def _object(scene: Scene, config: SceneConfig, rng: np.random.Generator) -> tuple[Scene, Edit] | None:
    position = _acting(scene, rng)
    thing = scene.things[position]
    decoys = [scene.things[i].shape for i in scene.distractors() if scene.things[i].shape != thing.shape]
    others = [shape for shape in config.shapes if shape != thing.shape]
    shape = _choose(decoys if decoys and rng.random() < DECOY else others, rng)
    edit = Edit("object", f"thing {position}", "shape", thing.shape, shape)
    return _with_thing(scene, position, replace(thing, shape=shape)), edit


def _attribute(scene: Scene, config: SceneConfig, rng: np.random.Generator) -> tuple[Scene, Edit] | None:
    position = _acting(scene, rng)
    thing = scene.things[position]
    if rng.random() < SIZE_EDITS:
        size = _choose([size for size in SIZES if size != thing.size], rng)
        edit = Edit("attribute", f"thing {position}", "size", thing.size, size)
        return _with_thing(scene, position, replace(thing, size=size)), edit
    distractors = scene.distractors()
    if distractors and rng.random() < DECOY:
        other = distractors[int(rng.integers(len(distractors)))]
        color = scene.things[other].color
        scene = _with_thing(scene, other, replace(scene.things[other], color=thing.color))
    else:
        present = {thing.color for thing in scene.things}
        options = [color for color in config.colors if color not in present]
        if not options:
            return None
        color = _choose(options, rng)
    edit = Edit("attribute", f"thing {position}", "color", thing.color, color)
    return _with_thing(scene, position, replace(thing, color=color)), edit


def _place(scene: Scene, config: SceneConfig, rng: np.random.Generator) -> tuple[Scene, Edit] | None:
    place = _choose([place for place in config.places if place != scene.place], rng)
    return replace(scene, place=place), Edit("place", "scene", "place", scene.place, place)


def _order(scene: Scene, config: SceneConfig, rng: np.random.Generator) -> tuple[Scene, Edit] | None:
    if len(scene.events) < 2:
        return None
    first = int(rng.integers(len(scene.events) - 1))
    one, two = scene.events[first : first + 2]
    events = list(scene.events)
    events[first] = replace(two, start=one.start, end=one.end)
    events[first + 1] = replace(one, start=two.start, end=two.end)
    edit = Edit("order", f"event {first}", "order", f"{first} {first + 1}", f"{first + 1} {first}")
    return replace(scene, events=tuple(events)), edit


def _direction(scene: Scene, config: SceneConfig, rng: np.random.Generator) -> tuple[Scene, Edit] | None:
    directed = [i for i, event in enumerate(scene.events) if event.direction]
    if not directed:
        return None
    position = directed[int(rng.integers(len(directed)))]
    event = scene.events[position]
    direction = LEFT if event.direction == RIGHT else RIGHT
    edit = Edit("direction", f"event {position}", "direction", event.direction, direction)
    return _with_event(scene, position, replace(event, direction=direction)), edit


def _left_out_event(scene: Scene, config: SceneConfig, rng: np.random.Generator) -> tuple[Scene, Edit] | None:
    if len(scene.events) < 2:
        return None
    position = int(rng.integers(len(scene.events)))
    events = (*scene.events[:position], *scene.events[position + 1 :])
    edit = Edit("left_out_event", f"event {position}", "event", scene.events[position].action, "")
    return replace(scene, events=events), edit


EDITS: dict[Kind, Callable[[Scene, SceneConfig, np.random.Generator], tuple[Scene, Edit] | None]] = {
    "roles": _roles,
    "action": _action,
    "object": _object,
    "attribute": _attribute,
    "place": _place,
    "order": _order,
    "direction": _direction,
    "left_out_event": _left_out_event,
}
