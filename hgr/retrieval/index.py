"""The encoded candidate videos of a run, kept in its folder so that a search encodes only the query."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hgr.data.items import VideoItem
from hgr.errors import DataError
from hgr.retrieval.embedding_folder import EmbeddingFolder, read_embeddings, write_embeddings
from hgr.retrieval.encoded import Encoded, encode
from hgr.retrieval.loaded_run import LoadedRun

INDEX_FOLDER = "index"
EVERY_VIDEO = "every-video"
"""Folder name of the index over all videos; split names never contain it, splits lie under `split-`."""
ENCODE_BATCH = 64
Progress = Callable[[Iterable[Any], str, int], Iterable[Any]]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class VideoIndex:
    """Candidates of a search.

    Attributes:
        ids: Ids of the videos, in column order.
        encoded: Their elements by level.
        reused: Whether they were read from the run's folder.
    """

    ids: tuple[str, ...]
    encoded: Encoded
    reused: bool = False

    def __len__(self) -> int:
        return len(self.ids)


def open_index(run: LoadedRun, split: str | None = None, *, progress: Progress | None = None) -> VideoIndex:
    """The index of a run: read where it fits weights, features and videos, else made and kept.

    Args:
        run: The run.
        split: Which videos; None for all that have features.
        progress: (iterable, description, length) -> iterable, for a progress bar.

    Raises:
        DataError: No such split, or features that are missing or not finite.
    """
    ids = run.candidates(split)
    place = run.folder.path / INDEX_FOLDER / (EVERY_VIDEO if split is None else f"split-{split}")
    stamp = {"weights": run.weights, "features": run.feature_digest}
    found = _read(place, ids, stamp)
    if found is not None:
        return VideoIndex(ids, found, reused=True)
    encoded = encode_video_items(run, run.video_items(ids), progress=progress)
    try:
        place.parent.mkdir(exist_ok=True)
        write_embeddings(place, EmbeddingFolder("video", ids, encoded, stamp))
    except (OSError, DataError) as problem:  # a read-only run can still be searched
        log.warning("the index of %d videos is not kept: %s", len(ids), problem)
    return VideoIndex(ids, encoded)


def encode_video_items(
    run: LoadedRun, videos: Sequence[VideoItem], *, progress: Progress | None = None
) -> Encoded:
    """Videos through the run's encoder, in batches.

    Raises:
        DataError: No videos, or features that the system cannot use.
    """
    if not len(videos):
        raise DataError("no videos to encode")
    bar = progress or (lambda iterable, description, length: iterable)
    starts = bar(range(0, len(videos), ENCODE_BATCH), "videos", -(-len(videos) // ENCODE_BATCH))
    segments: list[int] = []

    def batches() -> Iterable[Any]:
        for start in starts:
            chunk = [videos[i] for i in range(start, min(start + ENCODE_BATCH, len(videos)))]
            segments.extend(len(video.segments) for video in chunk)
            yield run.inputs.video(chunk)

    return encode(run.model.encode_video, batches(), run.model.levels, segments, run.device)


def _read(place: Path, ids: tuple[str, ...], stamp: dict[str, str]) -> Encoded | None:
    if not place.exists():
        return None
    try:
        folder = read_embeddings(place)
    except (DataError, KeyError, TypeError) as problem:
        log.warning("the index is made again: %s", problem)
        return None
    return folder.encoded if folder.ids == ids and dict(folder.stamp) == stamp else None
