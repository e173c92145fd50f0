"""ActivityNet Captions: paragraphs, val_1 as test."""

from __future__ import annotations

from pathlib import Path

from hgr.data.datasets.adapter import (
    Dataset,
    Files,
    Reader,
    SplitData,
    a_list,
    an_object,
    clean,
    paragraphs,
    read_json,
    seconds,
    shown,
)
from hgr.errors import DataError


def _sentences(path: Path) -> SplitData:
    content = an_object(read_json(path), str(path), "an object by video")
    return paragraphs({video: _video(entry, f"{path}: video {video}") for video, entry in content.items()})


def _video(entry: object, where: str) -> list[tuple[str, float, float]]:
    """The sentences of one video with start and end."""
    if not isinstance(entry, dict) or not {"timestamps", "sentences"} <= set(entry):
        raise DataError(
            f"{where}: expected an object with 'timestamps' and 'sentences', found {shown(entry)}"
        )
    texts = a_list(entry["sentences"], f"{where}: 'sentences'")
    times = a_list(entry["timestamps"], f"{where}: 'timestamps'")
    if not texts or len(times) != len(texts):
        raise DataError(f"{where}: {len(texts)} sentences, {len(times)} pairs of times")
    found = []
    for text, pair in zip(texts, times, strict=True):
        if len(a_list(pair, f"{where}: 'timestamps'", "pairs of times")) != 2:
            raise DataError(f"{where}: 'timestamps': expected pairs of times, found {shown(pair)}")
        start, end = sorted(seconds(time, where) for time in pair)
        found.append((clean(text, where), start, end))
    return found


def read(files: Files) -> dict[str, SplitData]:
    """Training videos and val_1."""
    return {split: _sentences(files[split]) for split in ("train", "test") if split in files}


ACTIVITYNET = Dataset(
    "activitynet",
    {"train": ("train.json",), "test": ("val_1.json",)},
    {"activitynet/val1-paragraph": Reader(("test",), read)},
)
