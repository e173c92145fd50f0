"""A small generated data set's configuration and a hand-made scene."""

from __future__ import annotations

from hgr.scenes.config import SceneConfig, SplitConfig
from hgr.scenes.world import Event, Scene, Thing

SMALL = SceneConfig(
    splits={
        "train": SplitConfig(scenes=8, siblings=2),
        "val": SplitConfig(scenes=2, siblings=1),
        "test": SplitConfig(scenes=8, siblings=3, novel=0.5),
    },
    frames=16,
)
THINGS = (
    Thing("ball", "red", "big", 60.0, 60.0),
    Thing("box", "blue", "small", 80.0, 100.0),
    Thing("star", "orange", "big", 100.0, 130.0),
)


def one_event(action: str = "push", direction: str = "right", place: str = "grass") -> Scene:
    """A red ball does something to a blue box; an orange star looks on."""
    return Scene(place, THINGS, (Event(action, 0, 1, direction, 0.1, 0.9),), texture=3)


def two_events() -> Scene:
    """A red ball pushes a blue box to the right, then an orange star circles it."""
    events = (Event("push", 0, 1, "right", 0.02, 0.48), Event("circle", 2, 1, "", 0.52, 0.98))
    things = (*THINGS, Thing("cone", "green", "small", 40.0, 40.0))
    return Scene("snow", things, events, texture=3)
