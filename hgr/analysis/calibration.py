"""From scores to "this is it" or "nothing here matches": a probability fitted on validation, checked on
test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from hgr.analysis.stored import StoredSimilarity

BINS = 10


@dataclass(frozen=True)
class TopScores:
    """What a search would show for every text, with its right videos in the collection and without them.

    Attributes:
        with_match: (T,) best score over all videos.
        correct: (T,) bool: that best video is a right one.
        without_match: (T,) best score over the wrong videos: the answer if the right ones were not there.
    """

    with_match: np.ndarray
    correct: np.ndarray
    without_match: np.ndarray


@dataclass(frozen=True)
class Bin:
    """One bar of a reliability diagram."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """A probability of being right and a threshold of "nothing matches", chosen on one split, checked on
    another.

    Attributes:
        slope: The probability that the best video is right is 1 / (1 + exp(-(slope * score + offset))).
        offset: See `slope`.
        error: Expected calibration error on the checked split, 0 to 1.
        bins: Its reliability diagram.
        threshold: Best scores below it mean "nothing matches".
        false_rejects: Share of answerable queries below the threshold, on the checked split.
        false_accepts: Share of unanswerable queries at or above it.
        separation: Chance that an answerable query scores higher than an unanswerable one (AUROC), 0.5 for
            none.
        risk: Share of wrong answers when the most confident 10, 20, ... 100 % of queries are answered.
    """

    slope: float
    offset: float
    error: float
    bins: tuple[Bin, ...]
    threshold: float
    false_rejects: float
    false_accepts: float
    separation: float
    risk: tuple[float, ...]


def top_scores(stored: StoredSimilarity, matrix: str) -> TopScores:
    """Best scores of every text, block by block."""
    pairs_text, pairs_video = stored.pairs()
    bounds = np.searchsorted(pairs_text, np.arange(len(stored.texts) + 1))
    best, correct, without = [], [], []
    step = max(1, (1 << 21) // len(stored.videos))
    for start in range(0, len(stored.texts), step):
        scores = np.array(stored.matrices[matrix][start : start + step], dtype=np.float64)
        inside = slice(bounds[start], bounds[min(start + step, len(stored.texts))])
        rows, columns = pairs_text[inside] - start, pairs_video[inside]
        best.append(scores.max(axis=1))
        scores[rows, columns] = -np.inf
        without.append(scores.max(axis=1))
        correct.append(best[-1] > without[-1])
    return TopScores(np.concatenate(best), np.concatenate(correct), np.concatenate(without))


def calibrate(chosen: TopScores, checked: TopScores) -> Calibration:
    """Fit slope, offset and threshold on one split, measure them on the other.

    The threshold is the one with the smallest sum of false rejects and false accepts, a query without its
    right videos standing for one that nothing matches.

    Args:
        chosen: Scores of the validation split.
        checked: Scores of the test split.
    """
    slope, offset = fit_logistic(chosen.with_match, chosen.correct)
    confidence = 1.0 / (1.0 + np.exp(-(slope * checked.with_match + offset)))
    bins = reliability(confidence, checked.correct)
    error = sum(b.count * abs(b.confidence - b.accuracy) for b in bins) / len(confidence)
    threshold = best_threshold(chosen.with_match, _finite(chosen.without_match))
    unanswerable = _finite(checked.without_match)
    order = np.argsort(-checked.with_match, kind="stable")
    wrong = ~checked.correct[order]
    risk = tuple(float(wrong[: max(1, round(len(wrong) * part / 10))].mean()) for part in range(1, 11))
    return Calibration(
        slope,
        offset,
        float(error),
        bins,
        threshold,
        float(np.mean(checked.with_match < threshold)),
        float(np.mean(unanswerable >= threshold)) if len(unanswerable) else float("nan"),
        separation(checked.with_match, unanswerable),
        risk,
    )


def fit_logistic(scores: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Slope and offset of the likeliest logistic curve through scores and outcomes (Platt), by Newton's
    method.

    Targets are pulled to (n + 1) / (n + 2) and 1 / (m + 2) as Platt does, so that separable data stay finite.
    """
    center, spread = scores.mean(), scores.std() or 1.0
    x = torch.from_numpy(np.stack([(scores - center) / spread, np.ones_like(scores)], axis=1))
    hits, misses = right.sum(), (~right).sum()
    target = torch.from_numpy(np.where(right, (hits + 1) / (hits + 2), 1 / (misses + 2)))
    beta = torch.zeros(2, dtype=torch.float64)
    for _ in range(100):
        p = torch.sigmoid(x @ beta)
        gradient = x.T @ (p - target) + 1e-9 * beta
        hessian = (x * (p * (1 - p)).unsqueeze(1)).T @ x + 1e-9 * torch.eye(2, dtype=torch.float64)
        step = torch.linalg.solve(hessian, gradient)
        beta = beta - step.clamp(-5, 5)
        if step.abs().max() < 1e-10:
            break
    slope = beta[0].item() / spread
    return slope, beta[1].item() - slope * center


def reliability(confidence: np.ndarray, right: np.ndarray) -> tuple[Bin, ...]:
    """Reliability diagram in `BINS` bins of equal width; empty ones are left out."""
    number = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(i / BINS, (i + 1) / BINS, int((number == i).sum()), float(confidence[number == i].mean()),
            float(right[number == i].mean()))
        for i in range(BINS)
        if (number == i).any()
    )  # fmt: skip


def best_threshold(answerable: np.ndarray, unanswerable: np.ndarray) -> float:
    """Score with the smallest share of answerable queries below plus share of unanswerable ones at or above
    it."""
    if not len(unanswerable):
        return float("-inf")
    candidates = np.unique(np.concatenate([answerable, unanswerable]))
    below = np.searchsorted(np.sort(answerable), candidates, side="left") / len(answerable)
    kept = 1.0 - np.searchsorted(np.sort(unanswerable), candidates, side="left") / len(unanswerable)
    return float(candidates[np.argmin(below + kept)])


def separation(answerable: np.ndarray, unanswerable: np.ndarray) -> float:
    """Chance that a draw of the first is higher than one of the second, ties counting half (AUROC)."""
    if not len(unanswerable) or not len(answerable):
        return float("nan")
    other = np.sort(unanswerable)
    below = np.searchsorted(other, answerable, side="left") + np.searchsorted(other, answerable, side="right")
    return float(below.mean() / 2 / len(other))


def _finite(scores: np.ndarray) -> np.ndarray:
    return scores[np.isfinite(scores)]
