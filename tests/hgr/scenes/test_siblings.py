"""Siblings differ in exactly one thing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hgr.scenes.config import KINDS
from hgr.scenes.siblings import EDITS, alter
from tests.hgr.scenes.small import SMALL, one_event, two_events


def test_every_kind_has_an_edit() -> None:
    assert set(EDITS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(6))
def test_one_field_changes(kind: str, seed: int) -> None:
    scene = two_events()
    sibling, edit = alter(scene, kind, SMALL, np.random.default_rng(seed))
    assert sibling != scene and edit.kind == kind and edit.before != edit.after
    same_things = sibling.things == scene.things
    assert same_things == (kind not in ("object", "attribute"))
    assert (sibling.place == scene.place) == (kind != "place")
    if kind in ("object", "attribute", "place"):
        assert sibling.events == scene.events
    if kind in ("object", "attribute"):
        number = int(edit.subject.split()[1])
        changed = replace(scene.things[number], **{edit.field: edit.after})
        assert sibling.things[number] == changed and number not in scene.distractors()
        others = [i for i in range(4) if i != number and sibling.things[i] != scene.things[i]]
        assert not others or (edit.field == "color" and others == list(scene.distractors()))
        assert len({thing.color for thing in sibling.things}) == 4
    if kind == "roles":
        number = int(edit.subject.split()[1])
        event = scene.events[number]
        assert sibling.events[number] == replace(event, agent=event.patient, patient=event.agent)
    if kind == "order":
        assert [event.action for event in sibling.events] == ["circle", "push"]
        assert [event.start for event in sibling.events] == [event.start for event in scene.events]
    if kind == "direction":
        assert sibling.events[0] == replace(scene.events[0], direction="left")
    if kind == "action":
        assert sum(a != b for a, b in zip(sibling.events, scene.events, strict=True)) == 1
    if kind == "left_out_event":
        assert len(sibling.events) == 1 and sibling.events[0] in scene.events


def test_kinds_that_do_not_apply_give_nothing() -> None:
    rng = np.random.default_rng(0)
    assert alter(one_event(), "order", SMALL, rng) is None
    assert alter(one_event(), "left_out_event", SMALL, rng) is None
    assert alter(one_event("circle", ""), "direction", SMALL, rng) is None
    lonely = SMALL.model_copy(update={"actions": ("push", "circle")})
    assert alter(one_event("circle", ""), "action", lonely, rng) is None
