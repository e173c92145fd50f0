from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from hgr.analysis.significance import (
    bootstrap_interval,
    by_cluster,
    detectable_difference,
    holm,
    randomization_test,
    standard_error,
    wilson_interval,
)


@pytest.mark.parametrize("seed", range(4))
def test_p_equals_the_exact_one(seed: int) -> None:
    """Against all 2^10 sign patterns, within what 20,000 random ones leave open."""
    differences = np.random.default_rng(seed).integers(-2, 4, 10).astype(float)
    totals = [abs(np.dot(signs, differences)) for signs in product((-1, 1), repeat=10)]
    exact = np.mean(np.array(totals) >= abs(differences.sum()) - 1e-9)
    found = randomization_test(differences, permutations=20_000, seed=seed)
    assert found == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 20_000) + 1e-4)


def test_p_is_uniform_without_a_difference_and_clusters_matter() -> None:
    rng = np.random.default_rng(0)
    clustered, ignoring = [], []
    for i in range(200):
        shared = rng.standard_normal(30).repeat(20)
        values = shared + 0.1 * rng.standard_normal(600)
        names = [str(v) for v in np.arange(30).repeat(20)]
        clustered.append(randomization_test(by_cluster(values, names).sums, 400, seed=i))
        ignoring.append(randomization_test(values, 400, seed=i))
    assert np.mean(np.array(clustered) < 0.05) < 0.12
    assert np.mean(np.array(ignoring) < 0.05) > 0.4, "without clusters the test would lie"


def test_limits() -> None:
    assert randomization_test(np.zeros(10)) == 1.0
    assert randomization_test(np.ones(1000), permutations=999) == pytest.approx(1 / 1000)
    assert randomization_test(np.array([1.0, -0.5, 2.0] * 9), 500, 3) == randomization_test(
        np.array([1.0, -0.5, 2.0] * 9), 500, 3
    )
    with pytest.raises(ValueError, match="permutations is 0"):
        randomization_test(np.ones(3), 0)


def test_bootstrap_interval_covers() -> None:
    rng = np.random.default_rng(1)
    names = [str(v) for v in np.arange(50).repeat(4)]
    covered = 0
    for i in range(100):
        values = 1.0 + rng.standard_normal(50).repeat(4) + 0.3 * rng.standard_normal(200)
        low, high = bootstrap_interval(by_cluster(values, names), resamples=400, seed=i)
        covered += low <= 1.0 <= high
    assert 86 <= covered <= 100


def test_standard_error_of_single_clusters_is_the_ordinary_one() -> None:
    values = np.random.default_rng(2).standard_normal(80)
    clustered = by_cluster(values, [str(i) for i in range(80)])
    assert standard_error(clustered) == pytest.approx(values.std(ddof=1) / math.sqrt(80))
    assert detectable_difference(clustered) == pytest.approx(2.8016 * standard_error(clustered), rel=1e-4)
    assert math.isnan(standard_error(by_cluster(values, ["one"] * 80)))


def test_detectable_difference_is_found_with_its_power() -> None:
    rng = np.random.default_rng(3)
    names = [str(i) for i in range(100)]
    step = detectable_difference(by_cluster(rng.standard_normal(100), names))
    found = [
        randomization_test(by_cluster(rng.standard_normal(100) + step, names).sums, 400, seed=i) < 0.05
        for i in range(150)
    ]
    assert 0.68 <= np.mean(found) <= 0.92


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_wilson_covers_the_limits() -> None:
    assert wilson_interval(0, 10)[0] == pytest.approx(0.0) and wilson_interval(10, 10)[1] == pytest.approx(
        1.0
    )
    assert wilson_interval(0, 0) == (0.0, 1.0)
    low, high = wilson_interval(50, 100)
    assert (low, high) == pytest.approx((0.4038, 0.5962), abs=1e-4)


def test_errors() -> None:
    with pytest.raises(ValueError, match="2 values, 1 clusters"):
        by_cluster(np.ones(2), ["a"])
    with pytest.raises(ValueError, match="1 of 2 values are NaN"):
        by_cluster(np.array([1.0, np.nan]), ["a", "b"])
    with pytest.raises(ValueError, match="confidence is 2"):
        bootstrap_interval(by_cluster(np.ones(2), ["a", "b"]), confidence=2)
