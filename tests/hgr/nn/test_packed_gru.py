"""The GRU with its own backward pass equals torch's."""

from __future__ import annotations

import pytest
import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from hgr.nn.packed_gru import packed_gru


@pytest.mark.parametrize("lengths", [(4, 7, 1, 7), (3,), (1, 1)])
def test_states_and_gradients_equal_torchs(lengths: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    recurrent = torch.nn.GRU(5, 6, batch_first=True, bidirectional=True).double()
    upstream = torch.randn(len(lengths), max(lengths), 12).double()
    found = []
    for own in (False, True):
        values = torch.randn(
            len(lengths), max(lengths), 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64
        ).requires_grad_()
        packed = pack_padded_sequence(values, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        if own:
            data = torch.cat(
                [packed_gru(packed, recurrent, reverse=reverse) for reverse in (False, True)], dim=1
            )
            result = PackedSequence(data, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
        else:
            result = recurrent(packed)[0]
        states = pad_packed_sequence(result, batch_first=True)[0]
        recurrent.zero_grad()
        (states * upstream).sum().backward()
        found.append((states, values.grad, *(p.grad.clone() for p in recurrent.parameters())))  # type: ignore[union-attr]
    for expected, value in zip(*found, strict=True):
        torch.testing.assert_close(value, expected)


def test_gradients_pass_torchs_own_check() -> None:
    recurrent = torch.nn.GRU(3, 4, batch_first=True).double()
    values = torch.randn(2, 3, 3, dtype=torch.float64, requires_grad=True)

    def states(values: torch.Tensor) -> torch.Tensor:
        packed = pack_padded_sequence(values, torch.tensor([3, 2]), batch_first=True)
        return packed_gru(packed, recurrent, reverse=False)

    assert torch.autograd.gradcheck(states, (values,))
