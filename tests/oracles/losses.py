"""Losses as plain loops over items, positives and negatives."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def hinge(similarity: Tensor, positives: Tensor, margin: float, negatives: str, k: int = 1) -> float:
    return sum(_hinge_rows(s, p, margin, negatives, k) for s, p in _both(similarity, positives))


def info_nce(similarity: Tensor, positives: Tensor, temperature: float) -> float:
    return sum(_info_nce_rows(s, p, temperature) for s, p in _both(similarity, positives)) / 2


def _both(similarity: Tensor, positives: Tensor) -> list[tuple[list[list[float]], list[list[bool]]]]:
    return [(s.tolist(), p.tolist()) for s, p in ((similarity, positives), (similarity.T, positives.T))]


def _hinge_rows(
    similarity: list[list[float]], positives: list[list[bool]], margin: float, negatives: str, k: int
) -> float:
    items, triples, total = [], 0, 0.0
    for scores, right in zip(similarity, positives, strict=True):
        wrong = sorted((s for s, r in zip(scores, right, strict=True) if not r), reverse=True)
        good = [s for s, r in zip(scores, right, strict=True) if r]
        terms = [[max(0.0, margin + s - p) for s in wrong] for p in good]
        triples += len(good) * len(wrong)
        total += sum(map(sum, terms))
        if good:
            size = 1 if negatives == "hardest" else min(k, len(scores))
            items.append(sum(sum(row[:size]) / size for row in terms) / len(good))
    return total / max(triples, 1) if negatives == "all" else sum(items) / max(len(items), 1)


def _info_nce_rows(similarity: list[list[float]], positives: list[list[bool]], temperature: float) -> float:
    items = []
    for scores, right in zip(similarity, positives, strict=True):
        wrong = sum(math.exp(s / temperature) for s, r in zip(scores, right, strict=True) if not r)
        terms = [
            -math.log(math.exp(s / temperature) / (math.exp(s / temperature) + wrong))
            for s, r in zip(scores, right, strict=True)
            if r
        ]
        if terms:
            items.append(sum(terms) / len(terms))
    return sum(items) / max(len(items), 1)


def random_case(seed: int, texts: int = 5, videos: int = 4, density: float = 0.3) -> tuple[Tensor, Tensor]:
    """A similarity matrix with ties and its positives: rows with none, one, several, all."""
    generator = torch.Generator().manual_seed(seed)
    similarity = torch.randint(-8, 9, (texts, videos), generator=generator).double() / 10
    return similarity, torch.rand(texts, videos, generator=generator) < density
