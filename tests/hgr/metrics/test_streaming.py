from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hgr.metrics.grouping import best_of_group
from hgr.metrics.ranking import ranks
from hgr.metrics.streaming import GroupCounter, PairScores, RankCounter


def blocks(scores: Tensor, height: int, width: int, seed: int) -> list[tuple[Tensor, int, int]]:
    found = [
        (scores[r : r + height, c : c + width], r, c)
        for r in range(0, scores.shape[0], height)
        for c in range(0, scores.shape[1], width)
    ]
    order = torch.randperm(len(found), generator=torch.Generator().manual_seed(seed)).tolist()
    return [found[i] for i in order]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("height", "width"), [(1, 1), (4, 7), (100, 3), (100, 100)])
def test_equals_the_whole_matrix_in_both_directions(seed: int, height: int, width: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randint(0, 6, (23, 17), generator=generator).float()
    relevant = torch.rand(23, 17, generator=generator) < 0.1
    relevant[torch.arange(23), torch.randint(0, 17, (23,), generator=generator)] = True
    relevant[torch.randint(0, 23, (17,), generator=generator), torch.arange(17)] = True
    texts, videos = relevant.nonzero(as_tuple=True)
    shuffled = torch.randperm(len(texts), generator=generator)
    texts, videos = texts[shuffled], videos[shuffled]

    pairs = PairScores(texts, videos)
    for block, row, column in blocks(scores, height, width, seed):
        pairs.add(block, row, column)
    assert torch.equal(pairs.scores, scores[texts, videos])
    to_video = RankCounter(texts, videos, pairs.scores, num_queries=23, num_candidates=17)
    to_text = RankCounter(videos, texts, pairs.scores, num_queries=17, num_candidates=23)
    for block, row, column in blocks(scores, height, width, seed + 1):
        to_video.add(block, row, column)
        to_text.add(block.T, column, row)
    for found, expected in (
        (to_video.ranks(), ranks(scores, relevant)),
        (to_text.ranks("pessimistic"), ranks(scores.T, relevant.T, "pessimistic")),
    ):
        assert torch.equal(found.best, expected.best)
        assert torch.equal(found.hits(3), expected.hits(3))


def test_a_pair_given_twice_counts_once() -> None:
    scores = torch.ones(1, 4)
    texts, videos = torch.tensor([0, 0]), torch.tensor([2, 2])
    counter = RankCounter(texts, videos, torch.ones(2), num_queries=1, num_candidates=4)
    counter.add(scores, 0, 0)
    assert (
        counter.ranks().best.item()
        == ranks(scores, torch.tensor([[False, False, True, False]])).best.item()
        == 1.5
    )


def test_errors() -> None:
    texts, videos = torch.tensor([0, 1]), torch.tensor([0, 1])
    pairs = PairScores(texts, videos)
    pairs.add(torch.ones(1, 2), 0, 0)
    with pytest.raises(ValueError, match="1 of 2 relevant pairs were in no block"):
        pairs.scores  # noqa: B018
    with pytest.raises(ValueError, match="1 of 3 queries have no relevant candidate, the first 2"):
        RankCounter(texts, videos, torch.ones(2), num_queries=3, num_candidates=2)
    counter = RankCounter(texts, videos, torch.ones(2), num_queries=2, num_candidates=2)
    counter.add(torch.ones(1, 2), 0, 0)
    with pytest.raises(ValueError, match="query 1 was compared with 0 candidates, expected 2"):
        counter.ranks()
    with pytest.raises(ValueError, match="query 1, candidate 0"):
        counter.add(torch.tensor([[float("nan"), 0.0]]), 1, 0)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("height", "width"), [(1, 1), (4, 3), (100, 100)])
def test_groups_equal_the_whole_matrix_in_any_order(seed: int, height: int, width: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    owners = torch.cat([torch.arange(11), torch.randint(0, 11, (18,), generator=generator)])
    owners = owners.sort().values if seed % 2 else owners[torch.randperm(29, generator=generator)]
    scores = torch.randint(0, (3, 8, 1000)[seed % 3], (29, 11), generator=generator).float()
    best = torch.full((11,), -1.0).scatter_reduce(0, owners, scores[torch.arange(29), owners], "amax")
    counter = GroupCounter(owners, best)
    for block, row, column in blocks(scores, height, width, seed):
        counter.add(block.T, column, row)
    found = counter.ranks("pessimistic")
    expected = ranks(best_of_group(scores, owners, 11).T, torch.eye(11, dtype=torch.bool), "pessimistic")
    assert found.num_candidates == 11
    for name in ("above", "tied", "relevant_tied", "best"):
        assert torch.equal(getattr(found, name), getattr(expected, name))


def test_groups_must_be_whole() -> None:
    with pytest.raises(ValueError, match="candidates in each of 3 groups"):
        GroupCounter(torch.tensor([0, 2, 2]), torch.zeros(3))
    counter = GroupCounter(torch.tensor([0, 1, 1]), torch.zeros(2))
    counter.add(torch.zeros(2, 2), 0, 0)
    with pytest.raises(ValueError, match="query 0 was compared with 2 candidates, expected 3"):
        counter.ranks()
