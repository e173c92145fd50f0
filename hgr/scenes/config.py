"""Sizes and shares of a generated data set."""

from __future__ import annotations

from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hgr.config import load, read_yaml
from hgr.errors import DataError
from hgr.scenes.vocabulary import ACTIONS, COLORS, PLACES, SHAPES

Kind = Literal["roles", "action", "object", "attribute", "place", "order", "direction", "left_out_event"]
KINDS: tuple[Kind, ...] = (
    "roles",
    "action",
    "object",
    "attribute",
    "place",
    "order",
    "direction",
    "left_out_event",
)
"""The one thing in which a sibling differs."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SplitConfig(_Strict):
    """One split.

    Attributes:
        scenes: Number of scenes; every scene is one clip and its siblings.
        siblings: Siblings a scene, of different kinds.
        rendered: Share of the siblings that get a clip of their own; the rest exist as altered captions only.
        novel: Share of the scenes whose first agent and action are a held-out composition.
    """

    scenes: Annotated[int, Field(ge=0)]
    siblings: Annotated[int, Field(ge=0, le=len(KINDS))] = 2
    rendered: Share = 1.0
    novel: Share = 0.0


class MentionConfig(_Strict):
    """How often captions name what they need not name; what a sibling changes is always named."""

    place: Share = 0.7
    direction: Share = 0.7
    size: Share = 0.25


class SceneConfig(_Strict):
    """A generated data set.

    Attributes:
        splits: Sizes by split name. Held-out compositions occur in "test" only.
        seed: Seed of everything.
        frames: Frames a clip (a paragraph's clips: frames an event).
        frames_per_second: Frame rate.
        captions: Captions a clip, worded differently.
        two_events: Share of the scenes with two events.
        drifting: Share of the scenes whose distractor moves a little.
        held_out: Share of all (color, shape, action) compositions that training never sees.
        mention: What captions name.
        kinds: Kinds of siblings.
        colors: Colors in use.
        shapes: Shapes in use.
        places: Places in use.
        actions: Actions in use.
        paragraphs: Whether clips show several events, each a segment with a sentence of its own.
        paragraph_events: Least and largest number of events of a paragraph.
    """

    splits: dict[str, SplitConfig]
    seed: Annotated[int, Field(ge=0)] = 0
    frames: Annotated[int, Field(ge=16)] = 48
    frames_per_second: Annotated[int, Field(ge=1)] = 12
    captions: Annotated[int, Field(ge=1, le=6)] = 3
    two_events: Share = 0.5
    drifting: Share = 0.3
    held_out: Share = 0.15
    mention: MentionConfig = MentionConfig()
    kinds: tuple[Kind, ...] = KINDS
    colors: tuple[str, ...] = tuple(COLORS)
    shapes: tuple[str, ...] = SHAPES
    places: tuple[str, ...] = PLACES
    actions: tuple[str, ...] = tuple(ACTIONS)
    paragraphs: bool = False
    paragraph_events: tuple[Annotated[int, Field(ge=2)], Annotated[int, Field(le=6)]] = (3, 4)

    @model_validator(mode="after")
    def _known_words(self) -> SceneConfig:
        for name, used, known, least in (
            ("colors", self.colors, tuple(COLORS), 5),
            ("shapes", self.shapes, SHAPES, 2),
            ("places", self.places, PLACES, 2),
            ("actions", self.actions, tuple(ACTIONS), 2),
        ):
            unknown = [word for word in used if word not in known]
            if unknown:
                raise ValueError(f"{name}: unknown {unknown}, expected some of {list(known)}")
            if len(set(used)) < max(least, len(used)):
                raise ValueError(f"{name}: expected at least {least} different entries, found {list(used)}")
        if self.paragraph_events[0] > self.paragraph_events[1]:
            raise ValueError(
                f"paragraph_events: expected least, largest; found {list(self.paragraph_events)}"
            )
        return self

    def resized(self, num_clips: int) -> SceneConfig:
        """The same shares with about `num_clips` clips in all; every split keeps at least one scene."""
        present = sum(split.scenes * (1 + split.siblings * split.rendered) for split in self.splits.values())
        if present == 0:
            raise DataError(f"cannot resize splits without scenes: {list(self.splits)}")
        splits = {
            name: split.model_copy(update={"scenes": max(1, round(split.scenes * num_clips / present))})
            for name, split in self.splits.items()
        }
        return self.model_copy(update={"splits": splits})


def load_scene_config(name: str) -> SceneConfig:
    """A configuration by name ("demo", "full", "paragraphs") or from a YAML file.

    Raises:
        ConfigError: The file is missing, not YAML, or has an unknown key or a wrong value.
    """
    if name not in packaged_configs():
        return load(SceneConfig, read_yaml(name), source=name)
    with resources.as_file(resources.files("hgr.scenes").joinpath(f"{name}.yaml")) as path:
        return load(SceneConfig, read_yaml(path), source=f"{name}.yaml")


def packaged_configs() -> tuple[str, ...]:
    """Names of the configurations that come with the package."""
    files = resources.files("hgr.scenes").iterdir()
    return tuple(sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml")))
