"""Random scenes and their families of siblings."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from hgr.scenes.config import Kind, SceneConfig, SplitConfig
from hgr.scenes.motion import crowding, fits
from hgr.scenes.siblings import Edit, alter
from hgr.scenes.vocabulary import ACTIONS, LEFT, RIGHT, SIZES
from hgr.scenes.world import Event, Scene, Thing

Composition = tuple[str, str, str]
PLACEMENTS = 40
"""Draws of start positions before the whole scene is drawn anew."""
CANDIDATES = 4
"""Start positions that fit, of which the least crowded is taken."""
ROWS = (44.0, 136.0)
"""Ground rows of the farthest and the nearest object, pixels."""
COLUMNS = (38.0, 122.0)
PAIRS_AFTER_FIRST = ((0, 2), (1, 2), (2, 0), (2, 1))
"""Agent and patient of a second event, the first being (0, 1)."""


@dataclass(frozen=True, slots=True)
class Family:
    """A scene and its siblings.

    Attributes:
        scene: The scene itself.
        siblings: Sibling, what was edited, and whether it gets a clip of its own.
    """

    scene: Scene
    siblings: tuple[tuple[Scene, Edit, bool], ...]


def held_out_compositions(config: SceneConfig) -> frozenset[Composition]:
    """The (color, shape, action) compositions of agents that only the test split shows."""
    every = list(itertools.product(config.colors, config.shapes, config.actions))
    rng = np.random.default_rng([config.seed, 7])
    chosen = rng.permutation(len(every))[: round(config.held_out * len(every))]
    return frozenset(every[i] for i in chosen)


def sample_families(config: SceneConfig, split: str, stream: int) -> list[Family]:
    """All families of one split.

    Args:
        config: The data set.
        split: A key of `config.splits`.
        stream: Number of the split; families of different streams are drawn independently.

    Returns:
        Families; kinds of siblings are balanced over them.
    """
    held_out = held_out_compositions(config)
    sizes = config.splits[split]
    counts: Counter[Kind] = Counter()
    families = []
    for number in range(sizes.scenes):
        rng = np.random.default_rng([config.seed, stream, number])
        family = _family(config, sizes, held_out, split == "test", counts, rng)
        counts.update(edit.kind for _, edit, _ in family.siblings)
        families.append(family)
    return families


def _family(
    config: SceneConfig,
    sizes: SplitConfig,
    held_out: frozenset[Composition],
    is_test: bool,
    counts: Counter[Kind],
    rng: np.random.Generator,
) -> Family:
    novel = bool(held_out) and rng.random() < sizes.novel
    wishes = sorted(config.kinds, key=lambda kind: (counts[kind], rng.random()))
    needs_two = any(kind in ("order", "left_out_event") for kind in wishes[: sizes.siblings])
    while True:
        scene = _scene(config, novel and is_test, held_out, needs_two and rng.random() < 0.5, rng)
        siblings: list[tuple[Scene, Edit, bool]] = []
        for kind in wishes:
            altered = alter(scene, kind, config, rng) if len(siblings) < sizes.siblings else None
            if altered is not None and (is_test or not held_out.intersection(altered[0].compositions())):
                siblings.append((*altered, bool(rng.random() < sizes.rendered)))
        if not is_test and held_out.intersection(scene.compositions()):
            continue
        family = _least_crowded(scene, siblings, rng)
        if family is not None:
            return family


def _least_crowded(
    scene: Scene, siblings: list[tuple[Scene, Edit, bool]], rng: np.random.Generator
) -> Family | None:
    """The family at the best of the first start positions at which all of its members stay in the frame."""
    found: list[tuple[float, Family]] = []
    for _ in range(PLACEMENTS):
        placed = _placement(len(scene.things), rng)
        family = Family(_at(scene, placed), tuple((_at(s, placed), e, r) for s, e, r in siblings))
        if all(fits(member) for member in (family.scene, *(s for s, _, _ in family.siblings))):
            found.append((crowding(family.scene), family))
            if found[-1][0] == 0.0 or len(found) == CANDIDATES:
                break
    return min(found, key=lambda entry: entry[0])[1] if found else None


def _scene(
    config: SceneConfig, novel: bool, held_out: frozenset[Composition], two: bool, rng: np.random.Generator
) -> Scene:
    if config.paragraphs:
        num_events = int(rng.integers(config.paragraph_events[0], config.paragraph_events[1] + 1))
    else:
        num_events = 2 if two or rng.random() < config.two_events else 1
    num_things = 3 if num_events == 1 else 4
    colors = [config.colors[i] for i in rng.permutation(len(config.colors))[:num_things]]
    shapes = [config.shapes[int(rng.integers(len(config.shapes)))] for _ in range(num_things)]
    actions = [config.actions[int(rng.integers(len(config.actions)))] for _ in range(num_events)]
    if novel:
        choices = sorted(held_out)
        color, shapes[0], actions[0] = choices[int(rng.integers(len(choices)))]
        if color in colors:
            colors[colors.index(color)] = colors[0]
        colors[0] = color
    names = list(SIZES)
    things = tuple(
        Thing(shape, color, names[int(rng.integers(len(names)))], 0.0, 0.0)
        for shape, color in zip(shapes, colors, strict=True)
    )
    if rng.random() < config.drifting:
        angle, way = rng.uniform(0, 2 * np.pi), rng.uniform(6, 16)
        drift = (round(float(way * np.cos(angle)), 2), round(float(0.6 * way * np.sin(angle)), 2))
        things = (*things[:-1], replace(things[-1], drift=drift))
    place = config.places[int(rng.integers(len(config.places)))]
    return Scene(place, things, _events(actions, config.paragraphs, rng), int(rng.integers(2**31)))


def _events(actions: list[str], paragraph: bool, rng: np.random.Generator) -> tuple[Event, ...]:
    events: list[Event] = []
    for number, action in enumerate(actions):
        pair = (0, 1)
        if number:
            last = (events[-1].agent, events[-1].patient)
            pairs = [p for p in (*PAIRS_AFTER_FIRST, (0, 1), (1, 0)) if set(p) != set(last)]
            pair = pairs[int(rng.integers(len(pairs)))]
        if len(actions) == 1:
            start = rng.uniform(0.02, 0.12)
            end = start + rng.uniform(0.6, 0.86)
        else:
            slot = 1.0 / len(actions)
            start = slot * (number + rng.uniform(0.02, 0.08))
            end = slot * (number + rng.uniform(0.88, 0.98))
        direction = (LEFT, RIGHT)[int(rng.integers(2))] if ACTIONS[action].directed else ""
        reach, side = rng.uniform(26, 36), (-1, 1)[int(rng.integers(2))]
        times = round(float(start), 4), round(float(end), 4)
        events.append(Event(action, *pair, direction, *times, round(float(reach), 2), side))
    return tuple(events)


def _placement(num_things: int, rng: np.random.Generator) -> list[tuple[float, float]]:
    rows = np.linspace(*ROWS, num_things)[rng.permutation(num_things)] + rng.uniform(-5, 5, num_things)
    columns = rng.uniform(*COLUMNS, num_things)
    return [(round(float(x), 2), round(float(y), 2)) for x, y in zip(columns, rows, strict=True)]


def _at(scene: Scene, placement: list[tuple[float, float]]) -> Scene:
    things = zip(scene.things, placement, strict=True)
    return replace(scene, things=tuple(replace(thing, x=x, y=y) for thing, (x, y) in things))
