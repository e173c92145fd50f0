from __future__ import annotations

import pytest
import torch

from hgr.metrics.graded import average_precision
from hgr.metrics.ranking import ranks
from hgr.metrics.streaming_precision import PrecisionCounter
from tests.hgr.metrics.test_streaming import blocks


@pytest.mark.parametrize("levels", [2, 6, 1000])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("height", "width"), [(1, 1), (4, 7), (100, 100)])
def test_equals_the_whole_matrix(levels: int, seed: int, height: int, width: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randint(0, levels, (23, 17), generator=generator).float()
    relevant = torch.rand(23, 17, generator=generator) < 0.15
    relevant[torch.arange(23), torch.randint(0, 17, (23,), generator=generator)] = True
    queries, candidates = relevant.nonzero(as_tuple=True)
    again = torch.cat([torch.randperm(len(queries), generator=generator), torch.arange(3)])
    queries, candidates = queries[again], candidates[again]
    sizes = {"num_queries": 23, "num_candidates": 17}
    counter = PrecisionCounter(queries, candidates, scores[queries, candidates], **sizes)
    for block, row, column in blocks(scores, height, width, seed):
        counter.add(block, row, column)
    found = counter.average_precision(ranks(scores, relevant))
    torch.testing.assert_close(found, average_precision(scores, relevant.double()), atol=1e-12, rtol=0)


def test_one_relevant_candidate_each_is_the_reciprocal_rank() -> None:
    scores, own = torch.tensor([[3.0, 2.0, 1.0], [1.0, 1.0, 1.0]]), torch.tensor([1, 2])
    relevant = torch.zeros(2, 3, dtype=torch.bool).scatter(1, own.unsqueeze(1), True)
    sizes = {"num_queries": 2, "num_candidates": 3}
    counter = PrecisionCounter(torch.arange(2), own, scores[torch.arange(2), own], **sizes)
    counter.add(scores, 0, 0)
    assert not len(counter.rows)
    expected = torch.tensor([0.5, (1 + 1 / 2 + 1 / 3) / 3], dtype=torch.float64)
    torch.testing.assert_close(counter.average_precision(ranks(scores, relevant)), expected)
