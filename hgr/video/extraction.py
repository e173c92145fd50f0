"""From the videos of a data set's folder to a feature store; bad files are recorded, never fatal, never silent."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hgr.data.feature_writer import PRODUCER, FeatureStoreWriter, StreamPlan, partial_path
from hgr.data.features import INDEX_FILE, FeatureStore
from hgr.data.folder import load_videos
from hgr.data.items import Video
from hgr.data.recipes import Recipe
from hgr.errors import DataError
from hgr.video.backbones import Backbone
from hgr.video.sampling import Sampling
from hgr.video.workers import TaskFailure, run_with_limit

FAILURES_SHOWN = 20


@dataclass(frozen=True)
class ReadTask:
    """What a worker process needs to read one clip."""

    path: str
    sampling: Sampling
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class ReadResult:
    """Frames (F, height, width, 3) uint8 and the reader that gave them."""

    frames: np.ndarray
    reader: str


@dataclass(frozen=True)
class ExtractionReport:
    """What became of an extraction.

    Attributes:
        store: Where the features are.
        stream: The stream's name.
        dim: Its width.
        videos: Videos of the folder.
        extracted: Videos that were read this time.
        kept: Videos whose features were there before.
        without_file: Videos that have no file, so that nothing can be read.
        failures: Bad files, as {id, file, reason}.
        readers: Reader -> number of files that it read.
        seconds: How long it took.
    """

    store: str
    stream: str
    dim: int
    videos: int
    extracted: int
    kept: int
    without_file: int
    failures: tuple[dict[str, str], ...]
    readers: dict[str, int]
    seconds: float

    @property
    def failed_share(self) -> float:
        """Share of the videos with a file that could not be read."""
        tried = self.extracted + self.kept + len(self.failures)
        return len(self.failures) / tried if tried else 0.0

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "failures": list(self.failures), "failed_share": self.failed_share}

    def __str__(self) -> str:
        readers = ", ".join(f"{name} {count}" for name, count in sorted(self.readers.items())) or "none"
        lines = [
            f"{self.store}: stream {self.stream!r}, {self.dim} wide",
            f"  {self.videos} videos: {self.extracted} extracted ({readers}), {self.kept} there already, "
            f"{self.without_file} without a file, {len(self.failures)} failed; {self.seconds:.1f} s",
        ]
        lines += [f"  failed: {f['id']}: {f['file']}: {f['reason']}" for f in self.failures[:FAILURES_SHOWN]]
        if len(self.failures) > FAILURES_SHOWN:
            lines.append(f"  and {len(self.failures) - FAILURES_SHOWN} more, in the store's failures.jsonl")
        return "\n".join(lines)


def read_task(task: ReadTask) -> ReadResult:
    """Read one clip; runs in a worker process."""
    from hgr.video.reader import read_clip

    clip = read_clip(task.path, task.sampling, start=task.start, end=task.end)
    return ReadResult(clip.frames, clip.reader)


def clip_features(
    path: str | os.PathLike[str],
    backbone: Backbone,
    frames: int,
    *,
    start: float | None = None,
    end: float | None = None,
) -> np.ndarray:
    """Features of one clip, read in this process without a time limit.

    Returns:
        (F, D) float32, F at most `frames`.

    Raises:
        VideoReadError: The file cannot be read.
    """
    return backbone(read_task(ReadTask(str(path), Sampling(frames, backbone.shape), start, end)).frames)


def recipe_of(backbone: Backbone, frames: int) -> Recipe:
    """How a stream is made by a backbone from so many frames a clip."""
    sampling = Sampling(frames, backbone.shape).describe()
    return Recipe(backbone.name, backbone.weights, sampling, backbone.options, PRODUCER)


def extract_features(
    folder: str | os.PathLike[str],
    out: str | os.PathLike[str],
    backbone: Backbone,
    *,
    frames: int = 16,
    stream: str = "frames",
    dtype: str = "float16",
    workers: int = 2,
    seconds: float = 120.0,
    only: Iterable[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ExtractionReport:
    """Extract features of all videos of a data set's folder, or take up an extraction that was stopped.

    Videos that have the stream already are not read again; those that failed before are tried again.

    Args:
        folder: The data set; its videos.jsonl is read.
        out: The feature store; one that is there already is extended, if it was made in the same way.
        backbone: What computes the features.
        frames: At most so many frames a clip, uniform over it.
        stream: Name of the stream in the store.
        dtype: "float16" or "float32".
        workers: Processes that decode.
        seconds: Time limit a file.
        only: Ids to extract, all videos if not given.
        progress: Called with the number of videos done and their total, after each.

    Raises:
        DataError: The folder or the store cannot be used, or not one file could be read.
    """
    began = time.monotonic()
    root = Path(folder)
    videos = _chosen(load_videos(root), only, root)
    plan = StreamPlan(backbone.dim, recipe_of(backbone, frames), dtype)
    sampling = Sampling(frames, backbone.shape)
    readers: Counter[str] = Counter()
    if _is_complete(out, videos, stream, plan):
        kept = sum(video.file is not None for video in videos)
        seconds_taken = time.monotonic() - began
        missing = len(videos) - kept
        return ExtractionReport(
            str(out), stream, plan.dim, len(videos), 0, kept, missing, (), {}, seconds_taken
        )
    with FeatureStoreWriter(out, {stream: plan}, resume=True) as writer:
        with_file = [video for video in videos if video.file is not None]
        pending = [video for video in with_file if not writer.is_done(video.id, (stream,))]
        kept = len(with_file) - len(pending)
        tasks = [ReadTask(str(root / str(video.file)), sampling, video.start, video.end) for video in pending]
        results = run_with_limit(read_task, tasks, workers=workers, seconds=seconds)
        for count, (video, result) in enumerate(zip(pending, results, strict=True), 1):
            if isinstance(result, TaskFailure):
                writer.fail(video.id, str(video.file), result.reason)
            else:
                try:
                    writer.add(video.id, {stream: backbone(result.frames)})
                    readers[result.reader] += 1
                except DataError as error:
                    writer.fail(video.id, str(video.file), str(error))
            if progress is not None:
                progress(count, len(pending))
        ids = {video.id for video in videos}
        failures = tuple(failure for failure in writer.failures if failure["id"] in ids)
        if not kept and not readers:
            first = f"; the first: {failures[0]['file']}: {failures[0]['reason']}" if failures else ""
            raise DataError(f"{root}: not one of {len(with_file)} video files could be read{first}")
        writer.finish()
    return ExtractionReport(
        store=str(out),
        stream=stream,
        dim=backbone.dim,
        videos=len(videos),
        extracted=readers.total(),
        kept=kept,
        without_file=len(videos) - len(with_file),
        failures=failures,
        readers=dict(readers),
        seconds=time.monotonic() - began,
    )


def _is_complete(
    out: str | os.PathLike[str], videos: tuple[Video, ...], stream: str, plan: StreamPlan
) -> bool:
    """Whether a finished store, made in this way, has the stream of all videos that have a file."""
    if partial_path(out).exists() or not (Path(out) / INDEX_FILE).exists():
        return False
    store = FeatureStore.open(out)
    if stream not in store.streams or store.streams[stream].dtype != plan.dtype:
        return False
    store.check({stream: {"dim": plan.dim, **asdict(plan.recipe)}})
    return all(video.id in store.stream(stream) for video in videos if video.file is not None)


def _chosen(videos: tuple[Video, ...], only: Iterable[str] | None, root: Path) -> tuple[Video, ...]:
    if only is None:
        return videos
    wanted = set(only)
    if unknown := sorted(wanted - {video.id for video in videos}):
        raise DataError(
            f"{root}: {len(unknown)} of the wanted videos are not there, the first is {unknown[0]!r}"
        )
    return tuple(video for video in videos if video.id in wanted)
