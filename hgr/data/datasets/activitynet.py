"""ActivityNet Captions: paragraphs, val_1 as test."""

from __future__ import annotations

from pathlib import Path

from hgr.data.datasets.adapter import Dataset, Files, Reader, SplitData, clean, paragraphs, read_json
from hgr.errors import DataError


def _sentences(path: Path) -> SplitData:
    content = read_json(path)
    if not isinstance(content, dict):
        raise DataError(f"{path}: expected an object by video")
    found = {}
    for video, entry in content.items():
        where = f"{path}: video {video}"
        if not isinstance(entry, dict) or not {"timestamps", "sentences"} <= set(entry):
            raise DataError(f"{where}: expected 'timestamps' and 'sentences'")
        times, texts = entry["timestamps"], entry["sentences"]
        if len(times) != len(texts) or any(len(pair) != 2 for pair in times):
            raise DataError(f"{where}: {len(texts)} sentences, {len(times)} pairs of times")
        if not all(isinstance(time, int | float) for pair in times for time in pair):
            raise DataError(f"{where}: expected times in seconds, found {times!r}")
        found[video] = [
            (clean(t, where), float(min(pair)), float(max(pair)))
            for t, pair in zip(texts, times, strict=True)
        ]
    return paragraphs(found)


def read(files: Files) -> dict[str, SplitData]:
    """Training videos and val_1."""
    return {split: _sentences(files[split]) for split in ("train", "test") if split in files}


ACTIVITYNET = Dataset(
    "activitynet",
    {"train": ("train.json",), "test": ("val_1.json",)},
    {"activitynet/val1-paragraph": Reader(("test",), read)},
)
