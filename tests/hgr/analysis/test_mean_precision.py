from __future__ import annotations

import numpy as np
import pytest
import torch

from hgr.analysis import mean_precision
from hgr.analysis.mean_precision import mean_average_precision
from hgr.metrics.graded import average_precision
from hgr.metrics.ranking import ranks


@pytest.mark.parametrize("values", [None, 3, 1, 0])
@pytest.mark.parametrize("most", [1, 5])
def test_equals_the_mean_of_the_graded_one(
    values: int | None, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mean_precision, "BLOCK", 70)
    rng = np.random.default_rng(most)
    scores = rng.standard_normal((30, 17))
    if values is not None:
        scores = np.round(scores * values)
    relevant = np.zeros((30, 17), dtype=bool)
    for row in relevant:
        row[rng.choice(17, rng.integers(1, most + 1), replace=False)] = True
    expected = average_precision(scores, relevant.astype(np.float64)).mean().item()
    found = mean_average_precision(
        torch.from_numpy(scores), torch.from_numpy(relevant), ranks(scores, relevant)
    )
    assert found == pytest.approx(expected, abs=1e-12)


def test_close_scores_are_not_tied() -> None:
    scores = 1.0 + torch.tensor([[3e-12, 2e-12, 1e-12]], dtype=torch.float64)
    relevant = torch.tensor([[True, False, True]])
    found = mean_average_precision(scores, relevant, ranks(scores, relevant))
    assert found == pytest.approx((1 + 2 / 3) / 2)
