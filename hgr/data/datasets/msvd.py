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
    a_list,
    an_object,
    clean,
    read_json,
    read_lines,
    shown,
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
    found = {}
    for video, captions in an_object(content, str(path), "an object of captions by video").items():
        if not isinstance(video, str):
            raise DataError(f"{path}: expected the name of a video, found {shown(video)}")
        where = f"{path}: video {video}"
        found[video] = [_caption(c, where) for c in a_list(captions, where, "a list of captions")]
    return found


def _caption(caption: object, where: str) -> str:
    """A caption that is text, or a list of words."""
    if isinstance(caption, list) and all(isinstance(word, str) for word in caption):
        return clean(" ".join(caption), where)
    return clean(caption, where)


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
