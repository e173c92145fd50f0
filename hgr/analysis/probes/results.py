"""What a model made of a probe set: accuracy by kind, and whether the right level noticed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hgr.analysis.probes.generation import Probe
from hgr.analysis.probes.operators import OPERATORS
from hgr.analysis.significance import bootstrap_interval, by_cluster

PERMUTATIONS = 2000
FUSED = "fused"
TIE = 0.5
"""What two equal scores count: a guess."""


@dataclass(frozen=True)
class KindResult:
    """One kind of probe.

    Attributes:
        kind: A key of `OPERATORS`.
        effect: What the operator does to the truth of the caption.
        owner: The level that should notice, None where no single one should.
        pairs: Number of pairs.
        videos: Number of videos that they come from.
        accuracy: Share of pairs whose true caption has the higher fused score, ties counting half. For controls: the
            share in which the original scores higher than the paraphrase, one half where it does not matter.
        low: Lower end of its 95 % bootstrap interval over videos.
        high: Its upper end.
        by_level: Level -> the same share by that level's score alone.
        single_frame: Accuracy with one frame of each video, None where not measured.
        other_video: Accuracy with another video in place of the caption's own, None where not measured: what the
            model has against the altered captions whatever it sees.
        shift: Mean absolute change of the fused score in units of its spread.
        largest: Level -> share of pairs in which its margin, in units of its spread, is the largest.
        right_level: Share in which that level is the owner; None without an owner.
        permuted: Mean of that share under permuted level labels.
        p_value: One-sided, of `right_level` against permuted level labels, by video.
    """

    kind: str
    effect: str
    owner: str | None
    pairs: int
    videos: int
    accuracy: float
    low: float
    high: float
    by_level: Mapping[str, float]
    single_frame: float | None
    other_video: float | None
    shift: float
    largest: Mapping[str, float]
    right_level: float | None
    permuted: float | None
    p_value: float | None


def kind_results(
    probes: Sequence[Probe],
    margins: Mapping[str, np.ndarray],
    spreads: Mapping[str, float],
    single_frame: np.ndarray | None = None,
    other_video: np.ndarray | None = None,
    seed: int = 0,
) -> list[KindResult]:
    """Results of every kind.

    Args:
        probes: (N,) the probes.
        margins: Matrix name, "fused" among them, -> (N,) score of the true caption minus that of the altered one,
            both with the caption's own video.
        spreads: Matrix name -> standard deviation of its scores on validation.
        single_frame: (N,) fused margins with one frame of each video.
        other_video: (N,) fused margins with another video each.
        seed: Of permutations and bootstrap.

    Raises:
        ValueError: Margins that do not fit, or are not finite.
    """
    for name, values in margins.items():
        if values.shape != (len(probes),) or not np.isfinite(values).all():
            raise ValueError(f"{name}: expected {len(probes)} finite margins, found shape {values.shape}")
    kinds = np.array([probe.kind for probe in probes])
    videos = np.array([probe.video for probe in probes])
    results = []
    for kind in OPERATORS:
        rows = np.flatnonzero(kinds == kind)
        if not len(rows):
            continue
        own = {name: values[rows] for name, values in margins.items()}
        single, other = (
            None if m is None else float(wins(m[rows]).mean()) for m in (single_frame, other_video)
        )
        results.append(_one_kind(kind, own, spreads, videos[rows], single, other, seed))
    return results


def wins(margins: np.ndarray) -> np.ndarray:
    """1 for a positive margin, one half for none, 0 for a negative one."""
    return np.where(margins == 0, TIE, (margins > 0).astype(np.float64))


def mean_accuracy(results: Sequence[KindResult], told_by_text: Collection[str] = ()) -> float:
    """Mean over the kinds that contradict their caption, NaN without any.

    Args:
        results: One a kind.
        told_by_text: Kinds whose text alone gives the answer away; they are left out.
    """
    values = [r.accuracy for r in results if r.effect == "contradiction" and r.kind not in told_by_text]
    return float(np.mean(values)) if values else float("nan")


def _one_kind(
    kind: str,
    margins: Mapping[str, np.ndarray],
    spreads: Mapping[str, float],
    videos: np.ndarray,
    single_frame: float | None,
    other_video: float | None,
    seed: int,
) -> KindResult:
    operator = OPERATORS[kind]
    hits = wins(margins[FUSED])
    low, high = bootstrap_interval(by_cluster(hits, videos.tolist()), resamples=2000, seed=seed)
    levels = tuple(name for name in margins if name != FUSED)
    scaled = np.stack([margins[n] / max(spreads[n], 1e-12) for n in levels], axis=1) if levels else None
    largest: dict[str, float] = {}
    right = permuted = p_value = None
    if scaled is not None and len(levels) > 1:
        first = largest_shares(scaled)
        largest = {n: float(first[:, i].mean()) for i, n in enumerate(levels)}
        if operator.owner in levels:
            right, permuted, p_value = right_level_rate(first, levels.index(operator.owner), videos, seed)
    return KindResult(
        kind=kind,
        effect=operator.effect,
        owner=operator.owner,
        pairs=len(hits),
        videos=len(set(videos.tolist())),
        accuracy=float(hits.mean()),
        low=low,
        high=high,
        by_level={n: float(wins(margins[n]).mean()) for n in levels},
        single_frame=single_frame,
        other_video=other_video,
        shift=float(np.abs(margins[FUSED]).mean() / max(spreads[FUSED], 1e-12)),
        largest=largest,
        right_level=right,
        permuted=permuted,
        p_value=p_value,
    )


def largest_shares(margins: np.ndarray) -> np.ndarray:
    """(N, L): 1 for the level with the largest margin; levels that tie for it share it."""
    best = margins == margins.max(axis=1, keepdims=True)
    return best / best.sum(axis=1, keepdims=True)


def right_level_rate(
    first: np.ndarray, owner: int, videos: np.ndarray, seed: int = 0, permutations: int = PERMUTATIONS
) -> tuple[float, float, float]:
    """Share of pairs in which the owner's margin is the largest, and what permuted level labels would give.

    A permutation gives the levels of every video new names, the same for all its pairs, so pairs of one video stay
    together.

    Args:
        first: (N, L) from `largest_shares`.
        owner: Column of the owner.
        videos: (N,) video of each pair.
        seed: Of the permutations.
        permutations: Their number.

    Returns:
        The rate, its mean under permutation, and p = (1 + permutations with at least the rate) / (1 + permutations).
    """
    _, cluster = np.unique(videos, return_inverse=True)
    sums = np.zeros((cluster.max() + 1, first.shape[1]))
    np.add.at(sums, cluster, first)
    observed = sums[:, owner].sum()
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, first.shape[1], (permutations, len(sums)))
    totals = sums[np.arange(len(sums)), chosen].sum(axis=1)
    p_value = (1 + np.count_nonzero(totals >= observed - 1e-9)) / (1 + permutations)
    return float(observed / len(first)), float(totals.mean() / len(first)), float(p_value)
