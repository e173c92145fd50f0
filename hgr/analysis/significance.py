"""Is a difference more than chance? Paired tests on per-query values, videos being the independent units.

The captions of one video are not independent queries, so signs are flipped and samples drawn video by video.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import torch

PERMUTATIONS = 10_000
RESAMPLES = 10_000
CHUNK = 1 << 22
"""Random signs or weights drawn at a time."""
ROUNDING = 1e-9
"""A permuted difference this little below the observed one counts as equal to it."""


@dataclass(frozen=True)
class Clustered:
    """Values of one metric, summed by cluster.

    Attributes:
        sums: (K,) float64, sum of the values of each cluster.
        sizes: (K,) float64, number of values in each cluster.
    """

    sums: np.ndarray
    sizes: np.ndarray

    @property
    def mean(self) -> float:
        """Mean of all values."""
        return float(self.sums.sum() / self.sizes.sum())


def by_cluster(values: np.ndarray, clusters: Sequence[str]) -> Clustered:
    """Sum values by cluster.

    Args:
        values: (Q,).
        clusters: (Q,) names.

    Raises:
        ValueError: Lengths that differ, no values, NaN.
    """
    if len(values) != len(clusters) or not len(values):
        raise ValueError(
            f"expected one cluster a value, found {len(values)} values, {len(clusters)} clusters"
        )
    if not np.isfinite(values).all():
        raise ValueError(f"{int((~np.isfinite(values)).sum())} of {len(values)} values are NaN or infinite")
    numbers: dict[str, int] = {}
    index = np.array([numbers.setdefault(name, len(numbers)) for name in clusters])
    return Clustered(
        np.bincount(index, weights=values, minlength=len(numbers)),
        np.bincount(index, minlength=len(numbers)).astype(np.float64),
    )


def randomization_test(differences: np.ndarray, permutations: int = PERMUTATIONS, seed: int = 0) -> float:
    """Two-sided paired randomization test.

    Under the null hypothesis the two runs are exchangeable on every cluster, so the sign of each cluster's
    difference is a coin flip (Smucker, Allan, Carterette, CIKM 2007).

    Args:
        differences: (K,) what each cluster adds to the difference of the two runs.
        permutations: Number of random sign patterns.
        seed: Of the signs.

    Returns:
        p, (1 + patterns at least as far from 0) / (1 + patterns): never 0.
    """
    if permutations < 1:
        raise ValueError(f"permutations is {permutations}, expected at least 1")
    values = torch.from_numpy(np.asarray(differences, dtype=np.float64))
    values = values[values != 0]
    observed = abs(values.sum().item())
    generator = torch.Generator().manual_seed(seed)
    scale = values.abs().sum().item()
    extreme, done = 0, 0
    while done < permutations and len(values):
        count = min(permutations - done, max(1, CHUNK // len(values)))
        bits = torch.randint(0, 2, (count, len(values)), generator=generator, dtype=torch.int8)
        totals = (bits.double() @ values) * 2 - values.sum()
        extreme += int((totals.abs() >= observed - ROUNDING * scale).sum())
        done += count
    return 1.0 if not len(values) else (1 + extreme) / (1 + permutations)


def bootstrap_interval(
    values: Clustered, confidence: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of a mean, clusters drawn with replacement.

    Args:
        values: Values by cluster.
        confidence: Share of the interval, between 0 and 1.
        resamples: Number of bootstrap samples.
        seed: Of the samples.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected between 0 and 1")
    count = len(values.sums)
    rng = np.random.default_rng(seed)
    both = np.stack([values.sums, values.sizes], axis=1)
    means = []
    for start in range(0, resamples, step := max(1, CHUNK // count)):
        rows = min(step, resamples - start)
        drawn = rng.integers(0, count, (rows, count)) + np.arange(rows)[:, None] * count
        weights = np.bincount(drawn.ravel(), minlength=rows * count).reshape(rows, count)
        totals = weights @ both
        means.append(totals[:, 0] / totals[:, 1])
    low, high = np.quantile(np.concatenate(means), [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's correction: adjusted p-values, each at least its own, controlling the chance of any false
    finding.

    >>> [round(p, 4) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = highest
    return adjusted


def detectable_difference(differences: Clustered, alpha: float = 0.05, power: float = 0.8) -> float:
    """Smallest true difference that a test of this size would find, with the spread that was seen.

    (z(1 - alpha / 2) + z(power)) times the cluster-robust standard error of the mean difference.

    Args:
        differences: Per-query differences of two runs, by cluster.
        alpha: Level of the two-sided test.
        power: Chance to find the difference.

    Returns:
        In the unit of the differences; NaN with fewer than two clusters.
    """
    normal = NormalDist()
    return (normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) * standard_error(differences)


def standard_error(values: Clustered) -> float:
    """Cluster-robust standard error of the mean; NaN with fewer than two clusters."""
    count = len(values.sums)
    if count < 2:
        return math.nan
    residuals = values.sums - values.mean * values.sizes
    return float(np.sqrt((residuals**2).sum() * count / (count - 1)) / values.sizes.sum())


def wilson_interval(hits: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share.

    >>> [round(x, 3) for x in wilson_interval(8, 10)]
    [0.49, 0.943]

    Args:
        hits: Successes, from 0 to total.
        total: Trials; (0, 1) is returned for none.
        confidence: Share of the interval.
    """
    if not total:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, middle - half), min(1.0, middle + half)
