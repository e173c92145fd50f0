"""DiDeMo: all descriptions of a video as one paragraph."""

from __future__ import annotations

from hgr.data.datasets.adapter import (
    Dataset,
    Files,
    Reader,
    SplitData,
    clean,
    paragraphs,
    read_json,
    read_lines,
)
from hgr.errors import DataError


def read(files: Files) -> dict[str, SplitData]:
    """The three splits; videos outside a split's list are left out where the list is there."""
    found = {}
    for split in ("train", "val", "test"):
        if split not in files:
            continue
        path = files[split]
        sentences: dict[str, list[tuple[str, float | None, float | None]]] = {}
        for number, entry in enumerate(read_json(path)):
            where = f"{path}: entry {number}"
            if not isinstance(entry, dict) or not isinstance(entry.get("video"), str):
                raise DataError(f"{where}: has no 'video'")
            sentences.setdefault(entry["video"], []).append(
                (clean(entry.get("description"), where), None, None)
            )
        notes: tuple[str, ...] = ()
        if f"{split}_list" in files:
            listed = read_lines(files[f"{split}_list"])
            missing = [video for video in listed if video not in sentences]
            if missing:
                notes = (
                    f"{path}: {len(missing)} videos of the list have no description: {', '.join(missing[:20])}",
                )
            sentences = {video: sentences[video] for video in listed if video in sentences}
        data = paragraphs(sentences)
        found[split] = SplitData(data.captions, data.videos, notes)
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
