from __future__ import annotations

import threading

import pytest
import torch

from hgr.workers import Workers


@pytest.mark.parametrize("count", [1, 3])
def test_every_item_is_worked_on_once_and_the_threads_of_torch_are_given_back(count: int) -> None:
    before, seen, names = torch.get_num_threads(), [], set()

    def work(item: int) -> None:
        seen.append(item)
        names.add(threading.current_thread().name)
        assert torch.get_num_threads() == (1 if count > 1 else before)

    with Workers(count) as workers:
        workers.run(work, range(20))
        workers.run(work, range(20, 25))
    assert sorted(seen) == list(range(25))
    assert torch.get_num_threads() == before
    assert (threading.current_thread().name in names) == (count == 1)


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_comes_out_and_the_threads_are_given_back(count: int) -> None:
    before = torch.get_num_threads()

    def work(item: int) -> None:
        if item == 3:
            raise ValueError("item 3")

    with pytest.raises(ValueError, match="item 3"), Workers(count) as workers:
        workers.run(work, range(50))
    assert torch.get_num_threads() == before
