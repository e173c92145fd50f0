"""What a report is made of: stored similarities, and where there is one the run that made them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hgr.analysis.stored import StoredSimilarity
from hgr.data.items import Caption, TextItem
from hgr.data.prepare import SplitData, prepare
from hgr.data.protocols import protocol_title
from hgr.data.role_graphs import PARSES_FILE, GraphSource, role_graphs_of, text_items
from hgr.errors import DataError
from hgr.evaluation import evaluate
from hgr.evaluation_result import check_result
from hgr.retrieval.index import Progress
from hgr.retrieval.loaded_run import load_run
from hgr.retrieval.retriever import Retriever
from hgr.runs import RunFolder
from parsing.parsers import ParserError

PARSER = "builtin"
"""What parses captions of matrices from elsewhere."""
SPOT_TEXTS, SPOT_VIDEOS, TOLERANCE = 8, 64, 5e-3
"""How many stored scores are computed again, and how far they may be off (bfloat16 is)."""


@dataclass(frozen=True)
class ReportSource:
    """What a report is made of.

    Attributes:
        name: What the report is about.
        split: Which split.
        stored: The similarity matrices.
        retriever: The run, None for matrices from elsewhere.
        items: Caption id -> caption with role graph; empty where texts or graphs are not known.
        dropped: What the run had to leave out, kind -> how many.
        notes: What a reader must know.
        metrics: The training's metrics.jsonl, None where there is none.
        result: What `hgr evaluate` wrote of the split, None where it did not.
    """

    name: str
    split: str
    stored: StoredSimilarity
    retriever: Retriever | None = None
    items: Mapping[str, TextItem] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    metrics: Path | None = None
    result: Mapping[str, Any] | None = None


def open_source(
    path: str | os.PathLike[str],
    split: str = "test",
    *,
    checkpoint: str = "best",
    device: str = "cpu",
    graphs: Path | None = None,
    progress: Progress | None = None,
) -> ReportSource:
    """Open a run, or a folder of similarity matrices.

    A run whose similarities of the split are not stored, or belong to other weights, is evaluated first. Captions of
    matrices from elsewhere are parsed where their texts are known; the folder keeps the parses.

    Args:
        path: A run's folder, or a folder with texts.json, videos.json and <level>.npy.
        split: Which split of the run.
        checkpoint: "best" or "last".
        device: Where the model runs.
        graphs: Role graphs of the captions of matrices from elsewhere; the rest is parsed.
        progress: (iterable, description, length) -> iterable, for a progress bar.

    Raises:
        DataError: Neither a run nor such a folder, data of the run that are missing, or graphs for a run, which has
            its own.
    """
    root = Path(path)
    if (root / "texts.json").is_file():
        return _from_matrices(root, split, root, graphs, None)
    folder = RunFolder(root)
    stored = folder.similarity(split)
    if not folder.checkpoints.is_dir():
        if not stored.is_dir():
            raise DataError(f"{root}: neither a run (no checkpoints/) nor similarities (no {stored})")
        return _from_matrices(root, split, stored, graphs, _result(folder.results(split)))
    if graphs is not None:
        raise DataError(f"{graphs}: role graphs are for matrices from elsewhere; the run {root} has its own")
    run = load_run(root, checkpoint=checkpoint, device=device)
    retriever = Retriever(run, split=split, progress=progress)
    data = prepare(run.settings, [split], run.spec, run.recipes).splits[split]
    found, notes = _similarity(retriever, data, stored, progress)
    return ReportSource(
        run.settings.name,
        split,
        found,
        retriever,
        {item.caption.id: item for item in data.texts},
        {kind: count for kind, count in data.missing.counts.items() if count},
        notes,
        folder.metrics if folder.metrics.is_file() else None,
        _result(folder.results(split)),
    )


def _from_matrices(
    root: Path, split: str, place: Path, graphs: Path | None, result: Mapping[str, Any] | None
) -> ReportSource:
    stored = StoredSimilarity.open(place)
    items, notes = _captions(stored, GraphSource(graphs, PARSER, root / PARSES_FILE))
    return ReportSource(root.resolve().name, split, stored, items=items, notes=notes, result=result)


def _captions(stored: StoredSimilarity, source: GraphSource) -> tuple[dict[str, TextItem], tuple[str, ...]]:
    """Captions with their role graphs where all texts are known, and what a reader must know of the graphs."""
    texts = [row.text for row in stored.texts]
    if not all(texts):
        if source.file is not None:
            raise DataError(
                f"{source.file}: the texts of {stored.source} are not known, so no graph fits them"
            )
        return {}, ()
    try:
        graphs, found = role_graphs_of(texts, source)
    except ParserError as problem:
        if source.file is not None:
            raise
        return {}, (f"There are no role graphs: {problem}",)
    captions = [Caption(row.id, row.videos[0], row.text) for row in stored.texts]
    made = f"{found.from_file} from {source.file.name}, " if source.file is not None else ""
    note = (
        f"Role graphs of {len(graphs)} different captions: {made}{found.parsed} by the parser {source.parser!r}, "
        f"{len(found.failed)} could not be parsed."
    )
    return {item.caption.id: item for item in text_items(captions, graphs, lowercase=False)}, (note,)


def _similarity(
    retriever: Retriever, data: SplitData, place: Path, progress: Progress | None
) -> tuple[StoredSimilarity, tuple[str, ...]]:
    if not place.is_dir():
        return _evaluated(retriever, data, place, progress), ()
    stored = StoredSimilarity.open(place)
    if _fits(retriever, data, stored):
        return stored, ()
    note = (
        "The similarities that the run's folder holds belong to other weights or captions; "
        "this report computed its own."
    )
    # What is open stays readable after its folder is removed, and goes with the process.
    with tempfile.TemporaryDirectory(prefix="hgr-report-", ignore_cleanup_errors=True) as folder:
        return _evaluated(retriever, data, Path(folder), progress), (note,)


def _evaluated(
    retriever: Retriever, data: SplitData, place: Path, progress: Progress | None
) -> StoredSimilarity:
    run = retriever.run
    evaluate(
        run.model,
        run.inputs,
        data.texts,
        data.videos,
        run.settings.evaluation,
        device=run.device,
        precision=run.settings.training.precision,
        similarity_folder=place,
        progress=progress,
    )
    return StoredSimilarity.open(place)


def _result(path: Path) -> Mapping[str, Any] | None:
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise DataError(f"{path}: not JSON: {problem}") from None
    check_result(found, str(path))
    return found


def _fits(retriever: Retriever, data: SplitData, stored: StoredSimilarity) -> bool:
    items = {item.caption.id: item for item in data.texts}
    if {row.id: row.text for row in stored.texts} != {i: item.caption.text for i, item in items.items()}:
        return False
    if set(stored.videos) != set(data.videos.ids):
        return False
    rows = np.linspace(0, len(stored.texts) - 1, min(SPOT_TEXTS, len(stored.texts))).astype(int)
    columns = np.linspace(0, len(stored.videos) - 1, min(SPOT_VIDEOS, len(stored.videos))).astype(int)
    encoded = retriever.encode_items([items[stored.texts[row].id] for row in rows])
    computed = retriever.similarity(
        encoded.block(0, len(rows), retriever.run.device),
        retriever.encode_videos([stored.videos[column] for column in columns]),
    )
    return all(
        name in computed
        and np.abs(computed[name].cpu().numpy() - matrix[np.ix_(rows, columns)]).max() <= TOLERANCE
        for name, matrix in stored.matrices.items()
    )


def protocol_of(source: ReportSource, found: Mapping[str, Any]) -> str:
    """The protocol's name and the start of its digest, as an analysis states them."""
    stamp = found.get("protocol", {})
    return f"{protocol_title(stamp)}, digest {str(stamp.get('digest', ''))[:12]}"
