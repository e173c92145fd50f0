"""Verb and noun classes of captions and videos: `classes.jsonl` of a data set's folder.

Where a data set has them, they decide how relevant a video is to a caption (`hgr.metrics.class_relevance`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hgr.data.records import Problem, Record, RecordReader, dump_line
from hgr.errors import DataError
from parsing.atomic_file import atomic_write

CLASSES_FILE = "classes.jsonl"
KEYS = ("caption", "video", "verb", "nouns")


@dataclass(frozen=True, slots=True)
class ActionClasses:
    """What one caption or video is about.

    Attributes:
        verb: Number of its verb class.
        nouns: Numbers of its noun classes; may be none.
    """

    verb: int
    nouns: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Classes:
    """The classes of a data set.

    Attributes:
        captions: Caption id -> classes. Only these captions are queries where classes decide; of captions with
            the same text one stands for all.
        videos: Video id -> classes.
    """

    captions: Mapping[str, ActionClasses] = field(default_factory=dict)
    videos: Mapping[str, ActionClasses] = field(default_factory=dict)


def merge_classes(parts: Iterable[Classes]) -> Classes:
    """The classes of several splits together."""
    captions: dict[str, ActionClasses] = {}
    videos: dict[str, ActionClasses] = {}
    for part in parts:
        captions.update(part.captions)
        videos.update(part.videos)
    return Classes(captions, videos)


def read_classes(path: str | os.PathLike[str]) -> Classes:
    """Read a `classes.jsonl`.

    Raises:
        DataError: The file, the line and what is wrong there first.
    """
    problems: list[Problem] = []
    found = scan_classes(Path(path), problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise DataError(str(errors[0]))
    return found


def scan_classes(path: Path, problems: list[Problem]) -> Classes:
    """Read what can be read of a `classes.jsonl`; what is wrong is added to `problems`."""
    sides: dict[str, dict[str, ActionClasses]] = {"caption": {}, "video": {}}
    for record in RecordReader(path, KEYS, problems):
        named = [side for side in sides if side in record.values]
        if len(named) != 1:
            record.problem("bad_value", "expected either 'caption' or 'video'")
            continue
        side = sides[named[0]]
        identity = record.text(named[0])
        classes = ActionClasses(_number(record), frozenset(_numbers(record)))
        if identity in side:
            record.problem("duplicate_id", f"{named[0]} {identity!r} is in this file twice")
        elif record.valid:
            side[identity] = classes
    return Classes(sides["caption"], sides["video"])


def write_classes(path: str | os.PathLike[str], classes: Classes) -> None:
    """Write a `classes.jsonl`, atomically; what `read_classes` gives is the same again."""
    with atomic_write(Path(path)) as file:
        for side, found in (("caption", classes.captions), ("video", classes.videos)):
            for identity, labels in found.items():
                line = dump_line({side: identity, "verb": labels.verb, "nouns": sorted(labels.nouns)})
                file.write(line.encode())


def _number(record: Record) -> int:
    value = record.values.get("verb")
    if _is_class(value):
        return int(str(value))
    record.problem("bad_value", f"expected 'verb' to be the number of a class, found {value!r}")
    return 0


def _numbers(record: Record) -> list[int]:
    value = record.values.get("nouns")
    if isinstance(value, list) and all(map(_is_class, value)):
        return value
    record.problem("bad_value", f"expected 'nouns' to be a list of numbers of classes, found {value!r}")
    return []


def _is_class(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
