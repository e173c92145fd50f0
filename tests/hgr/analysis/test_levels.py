from __future__ import annotations

import numpy as np
import pytest
import torch

from hgr.analysis.levels import (
    choose_weights,
    fused_difference,
    oracle,
    oracle_row,
    simplex_rows,
    subset_rows,
    tuned_row,
)
from hgr.analysis.stored import StoredSimilarity
from hgr.errors import DataError
from hgr.metrics.ranking import ranks
from hgr.metrics.summary import rsum, summarize
from tests.hgr.analysis.made_up import made_up


def test_every_subset_is_there_and_equals_its_own_ranking() -> None:
    stored = made_up()
    rows = {row.name: row for row in subset_rows(stored)}
    assert list(rows) == [
        "event", "action", "entity", "event + action", "event + entity", "action + entity", "event + action + entity",
    ]  # fmt: skip
    mean = torch.from_numpy((stored.matrices["event"] + stored.matrices["entity"]).astype(np.float64))
    relevant = torch.from_numpy(stored.relevant())
    expected = [summarize(ranks(mean, relevant)), summarize(ranks(mean.T, relevant.T))]
    assert rows["event + entity"].text_to_video == expected[0]
    assert rows["event + entity"].rsum == pytest.approx(rsum(expected))


def test_weights_are_chosen_on_validation_only() -> None:
    """Validation says event, test says action: the row must follow validation, and so be bad on test."""
    validation = made_up(seed=1, signal=(2.0, 0.0, 0.0), num_texts=200, num_videos=50)
    test = made_up(seed=2, signal=(0.0, 2.0, 0.0), num_texts=200, num_videos=50)
    row = tuned_row(validation, test)
    assert row.chosen_on == "validation"
    assert row.weights["event"] > 0.6
    best_on_test = max(r.rsum for r in simplex_rows(test))
    assert row.rsum < best_on_test - 50
    weights, grid = choose_weights(validation)
    assert len(grid) == 66 and tuple(row.weights.values()) == weights


def test_oracle_takes_each_query_at_its_best() -> None:
    stored = made_up(values=3)
    relevant = torch.from_numpy(stored.relevant())
    single = [ranks(stored.matrices[level], relevant) for level in stored.levels]
    expected = np.min([r.best.numpy() for r in single], axis=0)
    assert np.array_equal(oracle(single).best.numpy(), expected)
    row = oracle_row(stored)
    assert row.text_to_video.mean == pytest.approx(expected.mean() + 1)
    assert row.chosen_on == "the answers"


def test_fused_difference() -> None:
    stored = made_up(absent=True)
    assert fused_difference(stored) is None
    present = np.stack([np.outer(*stored.present(level)) for level in stored.levels])
    scores = np.stack([stored.matrices[level] for level in stored.levels])
    mean = (scores * present).sum(axis=0) / np.maximum(present.sum(axis=0), 1)
    for shift in (0.0, 0.25):
        fused = {**stored.matrices, "fused": (mean + shift).astype(np.float32)}
        with_fused = StoredSimilarity(stored.texts, stored.videos, fused, stored.absent)
        assert fused_difference(with_fused) == pytest.approx(shift, abs=1e-6)


def test_levels_must_agree() -> None:
    other = made_up(signal=(1.0, 0.5))
    with pytest.raises(DataError, match="validation has the levels"):
        tuned_row(made_up(), other)
