"""VATEX in the split of HGR, from HGR's annotation folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hgr.data.datasets.adapter import (
    Dataset,
    Files,
    Reader,
    SplitData,
    clean,
    read_json,
    read_lines,
    split_of,
)
from hgr.errors import DataError


def _names(path: Path) -> list[str]:
    if path.suffix != ".npy":
        return read_lines(path)
    try:
        names = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as problem:
        raise DataError(f"{path}: not readable as an array of names: {problem}") from None
    return [name.decode() if isinstance(name, bytes) else str(name) for name in names.ravel().tolist()]


def read(files: Files) -> dict[str, SplitData]:
    """The three splits, ten English captions a video."""
    content = read_json(files["captions"])
    if not isinstance(content, dict):
        raise DataError(f"{files['captions']}: expected an object of captions by video")
    captions = {
        video: [clean(text, f"{files['captions']}: video {video}") for text in texts]
        for video, texts in content.items()
    }
    return {
        split: split_of(captions, _names(files[split]), files[split].name)
        for split in ("train", "val", "test")
        if split in files
    }


VATEX = Dataset(
    "vatex",
    {
        "captions": ("ref_captions.json",),
        "train": ("trn_names.npy", "train.txt"),
        "val": ("val_names.npy", "val.txt"),
        "test": ("tst_names.npy", "test.txt"),
    },
    {"vatex/hgr": Reader(("captions", "test"), read)},
)
