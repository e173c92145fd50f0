"""What every loss in LOSSES promises."""

from __future__ import annotations

import pytest
import torch

from hgr.losses import LOSSES, build_loss
from tests.oracles.losses import random_case


@pytest.fixture(params=sorted(LOSSES))
def loss(request: pytest.FixtureRequest) -> torch.nn.Module:
    return build_loss(LOSSES[request.param][0].model_validate({"name": request.param}))


def test_scalar_finite_with_a_finite_gradient(loss: torch.nn.Module) -> None:
    for seed in range(5):
        similarity, positives = random_case(seed)
        similarity.requires_grad_()
        value = loss(similarity, positives)
        assert value.shape == () and torch.isfinite(value)
        value.backward()
        assert similarity.grad is not None and torch.isfinite(similarity.grad).all()


def test_invariant_to_a_joint_permutation(loss: torch.nn.Module) -> None:
    similarity, positives = random_case(7)
    rows, columns = torch.randperm(5), torch.randperm(4)
    shuffled = loss(similarity[rows][:, columns], positives[rows][:, columns])
    assert shuffled.item() == pytest.approx(loss(similarity, positives).item())


def test_not_higher_when_a_positive_rises(loss: torch.nn.Module) -> None:
    similarity, positives = torch.randn(5, 5), torch.eye(5, dtype=torch.bool)
    assert loss(similarity + 0.1 * positives, positives) <= loss(similarity, positives)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (3, 3)])
def test_all_positive_and_no_positive_are_legal(loss: torch.nn.Module, shape: tuple[int, int]) -> None:
    for positives in (torch.ones(shape, dtype=torch.bool), torch.zeros(shape, dtype=torch.bool)):
        similarity = torch.randn(shape, requires_grad=True)
        value = loss(similarity, positives)
        value.backward()
        assert value.item() == 0.0 and torch.isfinite(similarity.grad).all()  # type: ignore[arg-type]
