"""VATEX in the split of HGR, from HGR's annotation folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hgr.data.datasets.adapter import (
    Dataset,
    Files,
    Reader,
    SplitData,
    a_list,
    an_object,
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
        names = np.lib.format.open_memmap(path, "r")  # maps the file, so that a header cannot ask for memory
        if names.dtype.kind not in "SU":
            raise ValueError(f"it has values of type {names.dtype}")
        text = np.char.decode(names, "utf-8") if names.dtype.kind == "S" else names
        return [str(name) for name in text.ravel().tolist()]
    except (OSError, ValueError, EOFError) as problem:
        raise DataError(f"{path}: not readable as an array of names: {problem}") from None


def _captions(path: Path) -> dict[str, list[str]]:
    found = {}
    for video, texts in an_object(read_json(path), str(path), "an object of captions by video").items():
        where = f"{path}: video {video}"
        found[video] = [clean(text, where) for text in a_list(texts, where, "a list of captions")]
    return found


def read(files: Files) -> dict[str, SplitData]:
    """The three splits, ten English captions a video."""
    captions = _captions(files["captions"])
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
