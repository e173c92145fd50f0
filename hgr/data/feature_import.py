"""Features that others computed, into a feature store."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hgr.data.feature_sources import Arrays, open_source
from hgr.data.feature_writer import PRODUCER, FeatureStoreWriter, StreamPlan, partial_path
from hgr.data.recipes import Recipe
from hgr.errors import DataError


@dataclass(frozen=True)
class ImportReport:
    """What became of an import.

    Attributes:
        store: Where the features are.
        streams: Stream name -> its width.
        videos: Videos that were imported.
        not_in_data: Ids of the source that the data set does not have, left out.
        not_in_source: Ids of the data set that the source does not have.
    """

    store: str
    streams: dict[str, int]
    videos: int
    not_in_data: tuple[str, ...]
    not_in_source: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        values = asdict(self)
        return {**values, "not_in_data": list(self.not_in_data), "not_in_source": list(self.not_in_source)}

    def __str__(self) -> str:
        streams = ", ".join(f"{name} ({dim})" for name, dim in self.streams.items())
        lines = [f"{self.store}: {self.videos} videos, streams {streams}"]
        for ids, text in (
            (self.not_in_data, "of the source are not in the data set and were left out"),
            (self.not_in_source, "of the data set have no features in the source"),
        ):
            if ids:
                lines.append(f"  {len(ids)} {text}, the first is {ids[0]!r}")
        return "\n".join(lines)


def import_features(
    source: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    stream: str = "frames",
    names: str | os.PathLike[str] | None = None,
    videos: Iterable[str] | None = None,
    dtype: str = "float32",
    note: str = "",
) -> ImportReport:
    """Copy features into a store; all or nothing.

    Args:
        source: What `hgr.data.feature_sources.open_source` reads.
        out: The feature store; an existing one is extended by streams and videos.
        stream: Name of the stream, where the source does not name it.
        names: Ids of the rows, where the source does not hold them.
        videos: The data set's ids. Others are left out; a key of the source stands for the id that becomes it when
            "/" turns into "_", as in HGR's files. All keys are ids, if not given.
        dtype: "float16" or "float32", as stored.
        note: Kept in the recipe as the backbone's name: what the features are.

    Raises:
        DataError: The source cannot be read, values are not finite, or widths differ; the message names the id.
    """
    source = Path(source)
    streams = open_source(source, stream=stream, names=None if names is None else Path(names))
    wanted = None if videos is None else tuple(videos)
    found: dict[str, dict[str, str]] = {
        name: _ids(arrays, wanted, source) for name, arrays in streams.items()
    }
    ids = tuple(dict.fromkeys(video for part in found.values() for video in part))
    if not ids:
        raise DataError(f"{source}: no video of the data set is in it")
    plans = {
        name: StreamPlan(
            _width(arrays, found[name], source),
            Recipe(note or f"imported:{source.name}", options={"stream": name}, producer=PRODUCER),
            dtype,
        )
        for name, arrays in streams.items()
        if found[name]
    }
    partial = partial_path(out)
    if partial.exists():
        raise DataError(f"{partial}: an unfinished extraction lies there; finish or remove it first")
    with FeatureStoreWriter(out, plans, resume=True) as writer:
        try:
            for video in ids:
                keys = {name: found[name][video] for name in plans if video in found[name]}
                writer.add(video, {name: _array(streams[name], key, source) for name, key in keys.items()})
            writer.finish()
        except DataError:
            writer.discard()
            raise
    present, keys_used = set(ids), {key for part in found.values() for key in part.values()}
    every = dict.fromkeys(key for arrays in streams.values() for key in arrays)
    return ImportReport(
        store=str(out),
        streams={name: plan.dim for name, plan in plans.items()},
        videos=len(ids),
        not_in_data=tuple(key for key in every if key not in keys_used),
        not_in_source=tuple(video for video in wanted or () if video not in present),
    )


def _ids(arrays: Arrays, wanted: tuple[str, ...] | None, source: Path) -> dict[str, str]:
    """Video id -> key in the source."""
    if wanted is None:
        return {key: key for key in arrays}
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    for video in wanted:
        key = video if video in arrays else video.replace("/", "_")
        if key in arrays:
            if key in taken:
                raise DataError(f"{source}: {key!r} stands for both {taken[key]!r} and {video!r}")
            found[video] = key
            taken[key] = video
    return found


def _width(arrays: Arrays, found: dict[str, str], source: Path) -> int:
    video, key = next(iter(found.items()))
    shape = arrays[key].shape
    if len(shape) not in (1, 2) or not shape[-1]:
        raise DataError(f"{source}: video {video!r}: expected features (F, D) or (D,), found {shape}")
    return int(shape[-1])


def _array(arrays: Arrays, key: str, source: Path) -> np.ndarray:
    array = arrays[key]
    if array.dtype.kind not in "fiu":
        raise DataError(f"{source}: video {key!r}: expected numbers, found dtype {array.dtype}")
    return array
