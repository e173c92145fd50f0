"""hgr/optimizer.py: groups, factors, and the learning rate as a function of the step."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from hgr.optimizer import build_optimizer, learning_rate, set_learning_rate
from hgr.settings import ScheduleSettings, TrainingSettings


def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 2))


def rates(schedule: ScheduleSettings, steps: int = 10, reductions: int = 0) -> list[float]:
    return [
        learning_rate(1.0, schedule, step=step, total_steps=steps, epoch=step // 2, reductions=reductions)
        for step in range(steps)
    ]


def test_decay_falls_on_matrices_only() -> None:
    net = model()
    optimizer = build_optimizer(net.named_parameters(), TrainingSettings(weight_decay=0.1))
    decays = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert {name: decays[id(p)] for name, p in net.named_parameters()} == {
        "0.weight": 0.1,
        "0.bias": 0.0,
        "1.weight": 0.0,
        "1.bias": 0.0,
        "2.weight": 0.1,
        "2.bias": 0.0,
    }


def test_factors_by_longest_prefix_and_zero_freezes() -> None:
    net = model()
    settings = TrainingSettings(learning_rate=0.1, learning_rate_factors={"0": 0.5, "0.bias": 0.25, "2": 0.0})
    optimizer = build_optimizer(net.named_parameters(), settings)
    set_learning_rate(optimizer, 0.2)
    found = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    assert found[id(net[0].weight)] == pytest.approx(0.1)
    assert found[id(net[0].bias)] == pytest.approx(0.05)
    assert found[id(net[1].weight)] == pytest.approx(0.2)
    assert not net[2].weight.requires_grad and id(net[2].weight) not in found


def test_a_factor_for_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no parameter starts with 'video'"):
        build_optimizer(model().named_parameters(), TrainingSettings(learning_rate_factors={"video": 0.1}))
    with pytest.raises(ValueError, match="all parameters are frozen"):
        build_optimizer(model().named_parameters(), TrainingSettings(learning_rate_factors={"": 0.0}))


@pytest.mark.parametrize("name", ["adam", "adamw", "radam", "sgd"])
def test_every_optimizer_steps_as_torchs_own(name: str) -> None:
    settings = TrainingSettings(optimizer=name, learning_rate=0.01, betas=(0.8, 0.99), epsilon=1e-6)
    net, other = model(), model()
    ours = build_optimizer(net.named_parameters(), settings)
    plain = {
        "adam": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6),
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.0),
        "radam": lambda p: torch.optim.RAdam(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6),
        "sgd": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
    }[name](other.parameters())
    for _ in range(3):
        for network, optimizer in ((net, ours), (other, plain)):
            optimizer.zero_grad()
            network(torch.ones(2, 3)).square().sum().backward()
            optimizer.step()
    for a, b in zip(net.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-7)


def test_constant_with_warmup() -> None:
    assert rates(ScheduleSettings()) == [1.0] * 10
    assert rates(ScheduleSettings(warmup_steps=4))[:5] == [0.25, 0.5, 0.75, 1.0, 1.0]


def test_cosine_falls_from_one_to_the_final_factor() -> None:
    found = rates(ScheduleSettings(name="cosine", warmup_steps=2, final_factor=0.1))
    assert found[:3] == [0.5, 1.0, 1.0]
    assert found[6] == pytest.approx(0.1 + 0.9 * (1 + math.cos(math.pi * 4 / 8)) / 2)
    assert found == found[:2] + sorted(found[2:], reverse=True)
    last = learning_rate(
        1.0, ScheduleSettings(name="cosine", final_factor=0.1), step=10, total_steps=10, epoch=5
    )
    assert last == pytest.approx(0.1)


def test_multistep_counts_epochs_done() -> None:
    found = rates(ScheduleSettings(name="multistep", milestones=(1, 3), factor=0.5))
    assert found == [1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]


def test_plateau_counts_reductions() -> None:
    assert rates(ScheduleSettings(name="plateau", factor=0.5), reductions=2)[0] == 0.25
