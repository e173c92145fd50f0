"""Similarity matrices between texts and videos: rows are texts, columns are videos, bigger is more similar."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from hgr.attended_tiles import SQUARED_NORM_FLOOR, FrameTiles, attended_tiles, frame_tiles
from hgr.attention_core import attended_scores
from hgr.embeddings import LevelEmbedding
from hgr.nn.pooling import masked_softmax
from hgr.packed import PackedLevel

NORM_FLOOR = 1e-10


def unit(vectors: Tensor) -> Tensor:
    """Vectors divided by their length; the zero vector stays zero.

    Args:
        vectors: (..., D).
    """
    return vectors * torch.rsqrt(vectors.square().sum(-1, keepdim=True) + SQUARED_NORM_FLOOR)


def _one_vector(level: LevelEmbedding, side: str) -> Tensor:
    if level.vectors.shape[1] != 1:
        raise ValueError(f"{side} has {level.vectors.shape[1]} elements an item, expected a level with one")
    return level.vectors[:, 0] * level.mask


def cosine(text: LevelEmbedding, video: LevelEmbedding) -> Tensor:
    """Cosine of two levels with one vector an item.

    Args:
        text: (T, 1, D).
        video: (V, 1, D).

    Returns:
        (T, V); 0 where either side has no element.

    >>> import torch; from hgr.embeddings import single
    >>> cosine(single(torch.tensor([[3.0, 4.0]])), single(torch.tensor([[1.0, 0.0], [3.0, 4.0]])))
    tensor([[0.6000, 1.0000]])
    """
    return unit(_one_vector(text, "text")) @ unit(_one_vector(video, "video")).T


def attended(
    text: LevelEmbedding,
    video: LevelEmbedding,
    *,
    sharpness: float = 4.0,
    fusion: Literal["embed", "sim"] = "embed",
) -> Tensor:
    """Similarity of phrase sets to frame sequences, each phrase attending over the frames.

    For a phrase p and frames E_f: s_f = cos(E_f, p); u_f = max(s_f, 0), divided by its norm over the frames;
    w = softmax over real frames of sharpness * u; "embed" scores cos(sum_f w_f E_f, p), "sim" scores sum_f w_f s_f.

    The attended vector is never built: with the frames' Gram matrix G, its squared length is w^T G w.

    Args:
        text: Phrases, (T, K, D).
        video: Frames, (V, F, D).
        sharpness: Inverse temperature of the attention over frames.
        fusion: "embed" averages frames, "sim" averages similarities.

    Returns:
        (T, V), the mean over each text's real phrases; 0 for a text without phrases or a video without frames.

    Paper: Chen et al., Fine-grained Video-Text Retrieval with Hierarchical Graph Reasoning, CVPR 2020, section 3.3.
    """
    phrases = text.vectors[text.mask]
    if _needs_autograd(phrases, video.vectors):
        scores = attended_phrases(phrases, video, sharpness=sharpness, fusion=fusion)
    else:
        scores = attended_tiles(phrases, frame_tiles(video), sharpness=sharpness, fusion=fusion)
    return mean_over_phrases(scores, text.mask.sum(1))


def attended_prepared(
    text: PackedLevel,
    video: FrameTiles,
    *,
    sharpness: float = 4.0,
    fusion: Literal["embed", "sim"] = "embed",
) -> Tensor:
    """`attended` without gradient, of phrases without padding and frames that many texts share.

    Args:
        text: Phrases of T texts.
        video: V videos, from `frame_tiles`.

    Returns:
        (T, V).
    """
    scores = attended_tiles(text.values, video, sharpness=sharpness, fusion=fusion)
    return mean_over_phrases(scores, text.counts)


def _needs_autograd(phrases: Tensor, frames: Tensor) -> bool:
    """Whether gradients or mixed precision are wanted, which the tiles do not know."""
    recorded = torch.is_grad_enabled() and (phrases.requires_grad or frames.requires_grad)
    return recorded or torch.is_autocast_enabled(frames.device.type)


def attended_phrases(
    phrases: Tensor,
    video: LevelEmbedding,
    *,
    sharpness: float = 4.0,
    fusion: Literal["embed", "sim"] = "embed",
) -> Tensor:
    """The same for single phrases, before the mean: see `attended`.

    Args:
        phrases: (N, D).
        video: Frames, (V, F, D).

    Returns:
        (N, V).
    """
    cosines, lengths, gram = frame_cosines(phrases, video)
    if fusion == "embed":
        return attended_scores(cosines, lengths, gram, video.mask, sharpness).T
    if fusion == "sim":
        weights = frame_weights(cosines, video.mask, sharpness)
        return (weights * cosines).sum(1).T
    raise ValueError(f"fusion is {fusion!r}, expected 'embed' or 'sim'")


def frame_cosines(phrases: Tensor, video: LevelEmbedding) -> tuple[Tensor, Tensor, Tensor]:
    """Cosines of phrases and frames, and what is needed of the frames besides.

    The products run in the autocast precision, everything else in at least float32.

    Args:
        phrases: (N, D).
        video: (V, F, D).

    Returns:
        Cosines (V, F, N), frame lengths (V, F), Gram matrices of the unit frames (V, F, F).
    """
    frames = video.vectors
    precision = torch.promote_types(frames.dtype, torch.float32)
    with torch.autocast(frames.device.type, enabled=False):
        wide = frames.to(precision)
        lengths = (wide.square().sum(-1) + SQUARED_NORM_FLOOR).sqrt()
        directions = wide / lengths.unsqueeze(-1)
        gram = directions @ directions.transpose(1, 2)
        queries = unit(phrases.to(precision))
    cosines = directions.flatten(0, 1) @ queries.T
    return cosines.to(precision).view(*frames.shape[:2], phrases.shape[0]), lengths, gram


def frame_weights(cosines: Tensor, mask: Tensor, sharpness: float) -> Tensor:
    """Attention of phrases over frames.

    Args:
        cosines: (V, F, N).
        mask: Real frames, (V, F).
        sharpness: Inverse temperature.

    Returns:
        Weights (V, F, N): sum 1 over a video's real frames, 0 on padding.
    """
    real = mask.unsqueeze(-1)
    positive = cosines.clamp(min=0) * real
    length = (positive.square().sum(1, keepdim=True) + SQUARED_NORM_FLOOR**2).sqrt().clamp(min=NORM_FLOOR)
    return masked_softmax(sharpness * positive / length, real.expand_as(cosines), dim=1)


def mean_over_phrases(scores: Tensor, counts: Tensor) -> Tensor:
    """Mean of phrase scores over each text.

    Args:
        scores: (N, V), the real phrases of all texts in text order.
        counts: (T,) long, the number of each text's phrases; they sum to N.

    Returns:
        (T, V); 0 for a text without phrases.
    """
    owner = torch.repeat_interleave(
        torch.arange(len(counts), device=counts.device), counts, output_size=len(scores)
    )
    totals = scores.new_zeros(len(counts), scores.shape[1]).index_add(0, owner, scores)
    return totals / counts.clamp(min=1).unsqueeze(1)


def max_mean(text: LevelEmbedding, video: LevelEmbedding) -> Tensor:
    """Mean over a text's elements of the best cosine among the video's elements (late interaction).

    Args:
        text: (T, K, D).
        video: (V, F, D).

    Returns:
        (T, V); 0 where either side has no element.

    Paper: Khattab and Zaharia, ColBERT, SIGIR 2020, with the mean in place of the sum.
    """
    cosines, _, _ = frame_cosines(text.vectors[text.mask], video)
    best = cosines.masked_fill(~video.mask.unsqueeze(-1), -torch.inf).amax(1)
    best = torch.where(video.present.unsqueeze(-1), best, 0.0)
    return mean_over_phrases(best.T, text.mask.sum(1))


def jaccard(text: LevelEmbedding, video: LevelEmbedding) -> Tensor:
    """Generalized Jaccard similarity of non-negative vectors: sum of minima over sum of maxima.

    Args:
        text: (T, 1, C), entries >= 0.
        video: (V, 1, C), entries >= 0.

    Returns:
        (T, V) in [0, 1]; 0 where both are all zero.

    Paper: Dong et al., Dual Encoding for Video Retrieval by Text, TPAMI 2021.

    >>> import torch; from hgr.embeddings import single
    >>> jaccard(single(torch.tensor([[1.0, 0.5]])), single(torch.tensor([[0.5, 0.5]])))
    tensor([[0.6667]])
    """
    a, b = _one_vector(text, "text"), _one_vector(video, "video")
    totals = a.sum(-1, keepdim=True) + b.sum(-1)
    distance = torch.cdist(a, b, p=1)
    return (totals - distance) / (totals + distance).clamp(min=NORM_FLOOR)
