"""What a data set's folder has, what is missing and what does not match, before an hour is spent on it."""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from hgr.data.classes import CLASSES_FILE, scan_classes
from hgr.data.features import FeatureStore
from hgr.data.folder import CAPTIONS_FILE, SPLITS_FOLDER, VIDEOS_FILE, DataFolder, scan_folder
from hgr.data.records import Problem
from hgr.errors import DataError

SHOWN_PER_CODE = 5
DECODED_FRAMES = 8
TRAIN_SPLIT = "train"


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor found.

    Attributes:
        path: The folder.
        counts: What is there: name -> number.
        problems: What is wrong, errors and warnings.
    """

    path: str
    counts: dict[str, int]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Those that would break a training."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def healthy(self) -> bool:
        """Whether nothing would break a training."""
        return not self.errors

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "schema": "hgr.diagnosis",
            "version": 1,
            "path": self.path,
            "healthy": self.healthy,
            "counts": self.counts,
            "problems": [asdict(problem) for problem in self.problems],
        }

    def __str__(self) -> str:
        lines = [
            f"{self.path}",
            *(f"  {number:>8} {name.replace('_', ' ')}" for name, number in self.counts.items()),
        ]
        for severity in ("error", "warning"):
            groups: dict[str, list[Problem]] = defaultdict(list)
            for problem in self.problems:
                if problem.severity == severity:
                    groups[problem.code].append(problem)
            for code, group in groups.items():
                lines.append(f"{severity}: {code.replace('_', ' ')} ({len(group)})")
                lines += [f"    {problem}" for problem in group[:SHOWN_PER_CODE]]
                if len(group) > SHOWN_PER_CODE:
                    lines.append(f"    and {len(group) - SHOWN_PER_CODE} more")
        warnings = len(self.problems) - len(self.errors)
        verdict = "ready for training" if self.healthy else "a training would fail or be wrong"
        lines.append(f"{len(self.errors)} errors, {warnings} warnings: {verdict}")
        return "\n".join(lines)


def diagnose(
    folder: str | os.PathLike[str],
    *,
    features: str | os.PathLike[str] | None = None,
    decode: bool = False,
    workers: int = 2,
    seconds: float = 60.0,
    progress: Callable[[int, int], None] | None = None,
) -> Diagnosis:
    """Check a data set's folder, its video files, and the features that go with it.

    Args:
        folder: The data set.
        features: A feature store. With it, a bad video file that has features is a warning.
        decode: Read frames over the whole length of every file, not the first one alone.
        workers: Processes that look at the files.
        seconds: Time limit a file.
        progress: Called with the number of files looked at and their total.

    Returns:
        What was found; nothing is raised for bad data.
    """
    data, problems = scan_folder(folder)
    counts = {"captions": len(data.captions), "videos": len(data.videos)}
    counts |= {f"videos_in_split_{name}": len(ids) for name, ids in data.splits.items()}
    problems += _captions(data)
    problems += _splits(data)
    if (data.path / CLASSES_FILE).exists():
        class_problems, class_counts = _classes(data)
        problems += class_problems
        counts |= class_counts
    extracted: set[str] = set()
    if features is not None:
        store_problems, extracted, store_counts = _features(data, Path(features))
        problems += store_problems
        counts |= store_counts
    file_problems, readable = _files(data, extracted, decode, workers, seconds, progress)
    problems += file_problems
    counts["readable_video_files"] = readable
    return Diagnosis(str(folder), counts, tuple(problems))


def _captions(data: DataFolder) -> Iterator[Problem]:
    path = str(data.path / CAPTIONS_FILE)
    described = {caption.video for caption in data.captions}
    for video in data.videos:
        if video.id not in described:
            yield Problem(
                "video_without_caption", str(data.path / VIDEOS_FILE), None, video.id, "no caption", "warning"
            )
    texts: dict[tuple[str, str], str] = {}
    lengths = {video.id: video.duration for video in data.videos}
    for caption in data.captions:
        key = (caption.video, " ".join(caption.text.lower().split()))
        if key in texts:
            message = f"same text and video as caption {texts[key]!r}"
            yield Problem("repeated_caption", path, None, caption.id, message, "warning")
        texts.setdefault(key, caption.id)
        if not any(letter.isalpha() for letter in caption.text):
            yield Problem(
                "caption_without_words", path, None, caption.id, f"no letter in {caption.text!r}", "warning"
            )
        length = lengths.get(caption.video)
        for segment in caption.segments:
            if length is not None and segment.end > length + 1:
                message = f"segment ends at {segment.end:g} s, the video at {length:g} s"
                yield Problem("segment_beyond_end", path, None, caption.id, message, "warning")


def _splits(data: DataFolder) -> Iterator[Problem]:
    folder = str(data.path / SPLITS_FOLDER)
    if TRAIN_SPLIT not in data.splits:
        yield Problem("no_train_split", folder, None, None, f"no {TRAIN_SPLIT}.txt", "warning")
    for (first, ids), (second, others) in combinations(data.splits.items(), 2):
        shared = sorted(set(ids) & set(others))
        if shared:
            severity = "error" if TRAIN_SPLIT in (first, second) else "warning"
            message = f"splits {first!r} and {second!r} share {len(shared)} videos"
            yield Problem("split_overlap", folder, None, shared[0], message, severity)
    described = {caption.video for caption in data.captions}
    for name, ids in data.splits.items():
        if ids and not described.intersection(ids):
            path = str(data.path / SPLITS_FOLDER / f"{name}.txt")
            yield Problem("split_without_captions", path, None, None, "no video of this split has a caption")
    if data.splits:
        in_split = {video for ids in data.splits.values() for video in ids}
        left_out = [video.id for video in data.videos if video.id not in in_split]
        if left_out:
            message = f"{len(left_out)} videos are in no split"
            yield Problem("video_in_no_split", folder, None, left_out[0], message, "warning")


def _classes(data: DataFolder) -> tuple[list[Problem], dict[str, int]]:
    """Problems of classes.jsonl, all of them warnings since no training reads it, and what is in it."""
    path = data.path / CLASSES_FILE
    problems: list[Problem] = []
    classes = scan_classes(path, problems)
    problems = [replace(problem, severity="warning") for problem in problems]
    counts = {}
    for side, known, found in (
        ("caption", {caption.id for caption in data.captions}, classes.captions),
        ("video", {video.id for video in data.videos}, classes.videos),
    ):
        counts[f"{side}s_with_classes"] = len(known.intersection(found))
        strangers = [identity for identity in found if identity not in known]
        if strangers:
            message = f"{len(strangers)} {side}s with classes are not in the data set"
            problems.append(Problem(f"unknown_{side}", str(path), None, strangers[0], message, "warning"))
    lacking = [video.id for video in data.videos if video.id not in classes.videos]
    if lacking:
        message = f"{len(lacking)} videos have no classes"
        problems.append(Problem("video_without_classes", str(path), None, lacking[0], message, "warning"))
    return problems, counts


def _features(data: DataFolder, path: Path) -> tuple[list[Problem], set[str], dict[str, int]]:
    try:
        store = FeatureStore.open(path)
    except DataError as error:
        return [Problem("bad_feature_store", str(path), None, None, str(error))], set(), {}
    problems: list[Problem] = []
    reasons = {failure["id"]: failure["reason"] for failure in store.failures()}
    described = {caption.video for caption in data.captions}
    known = {video.id for video in data.videos}
    present = set(store.ids)
    for name in store.streams:
        stream = store.stream(name)
        for video_id in stream:
            try:
                stream[video_id]
            except DataError as error:
                problems.append(Problem("bad_features", str(path), None, video_id, str(error)))
        lacking = [video.id for video in data.videos if video.id in present and video.id not in stream]
        if lacking:
            message = f"{len(lacking)} videos lack stream {name!r} but have another one"
            problems.append(Problem("missing_stream", str(path), None, lacking[0], message, "warning"))
    for video in data.videos:
        if video.id not in present:
            reason = f" ({reasons[video.id]})" if video.id in reasons else ""
            severity = "error" if video.id in described else "warning"
            problems.append(
                Problem("missing_features", str(path), None, video.id, f"no features{reason}", severity)
            )
    for video_id in store.ids:
        if video_id not in known:
            message = f"features of a video that is not in {VIDEOS_FILE}"
            problems.append(Problem("features_without_video", str(path), None, video_id, message, "warning"))
    counts = {
        f"videos_with_stream_{name}": len(known.intersection(store.stream(name))) for name in store.streams
    }
    return problems, present, counts


def _files(
    data: DataFolder,
    extracted: set[str],
    decode: bool,
    workers: int,
    seconds: float,
    progress: Callable[[int, int], None] | None,
) -> tuple[list[Problem], int]:
    """Problems of the video files, and how many of them can be read."""
    from hgr.video.inspection import InspectionTask, inspect_task
    from hgr.video.workers import TaskFailure, run_with_limit

    problems: list[Problem] = []
    videos = [video for video in data.videos if video.file is not None]
    tasks = [
        InspectionTask(str(data.path / str(v.file)), DECODED_FRAMES if decode else 0, v.start, v.end)
        for v in videos
    ]
    readable = 0
    for count, (video, task, result) in enumerate(
        zip(
            videos, tasks, run_with_limit(inspect_task, tasks, workers=workers, seconds=seconds), strict=True
        ),
        1,
    ):
        if isinstance(result, TaskFailure):
            severity = "warning" if video.id in extracted else "error"
            problems.append(Problem("unreadable_video", task.path, None, video.id, result.reason, severity))
        else:
            readable += 1
            if video.end is not None and video.end > result.duration + 1:
                message = f"ends at {video.end:g} s, the file at {result.duration:.2f} s"
                problems.append(Problem("clip_beyond_end", task.path, None, video.id, message, "warning"))
        if progress is not None:
            progress(count, len(tasks))
    without_file = [video for video in data.videos if video.file is None and video.id not in extracted]
    if without_file:
        message = f"{len(without_file)} videos have neither a file nor features"
        severity = "error" if len(without_file) == len(data.videos) else "warning"
        problems.append(
            Problem("no_file", str(data.path / VIDEOS_FILE), None, without_file[0].id, message, severity)
        )
    problems += _same_content(data)
    return problems, readable


def _same_content(data: DataFolder) -> Iterable[Problem]:
    """Videos that are copies of each other: the same part of the same bytes under two ids."""
    sizes = Counter[int]()
    paths = {video.id: data.path / video.file for video in data.videos if video.file is not None}
    size_of = {identity: path.stat().st_size for identity, path in paths.items() if path.is_file()}
    sizes.update(size_of.values())
    seen: dict[tuple[str, float | None, float | None], str] = {}
    for video in data.videos:
        size = size_of.get(video.id, 0)
        if not size or sizes[size] < 2:
            continue
        with paths[video.id].open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        key = (digest, video.start, video.end)
        if key in seen:
            message = f"same content as video {seen[key]!r}"
            yield Problem("same_video", str(paths[video.id]), None, video.id, message, "warning")
        seen.setdefault(key, video.id)
