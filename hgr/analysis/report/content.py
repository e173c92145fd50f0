"""What the report's page holds for its queries, as one JSON object with short keys (docs/report.md lists them)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hgr.analysis.report.explanations import Explainer, Explanation, section_of
from hgr.analysis.report.overview import Section
from hgr.analysis.report.page import inert_json
from hgr.analysis.report.query_facts import QueryFacts, query_facts
from hgr.analysis.report.source import ReportSource
from hgr.analysis.report.thumbnails import Strip, StripTask, make_strips
from hgr.analysis.stored import FUSED, StoredSimilarity
from hgr.retrieval.frame_times import kept_positions
from hgr.retrieval.index import Progress

PAGE_BYTES = 14_500_000
"""The page stays below 15 MB; what the texts leave of it is for frames."""
DIGITS = 4
SCALE = 1000
"""Attention weights are stored in thousandths."""


Missing = Mapping[str, tuple[set[int], ...]]
"""Level -> rows and columns that have nothing on it."""


@dataclass(frozen=True)
class Altered:
    """An altered version of a caption, scored with the caption's own video.

    Attributes:
        kind: What was altered.
        text: The altered caption.
        margins: Score of the true caption minus that of this one: fused, then each level; below 0 it was preferred.
    """

    kind: str
    text: str
    margins: tuple[float, ...]


@dataclass(frozen=True)
class Extra:
    """What another analysis adds to a report.

    Attributes:
        sections: Further tables.
        tags: Caption id -> labels that its query is shown with and can be filtered by.
        altered: Caption id -> its altered versions.
    """

    sections: tuple[Section, ...] = ()
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    altered: Mapping[str, Sequence[Altered]] = field(default_factory=dict)


def choose_queries(count: int, limit: int, seed: int = 0) -> list[int]:
    """Rows of the queries that the page shows: all, or a seeded sample, in order."""
    if count <= limit:
        return list(range(count))
    return sorted(np.random.default_rng(seed).choice(count, limit, replace=False).tolist())


def page_data(
    source: ReportSource,
    stored: StoredSimilarity,
    rows: Sequence[int],
    *,
    extra: Extra | None = None,
    with_frames: bool = True,
    page_bytes: int = PAGE_BYTES,
    workers: int = 1,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Everything that the page's script draws.

    Args:
        source: Where it comes from.
        stored: Its similarities, with a fused matrix.
        rows: The queries.
        extra: Tags of other analyses.
        with_frames: Decode frames where the video files are there.
        page_bytes: Upper limit of the result as JSON.
        workers: Processes that decode.
        progress: (iterable, description, length) -> iterable, for a progress bar.
    """
    bar = progress or (lambda iterable, description, length: iterable)
    extra = extra or Extra()
    explainer = (
        Explainer(source.retriever, source.items, stored.videos) if source.retriever is not None else None
    )
    queries = []
    missing = {level: tuple(map(set, positions)) for level, positions in stored.absent.items()}
    used: Counter[int] = Counter()
    for facts in bar(query_facts(stored, rows), "queries", len(rows)):
        explanation = explainer(facts, stored.texts[facts.row].id) if explainer else None
        queries.append(_query(stored, facts, explanation, extra, missing))
        used.update({facts.right: 3, **({facts.rival: 3} if facts.rival >= 0 else {})})
        used.update(facts.top)
    columns = [column for column, _ in used.most_common()]
    place = {column: i for i, column in enumerate(columns)}
    for query in queries:
        _renumber(query, place)
    data: dict[str, Any] = {
        "levels": list(stored.levels),
        "scale": SCALE,
        "queries": queries,
        "videos": [{"id": stored.videos[column]} for column in columns],
    }
    room = page_bytes - len(inert_json(data).encode())
    strips, reasons = _frames(source, [stored.videos[c] for c in columns], room, workers, with_frames)
    for video in data["videos"]:
        _add_frames(video, source, strips.get(video["id"]), reasons.get(video["id"]))
    return data


def _query(
    stored: StoredSimilarity,
    facts: QueryFacts,
    explanation: Explanation | None,
    extra: Extra,
    missing: Missing,
) -> dict[str, Any]:
    row = stored.texts[facts.row]
    query: dict[str, Any] = {
        "id": row.id,
        "text": row.text,
        "rank": facts.rank,
        "ranks": [facts.level_ranks[level] for level in stored.levels],
        "right": facts.right,
        "rival": facts.rival,
        "answers": list(facts.answers),
        "decided": None if facts.decided is None else stored.levels.index(facts.decided),
        "scores": {
            column: _scores(stored, facts.row, column, missing)
            for column in dict.fromkeys((facts.right, facts.rival, *facts.top))
            if column >= 0
        },
        "top": list(facts.top),
        "tags": list(extra.tags.get(row.id, ())),
    }
    if row.id in extra.altered:
        query["altered"] = [[one.kind, one.text, list(one.margins)] for one in extra.altered[row.id]]
    if explanation is not None:
        graph = explanation.graph
        query["graph"] = {
            "nodes": [
                [node.level, node.text, _role(graph.roles_of(i))] for i, node in enumerate(graph.nodes)
            ],
            "edges": [[edge.source, edge.target, edge.role] for edge in graph.edges],
        }
        query["phrases"] = [[p.level, p.role, p.text, p.node] for p in explanation.phrases]
        query["attention"] = {
            column: [[round(SCALE * weight) for weight in weights] for weights in found]
            for column, found in explanation.attention.items()
        }
        query["removed"] = [section_of(removal, stored.levels) for removal in explanation.removals]
    return query


def _role(roles: Iterable[str]) -> str:
    return next((role for role in roles if role), "")


def _scores(stored: StoredSimilarity, row: int, column: int, missing: Missing) -> list[float | None]:
    """[fused, level, level, ...]; None where the text or the video has nothing on a level."""
    found: list[float | None] = [round(float(stored.matrices[FUSED][row, column]), DIGITS)]
    for level in stored.levels:
        score = float(stored.matrices[level][row, column])
        texts, videos = missing.get(level, (set(), set()))
        found.append(None if row in texts or column in videos else round(score, DIGITS))
    return found


def _renumber(query: dict[str, Any], place: Mapping[int, int]) -> None:
    for key in ("right", "rival"):
        query[key] = place.get(query[key], -1)
    query["top"] = [place[column] for column in query["top"]]
    query["answers"] = [place[column] for column in query["answers"] if column in place]
    for key in ("scores", "attention"):
        if key in query:
            query[key] = {str(place[column]): value for column, value in query[key].items()}


def _frames(
    source: ReportSource, videos: Sequence[str], room: int, workers: int, wanted: bool
) -> tuple[dict[str, Strip], dict[str, str]]:
    retriever = source.retriever
    if retriever is None:
        return {}, dict.fromkeys(videos, "only scores are known of this video")
    if not wanted:
        return {}, dict.fromkeys(videos, "the report was made without frames")
    run, known = retriever.run, {video.id: video for video in retriever.run.data_folder.videos}
    tasks: dict[str, StripTask] = {}
    reasons: dict[str, str] = {}
    for name in videos:
        video = known.get(name)
        path = run.data_folder.video_path(video) if video is not None else None
        stream = max(
            (stream for stream in run.spec.streams if name in run.streams[stream]),
            key=lambda stream: len(run.streams[stream][name]),
        )
        placement = (run.recipes.get(stream, {}).get("sampling") or {}).get("placement")
        if video is None or path is None:
            reasons[name] = "features only: the data set names no file of this video"
        elif placement != "uniform":
            reasons[name] = "features only: it is not known which frames they were made of"
        else:
            stored = len(run.streams[stream][name])
            kept = tuple(kept_positions(stored, run.data.max_frames).tolist())
            tasks[name] = StripTask(str(path), stored, kept, video.start, video.end)
    strips, problems = make_strips(tasks, room=room, workers=workers)
    return strips, reasons | problems


def _add_frames(video: dict[str, Any], source: ReportSource, strip: Strip | None, reason: str | None) -> None:
    if source.retriever is not None:
        times = source.retriever.frame_times(video["id"])
        if times is not None:
            video["times"] = [round(time, 2) for time in times]
    if strip is not None:
        video.update(strip=strip.uri, frames=strip.frames, aspect=round(strip.aspect, 4))
    elif reason:
        video["why"] = reason
