"""Evaluation as published: every caption encoded again for every block of videos, ranks from full sorts."""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.plain.hanet import PlainHANet
from benchmarks.plain.hgr import PlainHGR, TextBatch, VideoBatch

BLOCK = 300
"""Published test batch."""


@torch.no_grad()
def score_matrices(
    model: PlainHGR | PlainHANet, text: TextBatch, video: VideoBatch, *, block: int = BLOCK
) -> dict[str, Tensor]:
    """All pairs of a split.

    Args:
        model: The system, in test mode.
        text: All captions.
        video: All videos.
        block: Captions and videos scored together.

    Returns:
        Matrices (T, V) by level and "fused".
    """
    columns: list[dict[str, Tensor]] = []
    for first in range(0, len(video.lengths), block):
        videos = model.encode_video(video[first : first + block])
        rows = []
        for start in range(0, len(text.lengths), block):
            scores = model.scores(model.encode_text(text[start : start + block]), videos)
            rows.append(scores | {"fused": model.fused(scores)})
        columns.append({name: torch.cat([row[name] for row in rows]) for name in rows[0]})
    return {name: torch.cat([column[name] for column in columns], dim=1) for name in columns[0]}


def positions(similarity: Tensor) -> Tensor:
    """0-based rank of the diagonal in every row, from a full descending sort.

    Args:
        similarity: (N, N), row i belongs to column i.
    """
    order = similarity.argsort(dim=1, descending=True)
    return (order == torch.arange(len(similarity), device=similarity.device)[:, None]).int().argmax(dim=1)


def evaluate(
    model: PlainHGR | PlainHANet, text: TextBatch, video: VideoBatch, *, block: int = BLOCK
) -> dict[str, tuple[Tensor, Tensor]]:
    """Ranks text to video and video to text for every matrix, caption i belonging to video i."""
    matrices = score_matrices(model, text, video, block=block)
    return {name: (positions(matrix), positions(matrix.T)) for name, matrix in matrices.items()}
