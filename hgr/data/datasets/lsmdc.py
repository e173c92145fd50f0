"""LSMDC: one sentence a clip; tables without a header, six columns."""

from __future__ import annotations

from pathlib import Path

from hgr.data.datasets.adapter import Dataset, Files, Reader, SplitData, clean, read_lines
from hgr.data.items import Caption, Video
from hgr.errors import DataError

COLUMNS = 6
"""Clip, start and end as aligned, start and end as cut out, sentence; separated by tabs."""


def _table(path: Path) -> SplitData:
    captions = []
    for number, line in enumerate(read_lines(path), 1):
        cells = line.split("\t")
        if len(cells) != COLUMNS:
            raise DataError(f"{path}:{number}: expected {COLUMNS} columns, found {len(cells)}")
        captions.append(Caption(cells[0], cells[0], clean(cells[-1], f"{path}:{number}")))
    return SplitData(tuple(captions), tuple(Video(c.video) for c in captions))


def read(files: Files) -> dict[str, SplitData]:
    """Training, validation and the 1,000 public test clips."""
    return {split: _table(files[split]) for split in ("train", "val", "test") if split in files}


LSMDC = Dataset(
    "lsmdc",
    {
        "train": ("LSMDC16_annos_training.csv",),
        "val": ("LSMDC16_annos_val.csv",),
        "test": ("LSMDC16_challenge_1000_publictect.csv",),
    },
    {"lsmdc/1k": Reader(("test",), read)},
)
