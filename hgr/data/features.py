"""The feature store: per video and stream a (F, D) array, memory-mapped, with a record of how it was made."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from hgr.data.recipes import Recipe, recipe_difference
from hgr.errors import DataError

SCHEMA, VERSION = "hgr.feature_store", 1
INDEX_FILE, FAILURES_FILE = "index.json", "failures.jsonl"
DTYPES = ("float16", "float32")


@dataclass(frozen=True)
class StreamInfo:
    """What a store says about one of its streams.

    Attributes:
        dim: Width D.
        dtype: "float16" or "float32".
        videos: How many videos have it.
        frames: Rows of all videos together.
        recipe: How it was made.
    """

    dim: int
    dtype: str
    videos: int
    frames: int
    recipe: Recipe


class FeatureStream(Mapping[str, np.ndarray]):
    """One stream of a store: video id -> (F, D) read-only array, views of the memory-mapped file.

    The first access to a video in a process checks its values.

    Raises:
        DataError: On access to an id that the stream does not have, or whose values are not all finite.
    """

    def __init__(self, path: Path, name: str, info: StreamInfo, ids: tuple[str, ...]) -> None:
        self.path, self.name, self.info = path, name, info
        self._ids = ids
        self._rows = {video: row for row, video in enumerate(ids)}
        self._open()

    def _open(self) -> None:
        self._values = _load_array(
            self.path / f"{self.name}.npy", (self.info.frames, self.info.dim), self.info.dtype
        )
        offsets = _load_array(self.path / f"{self.name}.offsets.npy", (len(self._ids) + 1,), "int64")
        self._offsets = np.array(offsets)
        if (
            self._offsets[0] != 0
            or self._offsets[-1] != self.info.frames
            or (np.diff(self._offsets) < 1).any()
        ):
            raise DataError(
                f"{self.path / self.name}.offsets.npy: expected rising offsets from 0 to {self.info.frames}"
            )
        self._checked = np.zeros(len(self._ids), bool)

    def __getitem__(self, video: str) -> np.ndarray:
        row = self._rows.get(video)
        if row is None:
            raise DataError(f"{self.path}: stream {self.name!r} has no features of video {video!r}")
        array = self._values[self._offsets[row] : self._offsets[row + 1]].view(np.ndarray)
        if not self._checked[row]:
            _check_finite(array, f"{self.path}: stream {self.name!r}", video)
            self._checked[row] = True
        return array

    def __contains__(self, video: object) -> bool:
        return video in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def num_frames(self, video: str) -> int:
        """F of a video, without reading its features."""
        row = self._rows[video]
        return int(self._offsets[row + 1] - self._offsets[row])

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "name": self.name, "info": self.info, "ids": self._ids}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["path"], state["name"], state["info"], state["ids"])  # type: ignore[misc]


@dataclass(frozen=True)
class FeatureStore:
    """A folder of features. Picklable: another process opens the files again, nothing is copied.

    Attributes:
        path: The folder.
        streams: Stream name -> what the store says about it.
        ids: All videos that have at least one stream, in the order of extraction.
        producer: Name and version of the program that wrote it.
    """

    path: Path
    streams: Mapping[str, StreamInfo]
    ids: tuple[str, ...]
    producer: str
    _stream_ids: Mapping[str, tuple[str, ...]] = field(repr=False)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> FeatureStore:
        """Open a store; every stream's files are checked against the index, values when they are first used.

        Raises:
            DataError: Not a store, a newer version, or files that do not fit the index.
        """
        root = Path(path)
        index = _read_index(root)
        try:
            infos = {name: _stream_info(entry) for name, entry in index["streams"].items()}
            stream_ids = {name: tuple(entry["ids"]) for name, entry in index["streams"].items()}
            producer = str(index["producer"])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise DataError(f"{root / INDEX_FILE}: not a valid feature store index: {error!r}") from error
        for name, ids in stream_ids.items():
            if len(set(ids)) != len(ids) or len(ids) != infos[name].videos:
                raise DataError(
                    f"{root / INDEX_FILE}: stream {name!r}: expected {infos[name].videos} different ids, "
                    f"found {len(set(ids))} in {len(ids)}"
                )
        ids = tuple(dict.fromkeys(video for part in stream_ids.values() for video in part))
        store = cls(root, infos, ids, producer, stream_ids)
        for name in infos:
            store.stream(name)
        return store

    def stream(self, name: str) -> FeatureStream:
        """One stream as a mapping from video id to its (F, D) read-only array.

        Raises:
            DataError: No such stream, or its files do not fit the index.
        """
        if name not in self.streams:
            raise DataError(
                f"{self.path}: no stream {name!r}; there are: {', '.join(self.streams) or 'none'}"
            )
        if name not in self._open_streams:
            self._open_streams[name] = FeatureStream(
                self.path, name, self.streams[name], self._stream_ids[name]
            )
        return self._open_streams[name]

    @cached_property
    def _open_streams(self) -> dict[str, FeatureStream]:
        return {}

    def features(self, video: str) -> dict[str, np.ndarray]:
        """All streams that a video has, (F, D) each."""
        return {name: self.stream(name)[video] for name in self.streams if video in self.stream(name)}

    @property
    def recipes(self) -> dict[str, dict[str, Any]]:
        """How every stream was made, with its width, as JSON values: for a checkpoint, and for `check`."""
        return {name: {"dim": info.dim, **asdict(info.recipe)} for name, info in self.streams.items()}

    def check(self, expected: Mapping[str, Recipe | Mapping[str, Any]]) -> None:
        """That this store can stand in for another one.

        Args:
            expected: Stream name -> recipe, or an entry of `recipes` of the other store. Of a mapping only
                the keys that it has are compared ("dim", "backbone", "weights", "sampling", "options").

        Raises:
            DataError: A stream is missing, or was made in another way.
        """
        for name, recipe in expected.items():
            if name not in self.streams:
                raise DataError(
                    f"{self.path}: no stream {name!r}; there are: {', '.join(self.streams) or 'none'}"
                )
            wanted = asdict(recipe) if isinstance(recipe, Recipe) else recipe
            if difference := recipe_difference(wanted, self.recipes[name]):
                raise DataError(f"{self.path}: stream {name!r}: {difference}")

    def failures(self) -> list[dict[str, str]]:
        """The videos that could not be extracted, as {id, file, reason}."""
        path = self.path / FAILURES_FILE
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_open_streams"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def check_features(values: np.ndarray, dim: int, dtype: str, where: str, video: str) -> np.ndarray:
    """A video's features as they are stored.

    Args:
        values: Features, (F, D), or (D,) for one row.
        dim: Expected D.
        dtype: "float16" or "float32".
        where: What an error names as the place.
        video: The id that an error names.

    Returns:
        (F, D) in the wanted dtype.

    Raises:
        DataError: Another width, no row, or values that are not finite in that dtype.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        raise DataError(f"{where}: video {video!r}: expected numbers, found dtype {array.dtype}")
    array = array[None] if array.ndim == 1 else array
    if array.ndim != 2 or array.shape[1] != dim or not array.shape[0]:
        raise DataError(f"{where}: video {video!r}: expected features (F, {dim}), found {np.shape(values)}")
    _check_finite(array, where, video)
    with np.errstate(over="ignore"):
        stored = np.ascontiguousarray(array, dtype=dtype)
    if not np.isfinite(stored).all():
        raise DataError(
            f"{where}: video {video!r}: {np.abs(array).max():.6g} does not fit into {dtype}; use float32"
        )
    return stored


def _check_finite(array: np.ndarray, where: str, video: str) -> None:
    finite = np.isfinite(array)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise DataError(
            f"{where}: video {video!r}: expected finite values, found {array[row, column]} at row {row}, "
            f"column {column} ({int((~finite).sum())} of {array.size} are not finite)"
        )


def _load_array(path: Path, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be opened: {error}") from error
    if array.shape != shape or array.dtype != np.dtype(dtype):
        raise DataError(f"{path}: expected {dtype} {shape}, found {array.dtype} {array.shape}")
    return array


def _read_index(root: Path) -> dict[str, Any]:
    path = root / INDEX_FILE
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        partial = root.with_name(root.name + ".partial")
        hint = f" (an unfinished extraction lies at {partial})" if partial.exists() else ""
        raise DataError(f"{root}: not a feature store, {INDEX_FILE} cannot be read: {error}{hint}") from error
    except ValueError as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    if not isinstance(index, dict) or index.get("schema") != SCHEMA:
        found = index.get("schema") if isinstance(index, dict) else type(index).__name__
        raise DataError(f"{path}: expected schema {SCHEMA!r}, found {found!r}")
    if not isinstance(index.get("version"), int) or index["version"] > VERSION:
        raise DataError(
            f"{path}: version {index.get('version')!r} is unknown; this hgr reads up to {VERSION}, update it"
        )
    return index


def _stream_info(entry: Mapping[str, Any]) -> StreamInfo:
    recipe = Recipe(**entry["recipe"])
    info = StreamInfo(
        int(entry["dim"]), str(entry["dtype"]), int(entry["videos"]), int(entry["frames"]), recipe
    )
    if info.dtype not in DTYPES:
        raise TypeError(f"dtype {info.dtype!r} is not one of {DTYPES}")
    return info
