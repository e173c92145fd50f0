"""Similarities of the published systems, attended vectors materialized. Rows are texts, columns videos."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

COSINE_EPS = 1e-18
"""Added to a squared norm before its root, as published."""
NORM_FLOOR = 1e-10
"""Smallest norm that a vector is divided by, as published."""


def cosine(text: Tensor, video: Tensor) -> Tensor:
    """Cosine of every text with every video.

    Args:
        text: (T, D).
        video: (V, D).

    Returns:
        (T, V).
    """
    return _unit(text) @ _unit(video).T


def local(
    phrases: Tensor,
    phrase_mask: Tensor,
    frames: Tensor,
    frame_mask: Tensor | None = None,
    *,
    sharpness: float = 4.0,
) -> Tensor:
    """Mean over a text's phrases of the cosine between a phrase and the frames it attends to.

    The attended vectors are built for every video, text and phrase, padded phrases included: (V, T, K, D).

    Args:
        phrases: (T, K, D).
        phrase_mask: (T, K) bool, True where real.
        frames: (V, F, D).
        frame_mask: (V, F) bool, True where real; None where every frame counts.
        sharpness: Inverse temperature of the softmax over the frames.

    Returns:
        (T, V); 0 for a text without phrases.
    """
    texts, width, size = phrases.shape
    videos, length, _ = frames.shape
    flat = phrases.reshape(texts * width, size)
    cosines = (_unit(flat) @ _unit(frames).reshape(videos * length, size).T).view(
        texts, width, videos, length
    )
    cosines = cosines.permute(2, 0, 1, 3)  # (V, T, K, F)
    weights = cosines.relu()
    if frame_mask is not None:
        weights = weights.masked_fill(~frame_mask[:, None, None, :], 0.0)
    weights = sharpness * normalize(weights, dim=-1, eps=NORM_FLOOR)
    if frame_mask is not None:
        weights = weights.masked_fill(~frame_mask[:, None, None, :], -torch.inf)
    weights = weights.softmax(dim=-1)
    attended = torch.bmm(weights.reshape(videos, texts * width, length), frames)
    attended = normalize(attended.view(videos, texts, width, size), dim=-1, eps=NORM_FLOOR)
    scores = (attended * normalize(phrases, dim=-1, eps=NORM_FLOOR)).sum(dim=-1)  # (V, T, K)
    scores = scores.masked_fill(~phrase_mask, 0.0).sum(dim=-1) / phrase_mask.sum(dim=-1).clamp(min=1)
    return scores.T


def jaccard(text: Tensor, video: Tensor) -> Tensor:
    """Soft Jaccard similarity of non-negative vectors: sum of the minima over sum of the maxima.

    Args:
        text: (T, C).
        video: (V, C).

    Returns:
        (T, V).
    """
    left, right = text[:, None, :], video[None, :, :]
    return torch.minimum(left, right).sum(dim=-1) / torch.maximum(left, right).sum(dim=-1)


def _unit(vectors: Tensor) -> Tensor:
    return vectors / (vectors.square().sum(dim=-1, keepdim=True) + COSINE_EPS).sqrt()
