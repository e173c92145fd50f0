"""Closed-form trajectories: where every object is in every frame."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hgr.scenes.vocabulary import SIZES
from hgr.scenes.world import FRAME_SIZE, Event, Scene

MARGIN = 13.0
"""Objects' centers stay this far from the frame's border, pixels."""
APPROACH = 0.3
"""Share of an event in which the agent walks to its place beside the patient."""
FLATTENING = 0.62
"""Depth is drawn foreshortened by this factor: circles on the ground become ellipses."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Agent and patient during one event: (x, y, height) each, and whether a rope or an impact is drawn."""

    agent: tuple[float, float, float]
    patient: tuple[float, float, float]
    rope: bool = False
    impact: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """What a trajectory starts from: ground positions, radii, sign of the direction, reach."""

    agent: tuple[float, float]
    patient: tuple[float, float]
    agent_radius: float
    patient_radius: float
    sign: int
    reach: float

    @property
    def gap(self) -> float:
        """Distance of the centers when the two touch."""
        return self.agent_radius + self.patient_radius


@dataclass(frozen=True)
class Motion:
    """Positions of a clip: `poses` (F, N, 3) are x, y, height; `ropes` and `impacts` name pairs by frame."""

    poses: np.ndarray
    ropes: tuple[tuple[int, int] | None, ...]
    impacts: tuple[tuple[int, int] | None, ...]


def move(scene: Scene, num_frames: int) -> Motion:
    """Positions of all things in all frames.

    Args:
        scene: The scene.
        num_frames: Length F of the clip.

    Returns:
        Poses (F, N, 3) in pixels of a `FRAME_SIZE` frame, ropes and impacts.
    """
    current = [(thing.x, thing.y, 0.0) for thing in scene.things]
    poses = np.empty((num_frames, len(current), 3))
    ropes: list[tuple[int, int] | None] = [None] * num_frames
    impacts: list[tuple[int, int] | None] = [None] * num_frames
    done = 0
    for event in scene.events:
        setting = _setting(scene, event, current)
        first, last = round(event.start * num_frames), round(event.end * num_frames)
        poses[done:first] = current
        for frame in range(first, last):
            pair = TRAJECTORIES[event.action](setting, (frame - first + 1) / (last - first))
            current[event.agent], current[event.patient] = pair.agent, pair.patient
            poses[frame] = current
            ropes[frame] = (event.agent, event.patient) if pair.rope else None
            impacts[frame] = (event.agent, event.patient) if pair.impact else None
        done = last
    poses[done:] = current
    for i in scene.distractors():
        poses[:, i, :2] += np.linspace(0.0, 1.0, num_frames)[:, None] * np.array(scene.things[i].drift)
    return Motion(poses, tuple(ropes), tuple(impacts))


def fits(scene: Scene, num_frames: int = 16) -> bool:
    """Whether everything stays inside the frame, checked at `num_frames` moments."""
    poses = move(scene, num_frames).poses
    inside = (poses[..., :2] >= MARGIN).all() and (poses[..., :2] <= FRAME_SIZE - MARGIN).all()
    return bool(inside and (poses[..., 1] - poses[..., 2] >= MARGIN).all())


def crowding(scene: Scene, num_frames: int = 16) -> float:
    """How much things cover each other that have nothing to do with each other, and any two at the start.

    Returns:
        Overlap in pixels, summed over pairs and averaged over `num_frames` moments; 0 is best.
    """
    poses = move(scene, num_frames).poses
    seen = poses[..., :2] - poses[..., 2:] * np.array([0.0, 1.0])
    radii = np.array([SIZES[thing.size] for thing in scene.things])
    together = {frozenset((event.agent, event.patient)) for event in scene.events}
    total = 0.0
    for i, j in itertools.combinations(range(len(scene.things)), 2):
        gap = radii[i] + radii[j] - np.linalg.norm(seen[:, i] - seen[:, j], axis=-1)
        overlap = np.maximum(gap, 0.0)
        total += float(overlap[0] if frozenset((i, j)) in together else overlap.mean() + overlap[0])
    return total


def _setting(scene: Scene, event: Event, current: list[tuple[float, float, float]]) -> Setting:
    agent, patient = scene.things[event.agent], scene.things[event.patient]
    return Setting(
        current[event.agent][:2],
        current[event.patient][:2],
        SIZES[agent.size],
        SIZES[patient.size],
        event.sign,
        event.reach,
    )


def _smooth(u: float) -> float:
    u = min(max(u, 0.0), 1.0)
    return u * u * (3.0 - 2.0 * u)


def _phase(u: float, start: float, end: float) -> float:
    return min(max((u - start) / (end - start), 0.0), 1.0)


def _walk(s: Setting, goal: tuple[float, float], u: float) -> tuple[float, float]:
    """From the agent's start to `goal` on an arc that keeps clear of the patient."""
    t = _smooth(u)
    (x0, y0), (x1, y1), (px, py) = s.agent, goal, s.patient
    away_x, away_y = (x0 + x1) / 2 - px, (y0 + y1) / 2 - py
    distance = math.hypot(away_x, away_y) or 1.0
    bend = max(0.0, 1.5 * s.gap - distance)
    cx, cy = px + away_x / distance * (distance + bend), py + away_y / distance * (distance + bend)
    w0, w1, w2 = (1 - t) ** 2, 2 * t * (1 - t), t * t
    return w0 * x0 + w1 * cx + w2 * x1, w0 * y0 + w1 * cy + w2 * y1


def _push(s: Setting, u: float) -> Pair:
    px, py = s.patient
    if u < APPROACH:
        return Pair((*_walk(s, (px - s.sign * s.gap, py), u / APPROACH), 0.0), (px, py, 0.0))
    moved = s.sign * s.reach * _phase(u, APPROACH, 1.0)
    return Pair((px - s.sign * s.gap + moved, py, 0.0), (px + moved, py, 0.0))


def _pull(s: Setting, u: float) -> Pair:
    px, py = s.patient
    lead = s.sign * (s.gap + 12.0)
    if u < APPROACH:
        return Pair((*_walk(s, (px + lead, py), u / APPROACH), 0.0), (px, py, 0.0))
    moved = s.sign * s.reach * _phase(u, APPROACH, 1.0)
    return Pair((px + lead + moved, py, 0.0), (px + moved, py, 0.0), rope=True)


def _hit(s: Setting, u: float) -> Pair:
    px, py = s.patient
    touch = px - s.sign * s.gap
    far = touch - s.sign * 22.0
    if u < APPROACH:
        return Pair((*_walk(s, (far, py), u / APPROACH), 0.0), (px, py, 0.0))
    dash = _phase(u, APPROACH, 0.5) ** 2
    flight = 1.0 - (1.0 - _phase(u, 0.5, 0.85)) ** 2
    back = 0.35 * _smooth(_phase(u, 0.52, 0.8))
    agent = far + (touch - far) * (dash - back)
    return Pair((agent, py, 0.0), (px + s.sign * 1.25 * s.reach * flight, py, 0.0), impact=0.47 <= u <= 0.58)


def _chase(s: Setting, u: float) -> Pair:
    px, py = s.patient
    behind = s.sign * (s.gap + 14.0)
    if u < APPROACH:
        return Pair((*_walk(s, (px - behind, py), u / APPROACH), 0.0), (px, py, 0.0))
    t = _phase(u, APPROACH, 1.0)
    moved, lag = s.sign * 1.2 * s.reach * t, 0.12
    weave = 9.0 * math.sin(2 * math.pi * 1.5 * t)
    follow = 9.0 * math.sin(2 * math.pi * 1.5 * max(t - lag, 0.0))
    return Pair((px - behind + moved, py + follow, 0.0), (px + moved, py + weave, 0.0))


def _carry(s: Setting, u: float) -> Pair:
    px, py = s.patient
    top = 1.55 * s.agent_radius
    if u < APPROACH:
        return Pair(
            (*_walk(s, (px, py - 1.0), u / APPROACH), 0.0), (px, py, top * _smooth(_phase(u, 0.2, 0.4)))
        )
    lift = top * _smooth(_phase(u, 0.2, 0.4)) * (1.0 - _smooth(_phase(u, 0.88, 1.0)))
    moved = s.sign * 1.3 * s.reach * _phase(u, 0.38, 0.88)
    aside = s.sign * s.gap * _smooth(_phase(u, 0.86, 1.0))
    return Pair((px + moved, py - 1.0, 0.0), (px + moved + aside, py, lift))


def _throw(s: Setting, u: float) -> Pair:
    px, py = s.patient
    beside = px - s.sign * s.gap
    if u < APPROACH:
        return Pair((*_walk(s, (beside, py), u / APPROACH), 0.0), (px, py, 0.0))
    swing = 7.0 * math.sin(math.pi * _phase(u, APPROACH, 0.5))
    flight = _phase(u, 0.45, 0.8)
    bounce = _phase(u, 0.8, 0.95)
    height = 46.0 * 4 * flight * (1 - flight) + 9.0 * 4 * bounce * (1 - bounce)
    moved = s.sign * s.reach * (1.25 * flight + 0.15 * bounce)
    return Pair((beside, py, swing), (px + moved, py, height))


def _jump_over(s: Setting, u: float) -> Pair:
    px, py = s.patient
    before, after = px - s.sign * (s.gap + 5.0), px + s.sign * (s.gap + 5.0)
    if u < APPROACH:
        return Pair((*_walk(s, (before, py), u / APPROACH), 0.0), (px, py, 0.0))
    crouch = _phase(u, APPROACH, 0.45)
    leap = _phase(u, 0.45, 0.85)
    height = 5.0 * 4 * crouch * (1 - crouch) + (2.0 * s.patient_radius + 18.0) * 4 * leap * (1 - leap)
    return Pair((before + (after - before) * leap, py, height), (px, py, 0.0))


def _circle(s: Setting, u: float) -> Pair:
    px, py = s.patient
    radius = s.gap + 7.0
    if u < APPROACH:
        return Pair((*_walk(s, (px - s.sign * radius, py), u / APPROACH), 0.0), (px, py, 0.0))
    angle = 2 * math.pi * 1.5 * _phase(u, APPROACH, 1.0)
    x, y = -s.sign * radius * math.cos(angle), radius * FLATTENING * math.sin(angle)
    return Pair((px + x, py + y, 0.0), (px, py, 0.0))


def _bounce_on(s: Setting, u: float) -> Pair:
    px, py = s.patient
    beside = px - s.sign * (s.gap + 2.0)
    top = 1.5 * s.patient_radius
    if u < APPROACH:
        return Pair((*_walk(s, (beside, py), u / APPROACH), 0.0), (px, py, 0.0))
    up, off = _phase(u, APPROACH, 0.4), _phase(u, 0.88, 1.0)
    hop = math.fmod(3.0 * _phase(u, 0.4, 0.88), 1.0) if u < 0.88 else 0.0
    height = (
        top * up + 8.0 * 4 * up * (1 - up) + 15.0 * 4 * hop * (1 - hop) if off == 0.0 else top * (1 - off**2)
    )
    x = beside + s.sign * (s.gap + 2.0) * (up + off)
    return Pair((x, py + 1.0, height), (px, py, 0.0))


TRAJECTORIES: dict[str, Callable[[Setting, float], Pair]] = {
    "push": _push,
    "pull": _pull,
    "hit": _hit,
    "chase": _chase,
    "carry": _carry,
    "throw": _throw,
    "jump over": _jump_over,
    "circle": _circle,
    "bounce on": _bounce_on,
}
