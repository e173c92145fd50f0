"""Rows beside the plain ranking: corrections that looked at more, and graded relevance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from graphs.role_graph import RoleGraph
from hgr.analysis.stored import StoredSimilarity
from hgr.errors import DataError
from hgr.metrics.corrections import CORRECTIONS
from hgr.metrics.graded import average_precision, ndcg
from hgr.metrics.ranking import ranks
from hgr.metrics.relevance import role_graph_overlap
from hgr.metrics.summary import RankingSummary, summarize


def correction_rows(
    stored: StoredSimilarity, matrix: str, temperatures: Mapping[str, float], bank: Tensor | None = None
) -> list[tuple[str, float, dict[str, RankingSummary]]]:
    """Numbers after each named correction; video-to-text where it needs no bank.

    Args:
        stored: The similarities.
        matrix: Which of them is corrected.
        temperatures: Name of a correction -> temperature, in the unit of the scores.
        bank: (B, V) scores of training captions, for query-bank normalization.

    Returns:
        (name, temperature, direction -> numbers), in order.

    Raises:
        DataError: Unknown correction.
    """
    scores = torch.from_numpy(stored.matrices[matrix].astype("float32"))
    relevant = torch.from_numpy(stored.relevant())
    rows = []
    for name, temperature in temperatures.items():
        if name not in CORRECTIONS:
            raise DataError(f"unknown correction {name!r}, expected one of {', '.join(CORRECTIONS)}")
        correction = CORRECTIONS[name]
        corrected = correction.apply(scores, bank, temperature)
        found = {"text_to_video": summarize(ranks(corrected, relevant))}
        if correction.transductive and relevant.any(dim=0).all():
            other = correction.apply(scores.T, None, temperature)
            found["video_to_text"] = summarize(ranks(other, relevant.T))
        rows.append((name, temperature, found))
    return rows


def graded_numbers(
    stored: StoredSimilarity, matrix: str, graphs: Mapping[str, RoleGraph]
) -> dict[str, Any] | None:
    """nDCG and average precision against role-graph overlap, a video being its first caption.

    A right pair has relevance 1 whatever the overlap. Queries with nothing relevant are left out and counted.

    Args:
        stored: The similarities.
        matrix: Which of them ranks.
        graphs: Caption -> role graph.

    Returns:
        Numbers by direction; None where some caption has no role graph.
    """
    texts = [graphs.get(row.text) for row in stored.texts]
    first: dict[str, RoleGraph | None] = {}
    for row, graph in zip(stored.texts, texts, strict=True):
        first.setdefault(row.videos[0], graph)
    videos = [first.get(video) for video in stored.videos]
    known_texts, known_videos = [g for g in texts if g is not None], [g for g in videos if g is not None]
    if len(known_texts) < len(texts) or len(known_videos) < len(videos):
        return None
    relevance = role_graph_overlap(known_texts, known_videos)
    relevance[torch.from_numpy(stored.relevant())] = 1.0
    scores = torch.from_numpy(stored.matrices[matrix].astype("float32"))
    found: dict[str, Any] = {"relevance": "role_graph_overlap", "matrix": matrix}
    for direction, (s, r) in {
        "text_to_video": (scores, relevance),
        "video_to_text": (scores.T, relevance.T),
    }.items():
        gain, precision = ndcg(s, r), average_precision(s, r)
        found[direction] = {
            "nDCG": torch.nanmean(gain).item(),
            "mAP": torch.nanmean(precision).item(),
            "skipped": int(torch.isnan(gain).sum()),
        }
    return found
