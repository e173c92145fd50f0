"""Level embeddings for TensorBoard's projector: plain files, no TensorFlow needed to write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from hgr.analysis.report.source import ReportSource
from hgr.errors import DataError
from hgr.retrieval.phrases import phrases_of, seen_graph
from hgr.retrieval.retriever import Retriever

POINTS = 5000
"""Points a level; the projector draws no more smoothly. Of more, an even choice."""
HEAD = ("text", "side", "role", "id")

Point = tuple[np.ndarray, tuple[str, str, str, str]]


def write_projector(source: ReportSource, path: Path, *, points: int = POINTS) -> Path:
    """Write `<level>.tsv`, `<level>.metadata.tsv` and `projector_config.pbtxt`.

    Videos have a point an element on levels with one vector, and the mean of their frames elsewhere; captions have a
    point an element: the event, each action, each entity with its role.

    Args:
        source: A run; matrices from elsewhere have no embeddings.
        path: Folder to make.
        points: At most this many a level.

    Raises:
        DataError: There are no embeddings.
    """
    retriever = source.retriever
    if retriever is None:
        raise DataError(f"{source.name}: only similarities are known, the projector needs a run's embeddings")
    path.mkdir(parents=True, exist_ok=True)
    entries = []
    for level in retriever.levels:
        found = list(_points(source, retriever, level))
        chosen = [
            found[i] for i in np.unique(np.linspace(0, len(found) - 1, min(points, len(found))).astype(int))
        ]
        _write(path, level, chosen)
        entries.append(f'embeddings {{\n  tensor_name: "{level}"\n  tensor_path: "{level}.tsv"\n'
                       f'  metadata_path: "{level}.metadata.tsv"\n}}\n')  # fmt: skip
    (path / "projector_config.pbtxt").write_text("".join(entries), encoding="utf-8")
    return path


def _points(source: ReportSource, retriever: Retriever, level: str) -> Iterator[Point]:
    videos = retriever.index.encoded.levels[level]
    whole = retriever.run.model.levels[level].unit == "video"
    for i in range(len(videos)):
        elements = videos.values[int(videos.offsets[i]) : int(videos.offsets[i + 1])]
        name = retriever.index.ids[i] if whole else f"clip {i}"
        if len(elements):
            yield elements.mean(0).numpy(), (name, "video", "", name)
    items = list(source.items.values())
    texts = retriever.encode_items(items).levels[level]
    for i, item in enumerate(items if len(texts) == len(items) else []):
        vectors = texts.values[int(texts.offsets[i]) : int(texts.offsets[i + 1])].numpy()
        graph = seen_graph(item.graph, retriever.run.settings.model)
        for phrase, vector in zip(phrases_of(graph, level, len(vectors)), vectors, strict=True):
            yield vector, (phrase.text, "text", phrase.role, item.caption.id)


def _write(path: Path, level: str, points: Sequence[Point]) -> None:
    vectors, words = [], ["\t".join(HEAD)]
    for vector, row in points:
        vectors.append("\t".join(f"{value:.6g}" for value in vector))
        words.append("\t".join(" ".join(cell.split()) for cell in row))
    (path / f"{level}.tsv").write_text("\n".join(vectors) + "\n", encoding="utf-8")
    (path / f"{level}.metadata.tsv").write_text("\n".join(words) + "\n", encoding="utf-8")
