"""Encoded texts or videos on disk: plain arrays, memory-mapped, with ids and a stamp of what made them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from hgr.analysis.versioned_json import read_versioned, write_versioned
from hgr.errors import DataError
from hgr.retrieval.encoded import Encoded, EncodedLevel

SCHEMA, INDEX_FILE = "hgr.embeddings", "index.json"
Side = Literal["text", "video"]


@dataclass(frozen=True)
class EmbeddingFolder:
    """What such a folder holds.

    Attributes:
        side: "text" or "video".
        ids: Ids of the items, in row order.
        encoded: Their elements by level.
        stamp: What made them: digests of weights and features, options.
        notes: Further values by name, one list entry an item (the texts of captions, their videos).
    """

    side: Side
    ids: tuple[str, ...]
    encoded: Encoded
    stamp: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def write_embeddings(path: Path, content: EmbeddingFolder) -> None:
    """Write the folder beside its place, then move it there; an older one is replaced.

    Raises:
        DataError: The place holds something that is no such folder, or an id list that does not fit.
    """
    if len(content.ids) != len(content.encoded):
        raise DataError(f"{path}: {len(content.ids)} ids for {len(content.encoded)} encoded items")
    if path.exists() and not (path / INDEX_FILE).exists() and (not path.is_dir() or any(path.iterdir())):
        raise DataError(
            f"{path}: exists and holds no {INDEX_FILE}; expected a new folder or one of embeddings"
        )
    part = path.with_name(f".{path.name}.{os.getpid()}.partial")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    levels = {}
    for name, level in content.encoded.levels.items():
        np.save(part / f"{name}.npy", level.values.numpy(), allow_pickle=False)
        np.save(part / f"{name}.offsets.npy", level.offsets.numpy(), allow_pickle=False)
        elements, dim = level.values.shape
        levels[name] = {"unit": content.encoded.units[name], "elements": elements, "dim": dim}
    segments = content.encoded.rows["segment"].diff().tolist()
    write_versioned(
        part / INDEX_FILE,
        SCHEMA,
        {
            "side": content.side,
            "levels": levels,
            "stamp": dict(content.stamp),
            "segments": segments if any(segments) else None,
            "notes": {name: list(values) for name, values in content.notes.items()},
            "ids": list(content.ids),
        },
    )
    _replace_folder(part, path)


def read_embeddings(path: Path) -> EmbeddingFolder:
    """Open such a folder; the arrays are memory-mapped.

    Raises:
        DataError: Missing, damaged or newer files; the message names the file.
    """
    head = read_versioned(path / INDEX_FILE, SCHEMA)
    ids = tuple(head["ids"])
    segments = head.get("segments") or [0] * len(ids)
    rows = {
        "video": torch.arange(len(ids) + 1),
        "segment": torch.tensor([0, *np.cumsum(segments, dtype=np.int64).tolist()], dtype=torch.long),
    }
    levels, units = {}, {}
    for name, entry in head["levels"].items():
        units[name] = entry["unit"]
        values = _load(path / f"{name}.npy", (entry["elements"], entry["dim"]), "float32")
        offsets = _load(path / f"{name}.offsets.npy", (int(rows[entry["unit"]][-1]) + 1,), "int64")
        if offsets[0] != 0 or offsets[-1] != len(values) or (np.diff(offsets) < 0).any():
            raise DataError(f"{path / name}.offsets.npy: expected rising offsets from 0 to {len(values)}")
        levels[name] = EncodedLevel(torch.from_numpy(values), torch.from_numpy(offsets))
    return EmbeddingFolder(head["side"], ids, Encoded(levels, rows, units), head["stamp"], head["notes"])


def _load(path: Path, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    # "c" maps copy-on-write: torch wants arrays that it may write to, the file never changes.
    try:
        array = np.load(path, mmap_mode="c" if np.prod(shape) else None, allow_pickle=False)
    except (OSError, ValueError, EOFError) as problem:
        raise DataError(f"{path}: cannot be opened: {problem}") from None
    if array.shape != shape or array.dtype != np.dtype(dtype):
        raise DataError(f"{path}: expected {dtype} {shape}, found {array.dtype} {array.shape}")
    return array


def _replace_folder(part: Path, path: Path) -> None:
    old = path.with_name(f".{path.name}.{os.getpid()}.old")
    if path.exists():
        os.replace(path, old)
    os.replace(part, path)
    shutil.rmtree(old, ignore_errors=True)
