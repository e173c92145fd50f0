"""COOT's metadata and features -> a data set's folder with segments, a feature store, a text feature store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hgr.data.feature_writer import FeatureStoreWriter, StreamPlan
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Segment, Video
from hgr.data.recipes import Recipe
from hgr.data.text_features import sentence_id
from hgr.errors import DataError

FEATURES, TEXT_FEATURES = "features", "text_features"
STREAM, TEXT_STREAM = "frames", "words"
SHORTEST = 0.01
"""Seconds that a segment without a length gets."""
LISTED = 20


@dataclass(frozen=True)
class ImportedCOOTData:
    """What was found.

    Attributes:
        videos: Videos, each with one paragraph.
        sentences: Sentences of all paragraphs.
        splits: Split name -> number of videos.
        mended: Videos with a segment whose end was not after its start.
        without_features: Videos that the features lack.
        without_text_features: Videos whose paragraph the text features lack.
    """

    videos: int
    sentences: int
    splits: Mapping[str, int]
    mended: tuple[str, ...] = ()
    without_features: tuple[str, ...] = ()
    without_text_features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One annotation of `meta_all.json`: `data_key` names the video's features, several keys may share them."""

    key: str
    data_key: str
    split: str
    duration: float
    segments: tuple[Segment, ...]
    mended: bool

    @property
    def names(self) -> tuple[str, ...]:
        """What features of it may be called."""
        return (self.key, self.data_key, f"v_{self.data_key}")


def import_coot_data(
    metadata: Path,
    out: Path,
    *,
    video_features: Path | None = None,
    text_features: Path | None = None,
    sentence_splits: Path | None = None,
) -> ImportedCOOTData:
    """Read COOT's data of ActivityNet Captions or YouCook2.

    Args:
        metadata: `meta_all.json`.
        out: The folder to write; a video's id is its key, which is the caption's id too.
        video_features: HDF5 file with a dataset (n, D) a video, or a folder of `v_<id>.npz` with `frame_scores`.
        text_features: HDF5 file with a dataset (tokens, D) a paragraph.
        sentence_splits: JSON with the number of tokens of each sentence; needed with `text_features`.

    Raises:
        DataError: A file is missing or malformed, or text features do not fit their sentences.
    """
    entries = read_metadata(metadata)
    captions = [Caption(e.key, e.key, " ".join(s.text for s in e.segments), e.segments) for e in entries]
    splits: dict[str, list[str]] = {}
    for entry in entries:
        splits.setdefault(entry.split, []).append(entry.key)
    write_folder(out, captions, [Video(e.key, duration=e.duration) for e in entries], splits)
    absent: tuple[str, ...] = ()
    text_absent: tuple[str, ...] = ()
    if video_features is not None:
        with _arrays(video_features) as read:
            absent = _store(out / FEATURES, STREAM, video_features, entries, read, _whole)
    if text_features is not None:
        if sentence_splits is None:
            raise DataError(f"{text_features}: text features need the numbers of tokens of their sentences")
        counts = _json(sentence_splits)
        with _arrays(text_features) as read:
            parts = _sentences(text_features, sentence_splits, counts)
            text_absent = _store(out / TEXT_FEATURES, TEXT_STREAM, text_features, entries, read, parts)
    return ImportedCOOTData(
        videos=len(entries),
        sentences=sum(len(entry.segments) for entry in entries),
        splits={name: len(keys) for name, keys in splits.items()},
        mended=tuple(entry.key for entry in entries if entry.mended),
        without_features=absent,
        without_text_features=text_absent,
    )


def read_metadata(path: Path) -> tuple[Entry, ...]:
    """The annotations of `meta_all.json`.

    Swapped times are exchanged, a segment without a length gets SHORTEST seconds, as many spaces become one.

    Raises:
        DataError: Not such a file; the message names the key.
    """
    content = _json(path)
    entries = []
    for key, value in content.items():
        try:
            times = [(float(s["start_sec"]), float(s["stop_sec"])) for s in value["segments"]]
            texts = [" ".join(str(s["text"]).split()) for s in value["segments"]]
            name, split, seconds = str(value["data_key"]), str(value["split"]), float(value["duration_sec"])
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path}: {key!r} is not a COOT annotation: {error!r}") from error
        if not texts or not all(texts) or not seconds > 0:
            raise DataError(
                f"{path}: {key!r} needs sentences and a duration, found {texts!r} and {seconds} s"
            )
        ordered = [(min(pair), max(max(pair), min(pair) + SHORTEST)) for pair in times]
        segments = tuple(Segment(*pair, text) for pair, text in zip(ordered, texts, strict=True))
        entries.append(Entry(key, name, split, seconds, segments, ordered != times))
    return tuple(entries)


Read = Callable[[str], np.ndarray | None]
Parts = Callable[[Entry, np.ndarray], Iterator[tuple[str, np.ndarray]]]


def _whole(entry: Entry, array: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    yield entry.key, array


def _sentences(features: Path, splits: Path, counts: Mapping[str, Any]) -> Parts:
    def parts(entry: Entry, array: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        found = next((counts[name] for name in entry.names if name in counts), None)
        if not isinstance(found, list) or len(found) != len(entry.segments) or sum(found) != len(array):
            raise DataError(
                f"{splits}: {entry.key!r}: expected {len(entry.segments)} numbers that sum to {len(array)} "
                f"(tokens in {features}), found {found}"
            )
        for number, stop in enumerate(np.cumsum(found)):
            yield sentence_id(entry.key, number), array[stop - found[number] : stop]

    return parts


def _store(
    out: Path, stream: str, source: Path, entries: Sequence[Entry], read: Read, parts: Parts
) -> tuple[str, ...]:
    """Write a store; returns the keys that the source lacks."""
    absent, writer = [], None
    try:
        for entry in entries:
            array = next((a for a in map(read, entry.names) if a is not None), None)
            if array is None:
                absent.append(entry.key)
                continue
            if writer is None:
                plan = StreamPlan(array.shape[1], Recipe("published", options={"source": source.name}))
                writer = FeatureStoreWriter(out, {stream: plan})
            for name, values in parts(entry, array):
                writer.add(name, {stream: values})
        if writer is None:
            raise DataError(f"{source}: has features of none of the {len(entries)} videos")
        writer.finish()
    except BaseException:
        if writer is not None:
            writer.discard()
        raise
    return tuple(absent)


@contextmanager
def _arrays(source: Path) -> Iterator[Read]:
    """A function from a name to its array (n, D), or None where the source lacks it."""
    if source.is_dir():
        yield lambda name: _from_npz(source / f"{name}.npz")
        return
    import h5py

    try:
        file = h5py.File(source, "r")
    except OSError as error:
        raise DataError(f"{source}: not an HDF5 file and not a folder: {error}") from error
    with file:
        yield lambda name: _rows(np.asarray(file[name]), f"{source}: {name!r}") if name in file else None


def _from_npz(path: Path) -> np.ndarray | None:
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return _rows(arrays["frame_scores"], str(path))
    except (KeyError, ValueError, OSError) as error:
        raise DataError(f"{path}: expected an npz with frame_scores: {error}") from error


def _rows(array: np.ndarray, where: str) -> np.ndarray:
    """(n, 1, D, 1, 1) or (n, D) -> (n, D)."""
    if array.ndim < 2 or sum(size > 1 for size in array.shape[1:]) > 1 or not len(array):
        raise DataError(f"{where}: expected (frames, width), found {array.shape}")
    return np.asarray(array.reshape(len(array), -1), dtype=np.float32)


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    except ValueError as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    if not isinstance(content, dict) or not content:
        raise DataError(f"{path}: expected an object with at least one entry, found {type(content).__name__}")
    return content
