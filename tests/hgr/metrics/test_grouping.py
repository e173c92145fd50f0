from __future__ import annotations

import pytest
import torch

from hgr.metrics.grouping import best_of_group, merge_relevant, unique_strings
from hgr.metrics.ranking import ranks


def test_unique_strings_keep_the_first_and_merge_what_is_right() -> None:
    rows, group = unique_strings(["x", "y", "x", "z", "y"])
    assert rows.tolist() == [0, 1, 3]
    assert group.tolist() == [0, 1, 0, 2, 1]
    relevant = torch.tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0], [0, 1, 0]]).bool()
    assert merge_relevant(relevant, group, 3).int().tolist() == [[1, 0, 1], [0, 1, 0], [0, 1, 0]]


@pytest.mark.parametrize("seed", range(5))
def test_grouped_video_to_text_equals_a_loop(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randint(0, 9, (12, 4), generator=generator).float()
    group = torch.cat([torch.arange(4), torch.randint(0, 4, (8,), generator=generator)])
    found = best_of_group(scores, group, 4)
    for g in range(4):
        for v in range(4):
            assert found[g, v] == max(scores[t, v] for t in range(12) if group[t] == g)


def test_both_definitions_agree_at_the_first_place() -> None:
    generator = torch.Generator().manual_seed(0)
    scores, group = torch.rand(40, 8, generator=generator), torch.arange(40) % 8
    relevant = group.unsqueeze(1) == torch.arange(8)
    among_captions = ranks(scores.T, relevant.T)
    among_groups = ranks(best_of_group(scores, group, 8).T, torch.eye(8, dtype=torch.bool))
    assert torch.equal(among_captions.hits(1), among_groups.hits(1))
    assert (among_groups.best <= among_captions.best).all()
    assert (among_groups.best < among_captions.best).any()


def test_an_empty_group_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 of 3 groups have no row"):
        best_of_group(torch.rand(3, 2), torch.tensor([0, 2, 2]), 3)
