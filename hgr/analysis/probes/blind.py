"""A reader that never sees a video: how far the text alone tells the true caption from the altered one.

Hsieh et al., SugarCrepe, NeurIPS 2023: a probe set that a blind model solves measures the text, not the video.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

BUCKETS = 1 << 16
FOLDS = 2
EPOCHS = 8
BATCH = 256
LEARNING_RATE = 0.02
DECAY = 1e-4
MOST_PAIRS = 20_000
"""Pairs that one fold is trained on; more change the accuracy by less than its interval."""


def features(text: str) -> list[int]:
    """Hashed words, pairs of neighboring words and the length of a caption."""
    words = ["<s>", *text.lower().split(), "</s>"]
    names = [*words[1:-1], *(f"{a} {b}" for a, b in zip(words, words[1:], strict=False)), f"<{len(words)}>"]
    return [zlib.crc32(name.encode()) % BUCKETS for name in names]


def blind_gaps(
    texts: Sequence[str], altered: Sequence[str], clusters: Sequence[str], seed: int = 0
) -> np.ndarray:
    """How much more likely each caption looks than its altered version, to a reader trained on other videos.

    Logistic regression on bags of words and word pairs, trained to prefer the true caption of a pair, cross-fitted:
    no pair is judged by a reader that saw its video.

    Args:
        texts: (N,) true captions.
        altered: (N,) altered captions.
        clusters: (N,) their videos.
        seed: Of folds and batches.

    Returns:
        (N,) differences of scores; above 0 where the true caption looks likelier. All 0 with a single video.
    """
    names = {name: i for i, name in enumerate(dict.fromkeys(clusters))}
    generator = torch.Generator().manual_seed(seed)
    fold_of_video = torch.randperm(len(names), generator=generator) % FOLDS
    fold = fold_of_video[torch.tensor([names[c] for c in clusters])]
    true_bags, altered_bags = [features(t) for t in texts], [features(t) for t in altered]
    gaps = torch.zeros(len(texts), dtype=torch.float64)
    for held_out in range(FOLDS):
        train = (fold != held_out).nonzero().flatten()
        test = (fold == held_out).nonzero().flatten()
        if not len(train) or not len(test):
            continue
        train = train[torch.randperm(len(train), generator=generator)[:MOST_PAIRS]]
        weights = _fit(true_bags, altered_bags, train, generator)
        gaps[test] = (_scores(weights, true_bags, test) - _scores(weights, altered_bags, test)).double()
    return gaps.numpy()


def blind_accuracy(gaps: np.ndarray) -> float:
    """Share of pairs that the blind reader gets right, ties counting half; NaN without pairs."""
    if not len(gaps):
        return float("nan")
    return float((gaps > 0).mean() + 0.5 * (gaps == 0).mean())


def refine(gaps: np.ndarray, bins: int = 50, seed: int = 0) -> np.ndarray:
    """Positions of the pairs to keep, so that the blind reader's gaps are as often above 0 as below.

    The gaps are binned symmetrically about 0; of every bin and its mirror image the same number is kept.

    Args:
        gaps: (N,) gaps of a blind reader.
        bins: Number of bins on either side.
        seed: Of the choice within a bin.

    Returns:
        Ascending positions.
    """
    if not len(gaps):
        return np.zeros(0, dtype=np.int64)
    width = max(np.abs(gaps).max(), 1e-12) / bins
    number = np.minimum((np.abs(gaps) / width).astype(int), bins - 1)
    rng = np.random.default_rng(seed)
    kept = [np.flatnonzero(gaps == 0)]
    for i in range(bins):
        above, below = np.flatnonzero((number == i) & (gaps > 0)), np.flatnonzero((number == i) & (gaps < 0))
        count = min(len(above), len(below))
        kept += [rng.choice(side, count, replace=False) for side in (above, below) if count]
    return np.sort(np.concatenate(kept))


def _fit(true: list[list[int]], altered: list[list[int]], rows: Tensor, generator: torch.Generator) -> Tensor:
    weights = torch.zeros(BUCKETS)
    squares = torch.full((BUCKETS,), 1e-8)
    for _ in range(EPOCHS):
        order = rows[torch.randperm(len(rows), generator=generator)]
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH].tolist()
            index, sign, owner = _differences(true, altered, batch)
            margin = torch.zeros(len(batch)).index_add_(0, owner, weights[index] * sign)
            push = torch.sigmoid(-margin)[owner] * sign / len(batch)
            used, inverse = torch.unique(index, return_inverse=True)
            gradient = torch.zeros(len(used)).index_add_(0, inverse, push) - DECAY * weights[used]
            squares[used] += gradient**2
            weights[used] += LEARNING_RATE * 10 * gradient / squares[used].sqrt()
    return weights


def _differences(
    true: list[list[int]], altered: list[list[int]], batch: list[int]
) -> tuple[Tensor, Tensor, Tensor]:
    index, sign, owner = [], [], []
    for row, pair in enumerate(batch):
        index += true[pair] + altered[pair]
        sign += [1.0] * len(true[pair]) + [-1.0] * len(altered[pair])
        owner += [row] * (len(true[pair]) + len(altered[pair]))
    return torch.tensor(index), torch.tensor(sign), torch.tensor(owner)


def _scores(weights: Tensor, bags: list[list[int]], rows: Tensor) -> Tensor:
    return torch.stack([weights[torch.tensor(bags[row])].sum() for row in rows.tolist()])
