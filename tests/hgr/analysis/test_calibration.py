from __future__ import annotations

import numpy as np
import pytest

from hgr.analysis.calibration import (
    best_threshold,
    calibrate,
    fit_logistic,
    reliability,
    separation,
    top_scores,
)
from tests.hgr.analysis.made_up import made_up


def test_top_scores_equal_a_loop() -> None:
    stored = made_up(values=4)
    found = top_scores(stored, "event")
    relevant = stored.relevant()
    for t, scores in enumerate(stored.matrices["event"].astype(float)):
        assert found.with_match[t] == scores.max()
        assert found.without_match[t] == scores[~relevant[t]].max()
        assert found.correct[t] == (scores[relevant[t]].max() > scores[~relevant[t]].max())


def test_logistic_fit_finds_the_curve() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(3.0, 2.0, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-(1.5 * scores - 4.0)))
    slope, offset = fit_logistic(scores, right)
    assert slope == pytest.approx(1.5, abs=0.08)
    assert offset == pytest.approx(-4.0, abs=0.25)
    apart = fit_logistic(np.array([0.0, 1.0]), np.array([False, True]))
    assert np.isfinite(apart).all()


def test_calibrated_scores_have_a_small_error_and_uncalibrated_ones_do_not() -> None:
    validation = top_scores(made_up(seed=1, num_texts=3000, num_videos=60), "event")
    test = top_scores(made_up(seed=2, num_texts=3000, num_videos=60), "event")
    found = calibrate(validation, test)
    assert found.error < 0.03
    assert sum(b.count for b in found.bins) == 3000
    raw = reliability(np.clip(test.with_match / 5, 0, 1), test.correct)
    assert sum(b.count * abs(b.confidence - b.accuracy) for b in raw) / 3000 > 0.05
    assert found.risk[0] < found.risk[-1] == pytest.approx(1 - test.correct.mean())
    assert found.separation > 0.6


@pytest.mark.parametrize("seed", range(4))
def test_threshold_and_separation_equal_loops(seed: int) -> None:
    rng = np.random.default_rng(seed)
    yes, no = rng.integers(2, 9, 15).astype(float), rng.integers(0, 7, 12).astype(float)
    cost = {t: (yes < t).mean() + (no >= t).mean() for t in np.unique(np.concatenate([yes, no]))}
    assert cost[best_threshold(yes, no)] == pytest.approx(min(cost.values()))
    wins = np.mean([(a > b) + 0.5 * (a == b) for a in yes for b in no])
    assert separation(yes, no) == pytest.approx(wins)
