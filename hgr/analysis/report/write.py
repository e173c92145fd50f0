"""From a run, or from a folder of similarity matrices, to report.html."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hgr.analysis.report.content import Extra, choose_queries, page_data
from hgr.analysis.report.overview import Overview, make_overview, unique_strings
from hgr.analysis.report.page import render_page
from hgr.analysis.report.query_facts import with_fused
from hgr.analysis.report.source import ReportSource, protocol_of
from hgr.analysis.report.taxonomy import lost_queries
from hgr.analysis.stored import StoredSimilarity
from hgr.errors import DataError
from hgr.retrieval.index import Progress

QUERIES = 1000


@dataclass(frozen=True)
class WrittenReport:
    """What was written.

    Attributes:
        path: The file.
        size: Its bytes.
        queries: How many queries it shows.
        texts: How many the numbers are of.
        videos: How many candidates.
        frames: Of how many videos it shows frames.
    """

    path: Path
    size: int
    queries: int
    texts: int
    videos: int
    frames: int


def write_report(
    source: ReportSource,
    out: Path,
    *,
    queries: int = QUERIES,
    seed: int = 0,
    extra: Extra | None = None,
    with_frames: bool = True,
    workers: int = 1,
    progress: Progress | None = None,
) -> WrittenReport:
    """Write the report, at once or not at all.

    Args:
        source: What it is made of.
        out: The HTML file.
        queries: Queries that are shown one by one; of more, a sample. The numbers are always of all.
        seed: Of the sample.
        extra: What other analyses add.
        with_frames: Decode frames where the video files are there.
        workers: Processes that decode.
        progress: (iterable, description, length) -> iterable, for a progress bar.

    Raises:
        DataError: The file cannot be written.
        ValueError: NaN or infinite scores.
    """
    stored, made = with_fused(source.stored)
    graphs = {item.caption.text: item.graph for item in source.items.values()} or None
    stamp = source.result.get("protocol") if source.result else None
    overview = make_overview(stored, graphs=graphs, metrics=source.metrics, protocol=stamp)
    extra = _with_taxonomy(source, stored, _with_strings(source, overview, extra or Extra()))
    rows = choose_queries(len(stored.texts), queries, seed)
    data = page_data(
        source, stored, rows, extra=extra, with_frames=with_frames, workers=workers, progress=progress
    )
    notes = [*source.notes, *overview.notes]
    without = len(stored.videos) - len(stored.answered())
    if without:
        have = "1 video has" if without == 1 else f"{without} videos have"
        notes.append(
            f"{have} no caption: candidates for the captions, left out of the queries of video to text."
        )
    if made and stored.levels:
        notes.append("There was no fused matrix: what ranks here is the mean of the levels.")
    notes += [
        f"Left out by the run: {count} {kind.replace('_', ' ')}." for kind, count in source.dropped.items()
    ]
    of = "" if len(rows) == len(stored.texts) else f", a random sample of {len(stored.texts)}"
    meta = [f"split {source.split}", f"{len(stored.texts)} captions", f"{len(stored.videos)} videos"]
    if source.retriever is not None:
        run = source.retriever.run
        meta[:0] = [f"system {run.settings.model.system}"]
        meta += [f"weights {run.weights.removeprefix('sha256:')[:12]}"]
    page = render_page(
        title=source.name,
        meta=[*meta, f"protocol {protocol_of(source, overview.found)}"],
        overview=overview,
        sections=[*extra.sections, *overview.sections],
        notes=notes,
        shown=f"{len(rows)} queries, text to video{of}. Choose one to see why it ranks as it does.",
        data=data,
    )
    content = page.encode("utf-8")
    _write(out, content)
    frames = sum("strip" in video for video in data["videos"])
    return WrittenReport(out, len(content), len(rows), len(stored.texts), len(stored.videos), frames)


def _with_strings(source: ReportSource, overview: Overview, extra: Extra) -> Extra:
    section = unique_strings(source.result, overview.found) if source.result else None
    return Extra((*extra.sections, section), extra.tags, extra.altered) if section else extra


def _with_taxonomy(source: ReportSource, stored: StoredSimilarity, extra: Extra) -> Extra:
    """Why queries are lost, where the role graphs of all captions are known."""
    if not source.items:
        return extra
    section, lost = lost_queries(stored, {caption: item.graph for caption, item in source.items.items()})
    tags = {row.id: (*lost.get(row.id, ()), *extra.tags.get(row.id, ())) for row in stored.texts}
    return Extra((section, *extra.sections), tags, extra.altered)


def _write(out: Path, content: bytes) -> None:
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        os.replace(part, out)
    except OSError as problem:
        with suppress(OSError):
            part.unlink()
        raise DataError(f"{out}: a report of {len(content)} bytes cannot be written: {problem}") from problem
