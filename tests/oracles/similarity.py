"""Similarities as plain loops over texts, videos, phrases and frames."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from hgr.embeddings import LevelEmbedding


def cosine_of(a: Tensor, b: Tensor) -> float:
    return float(a @ b) / max(math.sqrt(float(a @ a)) * math.sqrt(float(b @ b)), 1e-12)


def attended(
    text: LevelEmbedding, video: LevelEmbedding, sharpness: float = 4.0, fusion: str = "embed"
) -> Tensor:
    result = torch.zeros(len(text), len(video), dtype=torch.float64)
    for t in range(len(text)):
        phrases = [p for p, real in zip(text.vectors[t], text.mask[t], strict=True) if real]
        for v in range(len(video)):
            frames = [f for f, real in zip(video.vectors[v], video.mask[v], strict=True) if real]
            scores = [_attend(phrase, frames, sharpness, fusion) for phrase in phrases if frames]
            result[t, v] = sum(scores) / len(scores) if scores else 0.0
    return result


def _attend(phrase: Tensor, frames: list[Tensor], sharpness: float, fusion: str) -> float:
    cosines = [cosine_of(frame, phrase) for frame in frames]
    positive = [max(s, 0.0) for s in cosines]
    length = max(math.sqrt(sum(u * u for u in positive)), 1e-10)
    powers = [math.exp(sharpness * u / length) for u in positive]
    weights = [power / sum(powers) for power in powers]
    if fusion == "sim":
        return sum(w * s for w, s in zip(weights, cosines, strict=True))
    attended_frame = sum((w * f for w, f in zip(weights, frames, strict=True)), torch.zeros_like(phrase))
    return cosine_of(attended_frame, phrase)


def max_mean(text: LevelEmbedding, video: LevelEmbedding) -> Tensor:
    result = torch.zeros(len(text), len(video), dtype=torch.float64)
    for t in range(len(text)):
        for v in range(len(video)):
            best = [
                max(
                    (
                        cosine_of(p, f)
                        for f, real in zip(video.vectors[v], video.mask[v], strict=True)
                        if real
                    ),
                    default=0.0,
                )
                for p, real in zip(text.vectors[t], text.mask[t], strict=True)
                if real
            ]
            result[t, v] = sum(best) / len(best) if best else 0.0
    return result


def jaccard(text: LevelEmbedding, video: LevelEmbedding) -> Tensor:
    result = torch.zeros(len(text), len(video), dtype=torch.float64)
    for t in range(len(text)):
        for v in range(len(video)):
            a, b = text.vectors[t, 0], video.vectors[v, 0]
            over = sum(max(float(x), float(y)) for x, y in zip(a, b, strict=True))
            result[t, v] = (
                sum(min(float(x), float(y)) for x, y in zip(a, b, strict=True)) / over if over else 0.0
            )
    return result
