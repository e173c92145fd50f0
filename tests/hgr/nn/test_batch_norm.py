"""hgr/nn/batch_norm.py in one process; several are tried in tests/hgr/test_distributed.py."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from hgr import distributed
from hgr.distributed import World
from hgr.nn import batch_norm
from hgr.nn.batch_norm import BatchNorm


def both() -> tuple[BatchNorm, nn.BatchNorm1d]:
    torch.manual_seed(0)
    ours, theirs = BatchNorm(3), nn.BatchNorm1d(3)
    with torch.no_grad():
        ours.weight.uniform_(0.5, 2.0)
        ours.bias.normal_()
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


def test_alone_it_is_torchs_own() -> None:
    ours, theirs = both()
    values = torch.randn(2, 3, 7) * 3 + 1
    assert torch.equal(ours(values), theirs(values))
    assert torch.equal(ours.eval()(values), theirs.eval()(values))


def test_the_summed_form_is_that_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes with the same half each are one with both halves."""
    ours, theirs = both()
    half = (torch.randn(2, 3, 7) * 3 + 1).requires_grad_()
    whole = torch.cat([half.detach(), half.detach()]).requires_grad_()
    monkeypatch.setattr(batch_norm, "present_world", lambda: World(0, 2))
    monkeypatch.setattr(batch_norm, "sum_over_processes", lambda local, world: local + local)
    found, expected = ours(half), theirs(whole)
    torch.testing.assert_close(found, expected[:2], atol=1e-5, rtol=0)
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        torch.testing.assert_close(ours.state_dict()[name], theirs.state_dict()[name])
    found.square().sum().backward()
    expected.square().sum().backward()
    assert half.grad is not None and whole.grad is not None
    torch.testing.assert_close(2 * half.grad, whole.grad[:2] + whole.grad[2:], atol=1e-4, rtol=1e-4)


def test_no_process_group_is_a_world_of_one() -> None:
    assert distributed.present_world() == World(0, 1)
