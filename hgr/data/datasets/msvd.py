"""MSVD: every caption is a query."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

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


class _PlainUnpickler(pickle.Unpickler):
    """Reads dicts, lists, strings and numbers only; anything that would name a class or a function is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise DataError(f"a pickle that wants {module}.{name} is not read")


def _captions(path: Path) -> dict[str, list[str]]:
    """Video -> captions, from captions_msvd.json or raw-captions.pkl (whose captions are lists of words)."""
    if path.suffix == ".pkl":
        try:
            with path.open("rb") as file:
                content = _PlainUnpickler(file).load()
        except DataError as problem:
            raise DataError(f"{path}: {problem}") from None
        except Exception as problem:  # a damaged pickle raises nearly anything
            raise DataError(f"{path}: not readable: {problem}") from None
    else:
        content = read_json(path)
    if not isinstance(content, dict):
        raise DataError(f"{path}: expected an object of captions by video, found {type(content).__name__}")
    found = {}
    for video, captions in content.items():
        if not isinstance(video, str) or not isinstance(captions, list):
            raise DataError(f"{path}: video {video!r}: expected a list of captions")
        joined = [" ".join(c) if isinstance(c, list) else c for c in captions]
        found[video] = [clean(c, f"{path}: video {video}") for c in joined]
    return found


def read(files: Files) -> dict[str, SplitData]:
    """The three splits."""
    captions = _captions(files["captions"])
    return {
        split: split_of(captions, read_lines(files[split]), files[split].name)
        for split in ("train", "val", "test")
        if split in files
    }


MSVD = Dataset(
    "msvd",
    {
        "captions": ("captions_msvd.json", "raw-captions.pkl"),
        "train": ("train_list.txt",),
        "val": ("val_list.txt",),
        "test": ("test_list.txt",),
    },
    {"msvd/all-captions": Reader(("captions", "test"), read)},
)
