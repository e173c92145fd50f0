"""Captions out of whatever holds them: a data set's folder, captions.jsonl, a text file, HGR's ref_captions.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from hgr.data.folder import load_folder
from hgr.errors import DataError
from parsing.wording import counted


@dataclass(frozen=True)
class CaptionFile:
    """Captions as they were found.

    Attributes:
        path: The file or folder.
        texts: All captions in order, repeated ones included.
        notes: What a person should know about the reading.
    """

    path: Path
    texts: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_folder(self) -> bool:
        """Whether it is a data set's folder."""
        return self.path.is_dir()


def read_captions(path: Path, split: str | None = None) -> CaptionFile:
    """Read captions, the kind told by folder or suffix: .jsonl (key "text"), .txt (one a line), .json
    (HGR's).

    Bytes of a text file that are not UTF-8 become U+FFFD, and a note names the lines.

    Args:
        path: The file or folder.
        split: Of a folder only the captions of this split.

    Raises:
        DataError: Missing, of another kind, with a line or entry that holds no caption, or without the split.
    """
    if path.is_dir():
        data = load_folder(path)
        captions = data.captions if split is None else data.captions_of(split)
        texts = [text for c in captions for text in (c.text, *(segment.text for segment in c.segments))]
        return CaptionFile(path, tuple(texts))
    if not path.exists():
        raise DataError(f"{path}: no such file or folder")
    if split is not None:
        raise DataError(f"{path}: a file has no split {split!r}; expected a data set's folder")
    readers = {".jsonl": _from_json_lines, ".txt": _from_text, ".json": _from_hgr}
    if path.suffix not in readers:
        raise DataError(
            f"{path}: expected a folder, .jsonl, .txt or .json, found {path.suffix or 'no suffix'!r}"
        )
    return readers[path.suffix](path)


def _from_text(path: Path) -> CaptionFile:
    lines = path.read_bytes().split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    texts: list[str] = []
    broken: list[int] = []
    for number, line in enumerate(lines, start=1):
        line = line.removesuffix(b"\r")
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        try:
            texts.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            texts.append(line.decode("utf-8", "replace"))
            broken.append(number)
    notes = []
    if broken:
        listed = ", ".join(map(str, broken[:20])) + (", ..." if len(broken) > 20 else "")
        named = f"line {listed}" if len(broken) == 1 else f"lines {listed}"
        notes.append(f"{counted(len(broken), 'line')} not UTF-8, bad bytes replaced by U+FFFD: {named}")
    return CaptionFile(path, tuple(texts), tuple(notes))


def _from_json_lines(path: Path) -> CaptionFile:
    texts: list[str] = []
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line.decode("utf-8"))
            except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
                raise DataError(f"{path}:{number}: no JSON in UTF-8 ({error})") from error
            text = record.get("text") if isinstance(record, dict) else None
            if not isinstance(text, str):
                raise DataError(f"{path}:{number}: 'text' is {text!r}, expected a string")
            texts.append(text)
            segments = record.get("segments") or []
            if not isinstance(segments, list):
                raise DataError(f"{path}:{number}: 'segments' is {segments!r}, expected a list")
            texts += [
                part["text"]
                for part in segments
                if isinstance(part, dict) and isinstance(part.get("text"), str)
            ]
    return CaptionFile(path, tuple(texts))


def _from_hgr(path: Path) -> CaptionFile:
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise DataError(f"{path}: no JSON in UTF-8 ({error})") from error
    if not isinstance(value, dict):
        raise DataError(f"{path}: expected an object {{video: [caption, ...]}}, found {type(value).__name__}")
    texts: list[str] = []
    for video, captions in value.items():
        if not isinstance(captions, list) or not all(isinstance(text, str) for text in captions):
            raise DataError(
                f"{path}: video {video!r} has {str(captions)[:60]!r}, expected a list of captions"
            )
        texts += captions
    return CaptionFile(path, tuple(texts))
