"""Trajectories: who moves, who touches whom, and that actions and roles look different."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hgr.scenes.motion import TRAJECTORIES, crowding, fits, move
from hgr.scenes.vocabulary import ACTIONS, SIZES
from tests.hgr.scenes.small import one_event, two_events

GAP = SIZES["big"] + SIZES["small"]


def _scene(action: str, direction: str = "right"):  # noqa: ANN202
    return one_event(action, direction if ACTIONS[action].directed else "")


def test_every_action_has_a_trajectory() -> None:
    assert set(TRAJECTORIES) == set(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_motion_is_continuous_and_the_distractor_stands_still(action: str) -> None:
    poses = move(_scene(action), 480).poses
    assert np.abs(np.diff(poses, axis=0)).max() < 4.0
    assert (poses[:, 2] == poses[0, 2]).all()


@pytest.mark.parametrize("action", [a for a in ACTIONS if ACTIONS[a].directed])
def test_directed_actions_carry_something_to_their_side(action: str) -> None:
    for direction, sign in (("right", 1), ("left", -1)):
        poses = move(_scene(action, direction), 60).poses
        mover = 0 if action == "jump over" else 1
        way = poses[-1, mover, 0] - poses[24, mover, 0]
        assert sign * way > 15.0, (action, direction, way)


@pytest.mark.parametrize("action", ["circle", "jump over", "bounce on"])
def test_patients_that_are_not_moved_stay(action: str) -> None:
    poses = move(_scene(action), 60).poses
    assert (poses[:, 1] == poses[0, 1]).all()


def test_pushing_is_from_behind_and_pulling_from_ahead_with_a_rope() -> None:
    push, pull = move(_scene("push"), 60), move(_scene("pull"), 60)
    assert push.poses[-1, 0, 0] == pytest.approx(push.poses[-1, 1, 0] - GAP)
    assert pull.poses[-1, 0, 0] > pull.poses[-1, 1, 0] + GAP
    assert any(rope == (0, 1) for rope in pull.ropes) and not any(push.ropes)


def test_jumping_leaves_the_ground_over_the_patient_and_lands_beyond() -> None:
    poses = move(_scene("jump over"), 120).poses
    over = poses[np.abs(poses[:, 0, 0] - poses[:, 1, 0]).argmin()]
    assert over[0, 2] > 2 * SIZES["small"]
    assert poses[-1, 0, 2] == pytest.approx(0.0, abs=1e-9) and poses[-1, 0, 0] > poses[-1, 1, 0]


@pytest.mark.parametrize("action", ACTIONS)
def test_swapped_roles_move_differently(action: str) -> None:
    scene = _scene(action)
    event = replace(scene.events[0], agent=1, patient=0)
    one, two = move(scene, 48).poses, move(replace(scene, events=(event,)), 48).poses
    assert np.abs(one - two)[12:].mean() > 1.0


def test_events_happen_in_their_own_time() -> None:
    poses = move(two_events(), 100).poses
    assert (poses[:52, 2] == poses[0, 2]).all() and not (poses[52:, 2] == poses[0, 2]).all()
    assert (poses[48:, 0] == poses[-1, 0]).all()


def test_fits_refuses_what_leaves_the_frame() -> None:
    scene = one_event()
    assert fits(scene)
    near_border = replace(scene.things[1], x=150.0)
    assert not fits(replace(scene, things=(scene.things[0], near_border, scene.things[2])))


def test_crowding_counts_bystanders_that_are_covered() -> None:
    scene = one_event()
    covered = replace(scene, things=(*scene.things[:2], replace(scene.things[2], x=80.0, y=102.0)))
    assert crowding(covered) > crowding(scene) + 1.0
