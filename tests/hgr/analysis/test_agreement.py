from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from hgr.analysis import agreement
from hgr.analysis.agreement import kendall, level_agreement
from hgr.analysis.stored import StoredSimilarity
from tests.hgr.analysis.made_up import made_up


@pytest.mark.parametrize("seed", range(5))
def test_equals_counting_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 5, (2, 12))
    same = opposite = ties_a = ties_b = 0
    for i in range(12):
        for j in range(i):
            product = (int(a[i]) - int(a[j])) * (int(b[i]) - int(b[j]))
            same += product > 0
            opposite += product < 0
            ties_a += a[i] == a[j]
            ties_b += b[i] == b[j]
    pairs = 12 * 11 / 2
    expected = (same - opposite) / math.sqrt((pairs - ties_a) * (pairs - ties_b))
    found = kendall(torch.from_numpy(a).double()[None], torch.from_numpy(b).double()[None])
    assert found.item() == pytest.approx(expected, abs=1e-12)


def test_levels_that_agree_and_that_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    base = made_up(num_texts=60, num_videos=30)
    event = base.matrices["event"]
    stored = StoredSimilarity(
        base.texts, base.videos, {"a": event, "b": 2 * event + 1, "c": -event, "d": 0 * event}
    )
    found = level_agreement(stored)
    assert found["a", "b"] == pytest.approx(1)
    assert found["a", "c"] == pytest.approx(-1)
    assert math.isnan(found["a", "d"])
    monkeypatch.setattr(agreement, "MAX_QUERIES", 10)
    monkeypatch.setattr(agreement, "MAX_CANDIDATES", 8)
    assert level_agreement(stored)["a", "b"] == pytest.approx(1)
