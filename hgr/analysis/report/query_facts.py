"""What stored similarities alone say about single queries: ranks, best videos, the rival, which level lost it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from hgr.analysis.stored import FUSED, StoredSimilarity, score_type
from hgr.metrics.ranking import ranks


@dataclass(frozen=True)
class QueryFacts:
    """One query.

    Attributes:
        row: Its row in the matrices.
        rank: 1-based rank of its best right video, the mean over the orders of a tie.
        hit: 1 if a right video stands first, 0 if not, the expected value in a tie.
        level_ranks: The rank on each level, None on a level that the text lacks.
        right: Column of its best-scored right video.
        rival: Column of the best-scored wrong video, -1 where there is none.
        top: Columns of the best videos, best first.
        answers: Columns of all right videos.
        decided: The level whose margin decided: for a lost query the one that lost most against the rival, for a won
            one that which won most; None where there is one level, or no rival.
    """

    row: int
    rank: float
    hit: float
    level_ranks: dict[str, float | None]
    right: int
    rival: int
    top: tuple[int, ...]
    answers: tuple[int, ...]
    decided: str | None


def with_fused(stored: StoredSimilarity) -> tuple[StoredSimilarity, bool]:
    """The same similarities with a matrix "fused", and whether that had to be made as the mean of the levels."""
    if FUSED in stored.matrices:
        return stored, False
    kind = score_type(*(matrix.dtype for matrix in stored.matrices.values()))
    totals = np.zeros((len(stored.texts), len(stored.videos)), dtype=kind)
    counts = np.zeros_like(totals)
    for level in stored.levels:
        texts, videos = stored.present(level)
        both = (texts[:, None] & videos[None, :]).astype(kind)
        totals += stored.scores(level) * both
        counts += both
    fused = totals / np.maximum(counts, 1)
    matrices = {**stored.matrices, FUSED: fused}
    return StoredSimilarity(stored.texts, stored.videos, matrices, stored.absent, stored.source), True


def query_facts(stored: StoredSimilarity, rows: Sequence[int], top: int = 5) -> list[QueryFacts]:
    """Facts about some of the queries.

    Args:
        stored: Similarities with a fused matrix.
        rows: Which texts.
        top: How many videos of each ranking.

    Raises:
        ValueError: NaN or infinite scores.
    """
    place = {video: i for i, video in enumerate(stored.videos)}
    answers = [tuple(place[v] for v in dict.fromkeys(stored.texts[row].videos) if v in place) for row in rows]
    relevant = torch.zeros(len(rows), len(stored.videos), dtype=torch.bool)
    for i, columns in enumerate(answers):
        relevant[i, list(columns)] = True
    chosen = list(rows)
    scores = {
        name: torch.from_numpy(np.array(matrix[chosen], dtype=score_type(matrix.dtype)))
        for name, matrix in stored.matrices.items()
    }
    best = {name: (ranks(matrix, relevant).best + 1).tolist() for name, matrix in scores.items()}
    fused = scores[FUSED]
    hits = ranks(fused, relevant).hits(1).tolist()
    right = fused.masked_fill(~relevant, -torch.inf).argmax(1).tolist()
    rivals = fused.masked_fill(relevant, -torch.inf).argmax(1).tolist()
    order = torch.argsort(fused, dim=1, descending=True, stable=True)[:, :top].tolist()
    present = {level: stored.present(level)[0] for level in stored.levels}
    found = []
    for i, row in enumerate(rows):
        rival = rivals[i] if len(answers[i]) < len(stored.videos) else -1
        levels = [level for level in stored.levels if present[level][row]]
        margins = {level: float(scores[level][i, right[i]] - scores[level][i, rival]) for level in levels}
        found.append(
            QueryFacts(
                row,
                best[FUSED][i],
                hits[i],
                {level: best[level][i] if level in margins else None for level in stored.levels},
                right[i],
                rival,
                tuple(order[i]),
                answers[i],
                _deciding(margins, lost=best[FUSED][i] > 1) if rival >= 0 else None,
            )
        )
    return found


def _deciding(margins: dict[str, float], *, lost: bool) -> str | None:
    if len(margins) < 2:
        return None
    return min(margins, key=margins.__getitem__) if lost else max(margins, key=margins.__getitem__)
