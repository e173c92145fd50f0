"""Rows beside the plain ranking: corrections that looked at more."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from hgr.analysis.stored import StoredSimilarity
from hgr.errors import DataError
from hgr.metrics.corrections import CORRECTIONS
from hgr.metrics.ranking import ranks
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
    scores, relevant = torch.from_numpy(stored.scores(matrix)), torch.from_numpy(stored.relevant())
    answered = torch.from_numpy(stored.answered())
    rows = []
    for name, temperature in temperatures.items():
        if name not in CORRECTIONS:
            raise DataError(f"unknown correction {name!r}, expected one of {', '.join(CORRECTIONS)}")
        correction = CORRECTIONS[name]
        corrected = correction.apply(scores, bank, temperature)
        found = {"text_to_video": summarize(ranks(corrected, relevant))}
        if correction.transductive:
            other = correction.apply(scores[:, answered].T, None, temperature)
            found["video_to_text"] = summarize(ranks(other, relevant[:, answered].T))
        rows.append((name, temperature, found))
    return rows
