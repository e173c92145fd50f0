"""HGR's annotation folder -> a data set's folder: captions, splits, role graphs and the vocabulary's order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graphs.formats import event_only, write_role_graphs
from graphs.hgr_format import read_hgr_graphs
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Video
from hgr.errors import DataError

CAPTIONS = "annotation/RET/ref_captions.json"
GRAPHS = "annotation/RET/sent2rolegraph.augment.json"
SPLITS = "public_split"
SPLIT_NAMES = {"trn": "train", "val": "val", "tst": "test"}
LISTED = 20


@dataclass(frozen=True)
class ImportedAnnotations:
    """What was found.

    Attributes:
        videos: Videos in any split.
        captions: Their captions.
        splits: Split name -> number of videos.
        without_graph: Captions that the graph file lacks; their graph is the event alone.
        without_split: Videos with captions that no split names; they are left out.
    """

    videos: int
    captions: int
    splits: Mapping[str, int]
    without_graph: tuple[str, ...]
    without_split: tuple[str, ...]


def import_annotations(root: Path, out: Path) -> ImportedAnnotations:
    """Read `<root>/annotation/RET` and `<root>/public_split` and write a data set's folder.

    Args:
        root: The folder that HGR's release unpacks to, one data set of it.
        out: The folder to write; caption ids are "<video>#<number>".

    Raises:
        DataError: A file is missing or malformed, or a split names a video without captions.
    """
    texts = _captions(root / CAPTIONS)
    splits = {
        name: _names(root / SPLITS / f"{published}_names.npy")
        for published, name in SPLIT_NAMES.items()
        if (root / SPLITS / f"{published}_names.npy").exists()
    }
    if not splits:
        raise DataError(f"{root / SPLITS}: no trn_names.npy, val_names.npy or tst_names.npy")
    ids = list(dict.fromkeys(video for names in splits.values() for video in names))
    silent = [video for video in ids if video not in texts]
    if silent:
        raise DataError(
            f"{root / CAPTIONS}: {len(silent)} videos of the splits have no captions: {silent[:LISTED]}"
        )
    captions = [Caption(f"{video}#{i}", video, text) for video in ids for i, text in enumerate(texts[video])]
    write_folder(out, captions, [Video(video) for video in ids], splits)
    graphs = read_hgr_graphs(root / GRAPHS) if (root / GRAPHS).exists() else {}
    unique = list(dict.fromkeys(caption.text for caption in captions))
    lacking = tuple(text for text in unique if text not in graphs) if graphs else ()
    if graphs:
        items = ((text, graphs[text] if text in graphs else event_only(text)) for text in unique)
        write_role_graphs(out / "graphs.jsonl", items, {"parser": "hgr", "source": GRAPHS})
    unused = tuple(video for video in texts if video not in set(ids))
    return ImportedAnnotations(
        len(ids), len(captions), {name: len(names) for name, names in splits.items()}, lacking, unused
    )


def read_words(path: Path) -> tuple[str, ...]:
    """HGR's vocabulary in the order of its ids.

    Args:
        path: `word2int.json`, `int2word.npy`, or a text file with one word a line.

    Raises:
        DataError: Not such a file, ids that are not 0, 1, 2, ..., or a pickle.
    """
    if path.suffix == ".npy":
        return tuple(_names(path))
    if path.suffix == ".json":
        ids = _json(path)
        if not isinstance(ids, dict) or sorted(ids.values()) != list(range(len(ids))):
            raise DataError(
                f"{path}: expected {{word: id}} with the ids 0 to {len(ids) - 1 if ids else 0}, each once"
            )
        return tuple(sorted(ids, key=lambda word: ids[word]))
    try:
        return tuple(path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: {error}") from error


def _captions(path: Path) -> dict[str, list[str]]:
    content = _json(path)
    if not isinstance(content, dict):
        raise DataError(
            f"{path}: expected an object {{video: [caption, ...]}}, found {type(content).__name__}"
        )
    for video, texts in content.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise DataError(f"{path}: video {video!r}: expected a list of captions")
        if not all(text.strip() for text in texts):
            raise DataError(f"{path}: video {video!r} has an empty caption")
    return content


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise DataError(f"{path}: {error}") from error


def _names(path: Path) -> list[str]:
    try:
        names = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(
            f"{path}: not a readable array of strings (pickled objects are refused): {error}"
        ) from error
    if not isinstance(names, np.ndarray) or names.ndim != 1 or names.dtype.kind not in "US":
        raise DataError(f"{path}: expected a one-dimensional array of strings")
    return [name.decode("utf-8") if isinstance(name, bytes) else str(name) for name in names]
