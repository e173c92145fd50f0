"""DiDeMo: all descriptions of a video as one paragraph."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hgr.data.datasets.adapter import (
    Dataset,
    Files,
    Reader,
    SplitData,
    a_list,
    clean,
    paragraphs,
    read_json,
    read_lines,
    shown,
)
from hgr.errors import DataError


def read(files: Files) -> dict[str, SplitData]:
    """The three splits; videos outside a split's list are left out where the list is there."""
    return {
        split: _split(files[split], files.get(f"{split}_list"))
        for split in ("train", "val", "test")
        if split in files
    }


def _split(path: Path, listed_in: Path | None) -> SplitData:
    sentences = _sentences(path)
    if listed_in is None:
        return paragraphs(sentences)
    listed = read_lines(listed_in)
    missing = [video for video in listed if video not in sentences]
    data = paragraphs({video: sentences[video] for video in listed if video in sentences})
    note = f"{path}: {len(missing)} videos of the list have no description: {', '.join(missing[:20])}"
    return replace(data, notes=(note,)) if missing else data


def _sentences(path: Path) -> dict[str, list[tuple[str, None, None]]]:
    """Video -> its descriptions in the order of the file."""
    found: dict[str, list[tuple[str, None, None]]] = {}
    for number, entry in enumerate(a_list(read_json(path), str(path), "a list of descriptions")):
        where = f"{path}: entry {number}"
        if not isinstance(entry, dict) or not isinstance(entry.get("video"), str):
            raise DataError(f"{where}: expected an object with the name of a 'video', found {shown(entry)}")
        text = clean(entry.get("description"), f"{where}, video {entry['video']}")
        found.setdefault(entry["video"], []).append((text, None, None))
    return found


DIDEMO = Dataset(
    "didemo",
    {
        "train": ("train_data.json",),
        "val": ("val_data.json",),
        "test": ("test_data.json",),
        "train_list": ("train_list.txt",),
        "val_list": ("val_list.txt",),
        "test_list": ("test_list.txt",),
    },
    {"didemo/paragraph": Reader(("test",), read)},
)
