"""What an adapter is, and the small readers that all of them use."""

from __future__ import annotations

import csv
import json
import reprlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hgr.data.classes import Classes
from hgr.data.items import Caption, Segment, Video
from hgr.errors import DataError

_short = reprlib.Repr()
"""Shows the beginning of a wrong value, however long or deep it is."""
_short.maxstring = 60


@dataclass(frozen=True)
class SplitData:
    """One split as a protocol wants it.

    Attributes:
        captions: The captions that are queries.
        videos: The candidates.
        notes: What a reader must know: ids of a list that have no caption, and the like.
        classes: What decides how relevant a video is to a caption, where the data set has it.
    """

    captions: tuple[Caption, ...]
    videos: tuple[Video, ...]
    notes: tuple[str, ...] = ()
    classes: Classes | None = None

    @property
    def num_queries(self) -> int:
        """Number of captions that are counted: with classes those that have them, else all."""
        return len(self.captions) if self.classes is None else len(self.classes.captions)


Files = Mapping[str, Path]
"""Key of a file -> where it was found."""


@dataclass(frozen=True)
class Reader:
    """How one protocol is read.

    Attributes:
        needs: Keys of the files without which it cannot be read.
        read: Files -> splits.
    """

    needs: tuple[str, ...]
    read: Callable[[Files], dict[str, SplitData]]


@dataclass(frozen=True)
class Dataset:
    """A public data set.

    Attributes:
        name: Its name, and that of the folder in which its files are looked for first.
        files: Key -> names under which a file is known, best first.
        readers: Protocol name -> reader.
    """

    name: str
    files: Mapping[str, tuple[str, ...]]
    readers: Mapping[str, Reader] = field(default_factory=dict)


def read_json(path: Path) -> Any:
    """A JSON file.

    Raises:
        DataError: Not readable as JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise DataError(f"{path}: not readable as JSON: {problem}") from None


def read_lines(path: Path) -> list[str]:
    """Lines of a text file without white space at their ends; empty ones are left out."""
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as problem:
        raise DataError(f"{path}: not readable as text: {problem}") from None


def read_table(path: Path, columns: Sequence[str], delimiter: str = ",") -> list[dict[str, str]]:
    """Rows of a table with a header.

    Raises:
        DataError: A column is missing, a row is too short.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=delimiter))
            header = list(rows[0]) if rows else []
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise DataError(f"{path}: not readable as a table: {problem}") from None
    missing = [column for column in columns if column not in header]
    if missing:
        raise DataError(f"{path}: has no column {missing[0]!r}, found {header}")
    short = [i for i, row in enumerate(rows, 2) if any(row[column] is None for column in columns)]
    if short:
        raise DataError(f"{path}:{short[0]}: a value is missing")
    return rows


def split_of(captions: Mapping[str, Sequence[str]], videos: Iterable[str], source: str) -> SplitData:
    """The captions of a list of videos; ids in order, "<video>#<number>".

    Args:
        captions: Video -> its captions.
        videos: The list.
        source: Where the list comes from, for the note on videos without captions.
    """
    listed = list(dict.fromkeys(videos))
    lonely = [video for video in listed if not captions.get(video)]
    known = [video for video in listed if captions.get(video)]
    rows = tuple(Caption(f"{v}#{i}", v, text) for v in known for i, text in enumerate(captions[v]))
    notes = (f"{source}: {len(lonely)} videos have no caption: {_some(lonely)}",) if lonely else ()
    return SplitData(rows, tuple(Video(v) for v in known), notes)


def paragraphs(sentences: Mapping[str, Sequence[tuple[str, float | None, float | None]]]) -> SplitData:
    """One paragraph a video, its sentences joined by blanks and kept as segments where they have times.

    Args:
        sentences: Video -> (sentence, start, end) in order.
    """
    captions, videos = [], []
    for video, parts in sentences.items():
        text = " ".join(part[0] for part in parts)
        timed = all(start is not None and end is not None for _, start, end in parts)
        segments = tuple(Segment(float(s or 0), float(e or 0), t) for t, s, e in parts) if timed else ()
        captions.append(Caption(video, video, text, segments))
        videos.append(Video(video))
    return SplitData(tuple(captions), tuple(videos))


def clean(text: object, where: str) -> str:
    """A sentence with its white space made single blanks.

    Raises:
        DataError: Not a string, or empty.
    """
    if not isinstance(text, str) or not text.strip():
        raise DataError(f"{where}: expected a sentence, found {shown(text)}")
    return " ".join(text.split())


def an_object(value: object, where: str, what: str = "an object") -> dict[str, Any]:
    """The value, which must be a JSON object.

    Raises:
        DataError: It is something else; the message says where, what was expected and what was found.
    """
    if not isinstance(value, dict):
        raise DataError(f"{where}: expected {what}, found {shown(value)}")
    return value


def a_list(value: object, where: str, what: str = "a list") -> list[Any]:
    """The value, which must be a JSON list.

    Raises:
        DataError: It is something else.
    """
    if not isinstance(value, list):
        raise DataError(f"{where}: expected {what}, found {shown(value)}")
    return value


def seconds(value: object, where: str) -> float:
    """The value, which must be a time.

    Raises:
        DataError: It is no number, NaN or infinite.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max:
        return float(value)
    raise DataError(f"{where}: expected a time in seconds, found {shown(value)}")


def shown(value: object) -> str:
    """What a value is, and its beginning, for a message."""
    names = {dict: "an object", list: "a list", str: "text", bool: "a truth value"}
    kind = names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)
    return "nothing" if value is None else f"{kind} {_short.repr(value)}"


def _some(ids: Sequence[str], most: int = 20) -> str:
    return ", ".join(ids[:most]) + (" ..." if len(ids) > most else "")
