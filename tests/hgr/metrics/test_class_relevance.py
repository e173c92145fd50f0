"""Relevance from classes and the benchmark's numbers, against loops and every order of ties."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from hgr.data.classes import ActionClasses
from hgr.metrics.class_relevance import benchmark_numbers, class_relevance, graded_precision
from hgr.metrics.graded import average_precision, ndcg
from tests.oracles.graded import mean_graded_precision, mean_ndcg


def by_loop(first: list[ActionClasses], second: list[ActionClasses]) -> list[list[float]]:
    rows = []
    for a in first:
        row = []
        for b in second:
            either = a.nouns | b.nouns
            overlap = len(a.nouns & b.nouns) / len(either) if either else 0.0
            row.append(((a.verb == b.verb) + overlap) / 2)
        rows.append(row)
    return rows


def some_classes(count: int, seed: int) -> list[ActionClasses]:
    rng = random.Random(seed)
    return [
        ActionClasses(rng.randrange(3), frozenset(rng.sample(range(6), rng.randrange(4))))
        for _ in range(count)
    ]


def test_relevance_is_what_a_loop_says() -> None:
    first, second = some_classes(23, 1), some_classes(31, 2)
    found = class_relevance(first, second)
    assert found.shape == (23, 31) and found.dtype == torch.float32
    np.testing.assert_allclose(found.numpy(), by_loop(first, second), rtol=1e-6)


def test_edges_of_relevance() -> None:
    cut_onion, cut_both = ActionClasses(3, frozenset({16})), ActionClasses(3, frozenset({16, 4}))
    wash_onion, wait = ActionClasses(2, frozenset({16})), ActionClasses(9)
    items = [cut_onion, cut_both, wash_onion, wait]
    assert class_relevance(items, items).tolist() == [
        [1.0, 0.75, 0.5, 0.0],
        [0.75, 1.0, 0.25, 0.0],
        [0.5, 0.25, 1.0, 0.0],
        [0.0, 0.0, 0.0, 0.5],
    ]
    assert class_relevance([wait], [wait, ActionClasses(8)]).tolist() == [[0.5, 0.0]]
    assert class_relevance([], items).shape == (0, 4) and class_relevance(items, []).shape == (4, 0)


def test_graded_precision_is_the_mean_over_all_orders_of_ties() -> None:
    rng = random.Random(0)
    for _ in range(30):
        scores = [float(rng.randrange(3)) for _ in range(6)]
        relevance = [rng.choice([0.0, 0.25, 0.5, 1.0]) for _ in range(5)] + [1.0]
        found = graded_precision(torch.tensor([scores]), torch.tensor([relevance])).item()
        assert found == pytest.approx(mean_graded_precision(scores, relevance))


def test_graded_precision_of_right_and_wrong_is_average_precision() -> None:
    rng = np.random.default_rng(0)
    scores, right = rng.integers(0, 5, (20, 9)).astype(np.float32), (rng.random((20, 9)) < 0.3).astype(float)
    np.testing.assert_allclose(graded_precision(scores, right), average_precision(scores, right))
    assert graded_precision(np.ones((1, 3)), np.array([[0.5, 0.0, 0.75]])).isnan().all()


def test_many_rows_are_taken_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    scores, gains = rng.random((7, 5)), rng.choice([0.0, 0.5, 1.0], (7, 5))
    whole = graded_precision(scores, gains)
    monkeypatch.setattr("hgr.metrics.class_relevance.BLOCK", 10)
    torch.testing.assert_close(graded_precision(scores, gains), whole, equal_nan=True)


def test_numbers_of_both_directions_and_their_mean() -> None:
    texts = some_classes(5, 3)
    videos = [*texts, *some_classes(1, 4), ActionClasses(7)]
    relevance = class_relevance(texts, videos)
    scores = np.random.default_rng(2).random((5, 7))
    found = benchmark_numbers(scores, relevance)
    gains = relevance.numpy().astype(float)
    for direction, s, r in (("text_to_video", scores, gains), ("video_to_text", scores.T, gains.T)):
        asked = [i for i in range(len(s)) if r[i].any()]
        exact = [i for i in range(len(s)) if (r[i] == 1).any()]
        gain = np.mean([mean_ndcg(list(s[i]), list(r[i])) for i in asked])
        precision = np.mean([mean_graded_precision(list(s[i]), list(r[i])) for i in exact])
        assert found[direction]["nDCG"] == pytest.approx(gain)
        assert found[direction]["mAP"] == pytest.approx(precision)
        assert found[direction]["skipped"] == len(s) - len(asked)
    assert found["video_to_text"]["skipped"] >= 1
    for name in ("nDCG", "mAP"):
        sides = [found[side][name] for side in ("text_to_video", "video_to_text")]
        assert found["average"][name] == pytest.approx(sum(sides) / 2)
    assert found["text_to_video"]["nDCG"] == pytest.approx(torch.nanmean(ndcg(scores, relevance)).item())


def test_relevance_beyond_one_and_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        graded_precision(np.ones((1, 2)), np.array([[2.0, 0.0]]))
    with pytest.raises(ValueError, match="of one shape"):
        graded_precision(np.ones((1, 2)), np.ones((2, 1)))
