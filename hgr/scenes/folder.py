"""Plan -> a data set folder: mp4 files, captions, splits, truth, choices."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphs.formats import write_role_graphs
from graphs.role_graph import RoleGraph
from hgr.config import dump
from hgr.errors import DataError
from hgr.scenes.clips import Choice, Clip, Plan, WordedCaption, clip_record, num_frames, plan, segments
from hgr.scenes.config import SceneConfig
from hgr.scenes.encoding import encode
from hgr.scenes.rendering import render
from hgr.scenes.world import Scene
from hgr.video.workers import TaskFailure, run_with_limit

VIDEOS = "videos"
CLIP_SECONDS = 600.0
"""After this time the process that renders a clip (a fraction of a second's work) is taken to hang."""


@dataclass(frozen=True)
class SceneSummary:
    """What was written: clips and captions by split, choice pairs by split and kind."""

    path: Path
    clips: dict[str, int]
    captions: dict[str, int]
    choices: dict[str, dict[str, int]]


def make_scenes(
    path: Path,
    config: SceneConfig,
    *,
    workers: int = 1,
    progress: Callable[[Iterator[str], int], Iterable[str]] | None = None,
) -> SceneSummary:
    """Render and encode a data set into a new folder.

    Args:
        path: Folder to make; an existing one must be empty.
        config: What to make; equal configurations give equal bytes on one machine.
        workers: Processes that render; they end with this one, however it ends.
        progress: Wraps the iterator over finished clip ids (with their number), for a progress bar.

    Raises:
        DataError: The folder exists and is not empty.
        RuntimeError: A process could not render or write a clip.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise DataError(f"{path}: exists already, expected a new or empty folder")
    planned = plan(config)
    (path / VIDEOS).mkdir(parents=True, exist_ok=True)
    (path / "splits").mkdir(exist_ok=True)
    jobs = [_job(path, clip, config) for clip in planned.clips]
    finished = _run(jobs, workers)
    for _ in finished if progress is None else progress(finished, len(jobs)):
        pass
    _write_lines(path / "videos.jsonl", (_video_record(clip, config) for clip in planned.clips))
    _write_lines(path / "captions.jsonl", _caption_records(planned))
    _write_lines(path / "scenes.jsonl", (clip_record(clip, config) for clip in planned.clips))
    _write_lines(path / "choices.jsonl", (_choice_record(choice) for choice in planned.choices))
    write_role_graphs(path / "graphs_true.jsonl", _graphs(planned), {"producer": "hgr.scenes"})
    (path / "config.yaml").write_text(dump(config), "utf-8")
    for split in config.splits:
        ids = [clip.id for clip in planned.clips if clip.split == split]
        (path / "splits" / f"{split}.txt").write_text("".join(f"{id_}\n" for id_ in ids), "utf-8")
    return _summary(path, planned)


_Job = tuple[str, Path, Scene, int, int]


def _job(path: Path, clip: Clip, config: SceneConfig) -> _Job:
    file = path / VIDEOS / f"{clip.id}.mp4"
    return clip.id, file, clip.scene, num_frames(clip, config), config.frames_per_second


def _film(job: _Job) -> str:
    id_, file, scene, frames, frames_per_second = job
    encode(render(scene, frames), file, frames_per_second)
    return id_


def _run(jobs: list[_Job], workers: int) -> Iterator[str]:
    if workers <= 1:
        yield from map(_film, jobs)
        return
    for job, found in zip(
        jobs, run_with_limit(_film, jobs, workers=workers, seconds=CLIP_SECONDS), strict=True
    ):
        if isinstance(found, TaskFailure):
            raise RuntimeError(f"{job[1]}: not rendered: {found.reason}")
        yield found


def _write_lines(path: Path, records: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record) + "\n")


def _video_record(clip: Clip, config: SceneConfig) -> dict[str, Any]:
    seconds = num_frames(clip, config) / config.frames_per_second
    return {"id": clip.id, "file": f"{VIDEOS}/{clip.id}.mp4", "duration": round(seconds, 3)}


def _caption_records(planned: Plan) -> Iterator[dict[str, Any]]:
    for clip in planned.clips:
        seconds = num_frames(clip, planned.config) / planned.config.frames_per_second
        for number, caption in enumerate(clip.captions):
            record: dict[str, Any] = {
                "id": f"{clip.id}#{number}",
                "video": clip.id,
                "text": caption.whole.text,
            }
            if caption.sentences:
                times = segments(clip, seconds)
                record["segments"] = [
                    {"start": start, "end": end, "text": sentence.text}
                    for (start, end), sentence in zip(times, caption.sentences, strict=True)
                ]
            yield record


def _choice_record(choice: Choice) -> dict[str, Any]:
    return {
        "video": choice.video,
        "caption": choice.caption.whole.text,
        "altered": choice.altered.whole.text,
        "kind": choice.kind,
        "scene": choice.family,
        "split": choice.split,
    }


def _every_caption(planned: Plan) -> Iterator[WordedCaption]:
    for clip in planned.clips:
        yield from clip.captions
    for choice in planned.choices:
        yield from (choice.caption, choice.altered)


def _graphs(planned: Plan) -> Iterator[tuple[str, RoleGraph]]:
    """Every distinct text, altered captions and single sentences included, with its true graph."""
    seen: set[str] = set()
    for caption in _every_caption(planned):
        for true in (caption.whole, *caption.sentences):
            if true.text not in seen:
                seen.add(true.text)
                yield true.text, true.graph


def _summary(path: Path, planned: Plan) -> SceneSummary:
    splits = list(planned.config.splits)
    clips = Counter(clip.split for clip in planned.clips)
    captions: Counter[str] = Counter()
    for clip in planned.clips:
        captions[clip.split] += len(clip.captions)
    choices = Counter((choice.split, choice.kind) for choice in planned.choices)
    return SceneSummary(
        path,
        {split: clips[split] for split in splits},
        {split: captions[split] for split in splits},
        {split: {kind: choices[split, kind] for kind in planned.config.kinds} for split in splits},
    )
