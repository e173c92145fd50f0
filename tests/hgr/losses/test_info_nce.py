from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hgr.losses import InfoNCEConfig, InfoNCELoss
from tests.oracles import losses as oracle


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.07, 0.5]))
def test_info_nce_equals_the_loops(seed: int, temperature: float) -> None:
    similarity, positives = oracle.random_case(seed)
    found = InfoNCELoss(InfoNCEConfig(temperature=temperature))(similarity, positives).item()
    assert found == pytest.approx(oracle.info_nce(similarity, positives, temperature), abs=1e-4)


def test_one_positive_a_row_is_cross_entropy() -> None:
    similarity = torch.randn(6, 6)
    target = torch.arange(6)
    both = [torch.nn.functional.cross_entropy(side / 0.07, target) for side in (similarity, similarity.T)]
    found = InfoNCELoss()(similarity, torch.eye(6, dtype=torch.bool))
    assert found.item() == pytest.approx(float(sum(both)) / 2, rel=1e-5)


def test_a_learned_temperature_gets_a_gradient() -> None:
    loss = InfoNCELoss(InfoNCEConfig(learn_temperature=True))
    loss(torch.randn(4, 4), torch.eye(4, dtype=torch.bool)).backward()
    assert loss.log_temperature.grad is not None and loss.log_temperature.grad.item() != 0
