from __future__ import annotations

import numpy as np
import pytest

from hgr.analysis.hubness import hubness


def test_even_and_uneven() -> None:
    even = hubness(np.eye(6), k=1)
    assert (even.skewness, even.never, even.largest) == (0.0, 0.0, pytest.approx(1 / 6))
    hub = np.eye(6) * 0.5
    hub[:, 2] = 1.0
    found = hubness(hub, k=1, most=1)
    assert found.never == pytest.approx(5 / 6)
    assert found.largest == 1.0
    assert found.hubs == ((2, 6),)
    counts = np.array([0, 0, 6, 0, 0, 0])
    expected = ((counts - 1) ** 3).mean() / counts.std() ** 3
    assert found.skewness == pytest.approx(expected)


def test_k_is_at_most_the_number_of_candidates() -> None:
    assert hubness(np.random.default_rng(0).random((4, 3)), k=10).never == 0
