"""Why single queries rank as they do: role graph, attention over frames, what a removed node changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphs.role_graph import RoleGraph
from hgr.analysis.report.node_removal import without_node
from hgr.analysis.report.query_facts import QueryFacts
from hgr.data.items import Caption, TextItem
from hgr.embeddings import Embeddings, LevelEmbedding, concatenate
from hgr.models.base import FUSED
from hgr.retrieval.phrases import Phrase, phrases_of, seen_graph
from hgr.retrieval.retriever import Retriever

LevelScores = Mapping[str, float | None]
"""Level -> score, "fused" among them; None on a level that the text lacks."""


@dataclass(frozen=True)
class Removal:
    """Scores of a caption without one node.

    Attributes:
        node: Position in the graph.
        words: Whether its words went too.
        right: Scores of the right video.
        rival: Scores of the best wrong video of the whole caption; None where there is none.
    """

    node: int
    words: bool
    right: LevelScores
    rival: LevelScores | None


@dataclass(frozen=True)
class Explanation:
    """One query explained.

    Attributes:
        graph: The role graph as the system saw it.
        phrases: What the rows of the attention are.
        attention: Column -> (phrases, frames) weights, each row sums to 1.
        removals: One or two a node, the latter without its words.
    """

    graph: RoleGraph
    phrases: tuple[Phrase, ...]
    attention: Mapping[int, tuple[tuple[float, ...], ...]]
    removals: tuple[Removal, ...]


class Explainer:
    """Explains queries of one run.

    Args:
        retriever: The run, with an index that holds the videos below.
        items: Caption id -> the caption with its graph.
        videos: Ids of the columns of the similarity matrices.
    """

    def __init__(self, retriever: Retriever, items: Mapping[str, TextItem], videos: Sequence[str]) -> None:
        self.retriever, self.items, self.videos = retriever, items, tuple(videos)
        self.place = {video: i for i, video in enumerate(retriever.index.ids)}

    def __call__(self, facts: QueryFacts, caption: str) -> Explanation | None:
        """Explain a query; None where its caption or its videos are not those of the run."""
        columns = tuple(
            dict.fromkeys((facts.right, *facts.top, *([facts.rival] if facts.rival >= 0 else [])))
        )
        item = self.items.get(caption)
        if item is None or any(self.videos[column] not in self.place for column in columns):
            return None
        graph = seen_graph(item.graph, self.retriever.run.settings.model)
        nodes = (
            range(1, len(graph.nodes)) if not item.segment_graphs else ()
        )  # a paragraph is not scored by its graph
        edits = [
            (node, words, edited)
            for node in nodes
            for words in (False, True)
            if (edited := without_node(graph, node, words=words)) is not None
        ]
        texts = [item, *(_item(item, k, edited) for k, (_, _, edited) in enumerate(edits))]
        encoded = self.retriever.encode_items(texts)
        video = _joined([self._video(column) for column in columns])
        device = self.retriever.run.device
        one = encoded.block(0, 1, device)
        phrases, attention = self._attention(graph, one, video, columns)
        matrices = self.retriever.similarity(encoded.block(0, len(texts), device), video)
        units = self.retriever.run.model.levels
        present = {name: x.present for name, x in encoded.levels.items() if units[name].unit == "video"}

        def scores(row: int, column: int) -> LevelScores:
            found = columns.index(column)
            return {
                name: float(matrix[row, found]) if name not in present or bool(present[name][row]) else None
                for name, matrix in matrices.items()
                if name == FUSED or name in present
            }

        removals = tuple(
            Removal(
                node,
                words,
                scores(k + 1, facts.right),
                scores(k + 1, facts.rival) if facts.rival >= 0 else None,
            )
            for k, (node, words, _) in enumerate(edits)
        )
        return Explanation(graph, phrases, attention, removals)

    def _attention(
        self, graph: RoleGraph, text: Embeddings, video: Embeddings, columns: tuple[int, ...]
    ) -> tuple[tuple[Phrase, ...], dict[int, tuple[tuple[float, ...], ...]]]:
        phrases: list[Phrase] = []
        rows: dict[int, list[tuple[float, ...]]] = {column: [] for column in columns}
        for level, weights in self.retriever.alignment(text, video).items():
            phrases += phrases_of(graph, level, len(weights))
            for i, column in enumerate(columns):
                frames = int(video[level].mask[i].sum())
                rows[column] += [tuple(row) for row in weights[:, i, :frames].tolist()]
        return tuple(phrases), {column: tuple(found) for column, found in rows.items() if found}

    def _video(self, column: int) -> Embeddings:
        row = self.place[self.videos[column]]
        return self.retriever.index.encoded.block(row, row + 1, self.retriever.run.device)


def _item(item: TextItem, number: int, graph: RoleGraph) -> TextItem:
    caption = Caption(f"{item.caption.id} edit {number}", item.caption.video, " ".join(graph.words))
    return TextItem(caption, graph)


def _joined(parts: list[Embeddings]) -> Embeddings:
    found: dict[str, LevelEmbedding] = {}
    for name in parts[0]:
        found[name] = concatenate([part[name] for part in parts])
    return found


def section_of(removal: Removal, levels: Sequence[str]) -> list[Any]:
    """A removal as the page stores it: [node, words, scores of the right video, scores of the rival]."""

    def row(scores: LevelScores | None) -> list[float | None] | None:
        if scores is None:
            return None
        return [
            None if scores[name] is None else round(float(scores[name] or 0.0), 4)
            for name in (FUSED, *levels)
        ]

    return [removal.node, int(removal.words), row(removal.right), row(removal.rival)]
