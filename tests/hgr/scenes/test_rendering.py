"""Frames show the objects in their colors, where they are, on their place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hgr.scenes.motion import move
from hgr.scenes.places import ground
from hgr.scenes.rendering import render
from hgr.scenes.sprites import body
from hgr.scenes.vocabulary import COLORS, PLACES, SHAPES
from hgr.scenes.world import FRAME_SIZE
from tests.hgr.scenes.small import one_event


def test_objects_are_where_the_motion_says_in_their_color() -> None:
    scene = one_event()
    frames, poses = render(scene, 16), move(scene, 16).poses
    assert frames.shape == (16, FRAME_SIZE, FRAME_SIZE, 3) and frames.dtype == np.uint8
    for frame in (0, 15):
        for thing, (x, y, height) in zip(scene.things, poses[frame], strict=True):
            seen = frames[frame, round(y - height), round(x)].astype(float)
            expected = np.array(COLORS[thing.color], float)
            cosine = seen @ expected / np.linalg.norm(seen) / np.linalg.norm(expected)
            assert cosine > 0.95, (frame, thing, seen)


def test_equal_scenes_give_equal_frames_and_siblings_differ_only_where_they_do() -> None:
    scene = one_event()
    frames = render(scene, 16)
    assert (frames == render(scene, 16)).all()
    recolored = replace(scene, things=(*scene.things[:2], replace(scene.things[2], color="pink")))
    differs = (frames != render(recolored, 16)).any(-1)
    assert differs[:, 110:150, 80:120].any() and not differs[:, :100].any()


def test_places_look_different_from_each_other_and_less_colorful_than_objects() -> None:
    means = {place: ground(place, 0).mean((0, 1)) for place in PLACES}
    for one in PLACES:
        saturation = np.ptp(means[one]) / means[one].max()
        assert saturation < 0.5, one
        assert all(np.linalg.norm(means[one] - means[two]) > 18 for two in PLACES if two != one)


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_differ(shape: str) -> None:
    picture, rest = body(shape, "red", 14.0, 0, 0)
    assert picture.shape[:2] == rest.shape[:2] and rest.min() >= 0 and rest.max() == 1.0
    for other in SHAPES:
        if other != shape:
            assert np.abs(rest - body(other, "red", 14.0, 0, 0)[1]).mean() > 0.02


def test_unknown_shape_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown shape 'banana'"):
        body("banana", "red", 14.0, 0, 0)


def test_a_place_is_a_function_of_its_seed() -> None:
    for place in PLACES:
        assert (ground(place, 5) == ground(place, 5)).all()
        assert not (ground(place, 5) == ground(place, 6)).all()
