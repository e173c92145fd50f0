"""A data set as a folder: captions.jsonl, videos.jsonl, splits; read strictly, written atomically."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hgr.data.items import Caption, Segment, Video
from hgr.data.records import Problem, RecordReader, dump_line
from hgr.errors import DataError
from parsing.wording import counted

CAPTIONS_FILE, VIDEOS_FILE, SPLITS_FOLDER = "captions.jsonl", "videos.jsonl", "splits"
CAPTION_KEYS = ("id", "video", "text", "segments")
VIDEO_KEYS = ("id", "file", "start", "end", "duration")
SEGMENT_KEYS = ("start", "end", "text")


@dataclass(frozen=True)
class DataFolder:
    """A data set in memory.

    Attributes:
        path: The folder.
        captions: All captions, in the order of the file.
        videos: All videos, in the order of the file.
        splits: Split name -> video ids, in the order of the split's file.
    """

    path: Path
    captions: tuple[Caption, ...]
    videos: tuple[Video, ...]
    splits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def split(self, name: str) -> tuple[str, ...]:
        """Video ids of a split.

        Raises:
            DataError: No such split.
        """
        if name not in self.splits:
            known = ", ".join(self.splits) or "none"
            raise DataError(
                f"{self.path / SPLITS_FOLDER / (name + '.txt')}: no such split; there are: {known}"
            )
        return self.splits[name]

    def captions_of(self, split: str) -> tuple[Caption, ...]:
        """The captions whose video is in the split, in the order of captions.jsonl."""
        wanted = set(self.split(split))
        return tuple(caption for caption in self.captions if caption.video in wanted)

    def video_path(self, video: Video) -> Path | None:
        """Where the video's file lies, None for a video that has none (features only)."""
        return None if video.file is None else self.path / video.file


def load_folder(path: str | os.PathLike[str]) -> DataFolder:
    """Read a data set's folder; anything that is wrong is an error.

    Raises:
        DataError: Naming the file, the line and the id of the first problem, and how many more there are.
    """
    folder, problems = scan_folder(path)
    _raise_first(problems)
    return folder


def load_videos(path: str | os.PathLike[str]) -> tuple[Video, ...]:
    """Only the videos of a data set's folder; captions and splits need not be there yet.

    Raises:
        DataError: Naming the file, the line and the id of the first problem, and how many more there are.
    """
    problems: list[Problem] = []
    videos = _scan_videos(Path(path) / VIDEOS_FILE, problems)
    _raise_first(problems)
    return videos


def scan_folder(path: str | os.PathLike[str]) -> tuple[DataFolder, list[Problem]]:
    """Read what can be read of a data set's folder and list all that is wrong with it.

    Returns:
        The readable part, and the problems in the order of the files. Those with `severity` "error" make
        `load_folder` fail.
    """
    root = Path(path)
    problems: list[Problem] = []
    if not root.is_dir():
        what = "is a file, expected a folder" if root.exists() else "no such folder"
        return DataFolder(root, (), ()), [Problem("missing_folder", str(root), None, None, what)]
    videos = _scan_videos(root / VIDEOS_FILE, problems)
    known = {video.id for video in videos}
    complete = not any(problem.severity == "error" for problem in problems)
    captions = _scan_captions(root / CAPTIONS_FILE, known if complete else None, problems)
    splits = _scan_splits(root / SPLITS_FOLDER, known if complete else None, problems)
    return DataFolder(root, captions, videos, splits), problems


def write_folder(
    path: str | os.PathLike[str],
    captions: Iterable[Caption],
    videos: Iterable[Video],
    splits: Mapping[str, Iterable[str]],
) -> DataFolder:
    """Write a data set's folder and read it back through the same checks.

    Existing files of these names are replaced, each atomically; split files that are not named stay.

    Raises:
        DataError: What was written is not a data set that `load_folder` accepts.
    """
    root = Path(path)
    (root / SPLITS_FOLDER).mkdir(parents=True, exist_ok=True)
    _replace(root / VIDEOS_FILE, "".join(dump_line(_video_record(video)) for video in videos))
    _replace(root / CAPTIONS_FILE, "".join(dump_line(_caption_record(caption)) for caption in captions))
    for name, ids in splits.items():
        if not name or name != Path(name).name or name.startswith("."):
            raise DataError(f"split name {name!r}: expected a plain file name")
        _replace(root / SPLITS_FOLDER / f"{name}.txt", "".join(f"{video}\n" for video in ids))
    return load_folder(root)


def _raise_first(problems: list[Problem]) -> None:
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        rest = counted(len(errors) - 1, "more problem")
        more = f" (and {rest}; `hgr doctor` lists all)" if len(errors) > 1 else ""
        raise DataError(f"{errors[0]}{more}")


def _scan_videos(path: Path, problems: list[Problem]) -> tuple[Video, ...]:
    reader = RecordReader(path, VIDEO_KEYS, problems)
    videos: dict[str, Video] = {}
    for record in reader:
        video = Video(
            id=record.text("id"),
            file=record.optional_text("file"),
            start=record.optional_seconds("start"),
            end=record.optional_seconds("end"),
            duration=record.optional_seconds("duration"),
        )
        if video.end is not None and video.end <= (video.start or 0.0):
            record.problem(
                "bad_value", f"expected end > start, found start {video.start} and end {video.end}"
            )
        if record.is_new(videos) and record.valid:
            videos[video.id] = video
    return tuple(videos.values())


def _scan_captions(path: Path, known: set[str] | None, problems: list[Problem]) -> tuple[Caption, ...]:
    reader = RecordReader(path, CAPTION_KEYS, problems)
    captions: dict[str, Caption] = {}
    for record in reader:
        caption_id, video = record.text("id"), record.text("video")
        text = record.text("text", empty="empty_caption")
        segments = tuple(
            Segment(part.seconds("start"), part.seconds("end"), part.text("text"))
            for part in record.parts("segments", SEGMENT_KEYS)
        )
        for segment in segments:
            if record.valid and segment.end <= segment.start:
                record.problem(
                    "bad_value", f"expected a segment's end > start, found {segment.start} to {segment.end}"
                )
        if known is not None and video and video not in known:
            record.problem("unknown_video", f"video {video!r} is not in {VIDEOS_FILE}")
        if record.is_new(captions) and record.valid:
            captions[caption_id] = Caption(caption_id, video, text, segments)
    return tuple(captions.values())


def _scan_splits(folder: Path, known: set[str] | None, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    splits: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.txt")) if folder.is_dir() else ():
        ids: dict[str, None] = {}
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            problems.append(Problem("bad_encoding", str(path), None, None, f"not UTF-8: {error}"))
            continue
        for number, line in enumerate(lines, 1):
            video = line.strip()
            if not video:
                continue
            if video in ids:
                problems.append(
                    Problem("duplicate_id", str(path), number, video, "the video is in this split twice")
                )
            elif known is not None and video not in known:
                problems.append(Problem("unknown_video", str(path), number, video, f"not in {VIDEOS_FILE}"))
            else:
                ids[video] = None
        if not ids:
            problems.append(
                Problem("empty_split", str(path), None, None, "no video in this split", "warning")
            )
        splits[path.stem] = tuple(ids)
    return splits


def _video_record(video: Video) -> dict[str, object]:
    values = {key: getattr(video, key) for key in VIDEO_KEYS}
    return {key: value for key, value in values.items() if value is not None}


def _caption_record(caption: Caption) -> dict[str, object]:
    record: dict[str, object] = {"id": caption.id, "video": caption.video, "text": caption.text}
    if caption.segments:
        record["segments"] = [{key: getattr(part, key) for key in SEGMENT_KEYS} for part in caption.segments]
    return record


def _replace(path: Path, content: str) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_text(content, encoding="utf-8")
    partial.replace(path)
