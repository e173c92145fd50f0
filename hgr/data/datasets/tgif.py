"""TGIF: animated GIFs known by their URL."""

from __future__ import annotations

from pathlib import PurePosixPath

from hgr.data.datasets.adapter import Dataset, Files, Reader, SplitData, clean, read_lines, split_of
from hgr.errors import DataError


def read(files: Files) -> dict[str, SplitData]:
    """The splits whose lists are there; a GIF's id is the name of its file."""
    captions: dict[str, list[str]] = {}
    for number, line in enumerate(read_lines(files["captions"]), 1):
        url, tab, sentence = line.partition("\t")
        where = f"{files['captions']}:{number}"
        if not tab:
            raise DataError(f"{where}: expected a URL, a tab and a sentence")
        captions.setdefault(_name(url), []).append(clean(sentence, where))
    return {
        split: split_of(captions, map(_name, read_lines(files[split])), files[split].name)
        for split in ("train", "val", "test")
        if split in files
    }


def _name(url: str) -> str:
    return PurePosixPath(url).stem


TGIF = Dataset(
    "tgif",
    {
        "captions": ("tgif-v1.0.tsv",),
        "train": ("train.txt",),
        "val": ("val.txt",),
        "test": ("test.txt",),
    },
    {"tgif": Reader(("captions", "test"), read)},
)
