"""Families of scenes -> clips, captions and choices, as values; nothing is rendered here."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from hgr.scenes.captions import TrueCaption, Wording, describe, describe_paragraph, draw_wordings
from hgr.scenes.config import SceneConfig
from hgr.scenes.sampling import Composition, Family, held_out_compositions, sample_families
from hgr.scenes.siblings import Edit
from hgr.scenes.world import Scene


@dataclass(frozen=True, slots=True)
class WordedCaption:
    """A caption and, for paragraphs, its sentences."""

    whole: TrueCaption
    sentences: tuple[TrueCaption, ...] = ()


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: its id, what it shows, and how that is said.

    Attributes:
        id: "test-00012" for a scene, "test-00012-roles" for its sibling.
        family: "test-00012" for both.
        split: Name of the split.
        scene: The world.
        edit: How it differs from the family's first scene, None for that scene itself.
        captions: What it shows, in words.
        novel: Whether a held-out composition is seen.
    """

    id: str
    family: str
    split: str
    scene: Scene
    edit: Edit | None
    captions: tuple[WordedCaption, ...]
    novel: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A clip, a caption that is true of it and one with the same wording that is not."""

    video: str
    caption: WordedCaption
    altered: WordedCaption
    kind: str
    family: str
    split: str


@dataclass(frozen=True)
class Plan:
    """A whole data set before rendering."""

    config: SceneConfig
    clips: tuple[Clip, ...]
    choices: tuple[Choice, ...]


def plan(config: SceneConfig) -> Plan:
    """Sample all scenes, siblings and captions of a data set; equal configurations give equal plans."""
    clips: list[Clip] = []
    choices: list[Choice] = []
    held_out = held_out_compositions(config)
    for stream, split in enumerate(config.splits):
        for number, family in enumerate(sample_families(config, split, stream)):
            rng = np.random.default_rng([config.seed, stream, number, 1])
            more_clips, more_choices = _family(config, family, f"{split}-{number:05d}", split, held_out, rng)
            clips += more_clips
            choices += more_choices
    return Plan(config, tuple(clips), tuple(choices))


def _family(
    config: SceneConfig,
    family: Family,
    name: str,
    split: str,
    held_out: frozenset[Composition],
    rng: np.random.Generator,
) -> tuple[list[Clip], list[Choice]]:
    wordings = _wordings(config, family, rng)
    captions = _captions(family.scene, wordings, config.paragraphs)
    novel = not held_out.isdisjoint(family.scene.compositions())
    clips = [Clip(name, name, split, family.scene, None, captions, novel)]
    choices = []
    for scene, edit, rendered in family.siblings:
        altered = _captions(scene, wordings, config.paragraphs)
        pairs = [
            (one, two) for one, two in zip(captions, altered, strict=True) if one.whole.text != two.whole.text
        ]
        choices += [Choice(name, one, two, edit.kind, name, split) for one, two in pairs]
        if rendered:
            id_ = f"{name}-{edit.kind}"
            novel = not held_out.isdisjoint(scene.compositions())
            clips.append(Clip(id_, name, split, scene, edit, altered, novel))
            choices += [Choice(id_, two, one, edit.kind, name, split) for one, two in pairs]
    return clips, choices


def _wordings(config: SceneConfig, family: Family, rng: np.random.Generator) -> list[list[Wording]]:
    """One list a caption; it holds one wording, or for a paragraph one an event."""
    edited = {(edit.kind, edit.field) for _, edit, _ in family.siblings}
    required = (
        ("place", "place") in edited,
        ("direction", "direction") in edited,
        ("attribute", "size") in edited,
    )
    mention = (config.mention.place, config.mention.direction, config.mention.size)
    if not config.paragraphs:
        return [[w] for w in draw_wordings(family.scene, config.captions, mention, required, rng)]
    singles = [
        draw_wordings(
            Scene(family.scene.place, family.scene.things, (event,)), config.captions, mention, required, rng
        )
        for event in family.scene.events
    ]
    return [
        [
            wordings[number]
            if position == 0 and wordings[number].styles[0] != "participle"
            else _later(wordings[number])
            for position, wordings in enumerate(singles)
        ]
        for number in range(config.captions)
    ]


def _later(wording: Wording) -> Wording:
    """The wording as a later sentence of a paragraph has it: a whole sentence that introduces nothing."""
    style = "progressive" if wording.styles[0] == "participle" else wording.styles[0]
    opening = "plain" if wording.opening in ("there is", "there is patient") else wording.opening
    return replace(wording, styles=(style, style), opening=opening)


def _captions(scene: Scene, wordings: list[list[Wording]], paragraph: bool) -> tuple[WordedCaption, ...]:
    if not paragraph:
        return tuple(WordedCaption(describe(scene, wording)) for (wording,) in wordings)
    worded = []
    for several in wordings:
        whole, sentences = describe_paragraph(scene, several[: len(scene.events)])
        worded.append(WordedCaption(whole, tuple(sentences)))
    return tuple(worded)


def segments(clip: Clip, seconds: float) -> list[tuple[float, float]]:
    """Start and end of each event's clip, in seconds: events share the time between them."""
    starts = [event.start for event in clip.scene.events]
    ends = [event.end for event in clip.scene.events]
    cuts = [0.0, *((end + start) / 2 for end, start in zip(ends[:-1], starts[1:], strict=True)), 1.0]
    return [(round(a * seconds, 3), round(b * seconds, 3)) for a, b in zip(cuts[:-1], cuts[1:], strict=True)]


def num_frames(clip: Clip, config: SceneConfig) -> int:
    """Length of a clip: fixed, or in a paragraph proportional to the family's number of events."""
    if not config.paragraphs:
        return config.frames
    slots = len(clip.scene.events)
    if clip.edit is not None and clip.edit.kind == "left_out_event":
        slots += 1
    return config.frames * slots


def clip_record(clip: Clip, config: SceneConfig) -> dict[str, Any]:
    """The full truth of a clip as one line of scenes.jsonl."""
    return {
        "video": clip.id,
        "scene": clip.family,
        "split": clip.split,
        "edit": None if clip.edit is None else asdict(clip.edit),
        "novel": clip.novel,
        "frames": num_frames(clip, config),
        "frames_per_second": config.frames_per_second,
        "world": clip.scene.record(),
    }
