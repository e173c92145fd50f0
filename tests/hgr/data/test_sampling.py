"""hgr/data/sampling.py: every pair once, another order each epoch, no shared randomness."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from hgr.data.sampling import batches_of_epoch, random_state_of_batch, related_pairs


def order(seed: int = 0, epoch: int = 0, **options) -> list[list[int]]:
    return [batch.tolist() for batch in batches_of_epoch(10, batch_size=4, seed=seed, epoch=epoch, **options)]


def test_every_pair_once_and_a_smaller_last_batch() -> None:
    batches = order()
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert sorted(sum(batches, [])) == list(range(10))
    assert [len(batch) for batch in order(drop_last=True)] == [4, 4]


def test_the_order_depends_on_seed_and_epoch_only() -> None:
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    first = order()
    random.seed(2), np.random.seed(2), torch.manual_seed(2)
    assert order() == first
    assert order(epoch=1) != first
    assert order(seed=1) != first
    assert order(seed=1, epoch=0) != order(seed=0, epoch=1)


def test_the_orders_of_this_release_stay() -> None:
    """A resumed run must see the order that the interrupted one would have seen."""
    assert order(seed=7, epoch=3) == [[3, 5, 4, 7], [8, 0, 9, 2], [1, 6]]


def test_no_batch_is_an_error() -> None:
    with pytest.raises(ValueError, match="3 training pairs give no batch of 4"):
        batches_of_epoch(3, batch_size=4, seed=0, epoch=0, drop_last=True)


def test_random_state_of_a_batch_is_its_own_and_is_put_back() -> None:
    def draw() -> tuple[float, float, float]:
        return random.random(), float(np.random.rand()), float(torch.rand(()))

    random.seed(5), np.random.seed(5), torch.manual_seed(5)
    expected = draw()
    random.seed(5), np.random.seed(5), torch.manual_seed(5)
    with random_state_of_batch(0, 1, 2):
        inside = draw()
    assert draw() == expected
    with random_state_of_batch(0, 1, 2):
        assert draw() == inside
    with random_state_of_batch(0, 1, 3):
        assert draw() != inside
    assert not set(inside) & set(expected)


def test_random_state_is_put_back_after_an_error() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    with pytest.raises(RuntimeError), random_state_of_batch(0, 0, 0):
        torch.rand(3)
        raise RuntimeError
    assert torch.equal(torch.get_rng_state(), before)


def test_related_pairs_share_a_batch_and_none_is_lost() -> None:
    videos = [f"s{scene}-{clip}" for scene in range(5) for clip in range(3) for _ in range(2)]
    related = related_pairs(videos, r"s\d+")
    batches = batches_of_epoch(len(videos), batch_size=6, seed=1, epoch=2, related=related)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(videos)))
    for batch in batches:
        scenes = [videos[i].split("-")[0] for i in batch]
        assert all(scenes.count(scene) % 3 == 0 for scene in scenes)
        assert len({videos[i] for i in batch}) == len(batch) or len(set(scenes)) == 1
