"""The optimizer of a model, and its learning rate as a function of step and epoch."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import nn

from hgr.errors import DataError
from hgr.settings import ScheduleSettings, TrainingSettings


def build_optimizer(
    parameters: Iterable[tuple[str, nn.Parameter]], settings: TrainingSettings
) -> torch.optim.Optimizer:
    """An optimizer whose groups carry a "factor" of the learning rate each.

    Weight decay falls on tensors with two or more dimensions only: not on biases, norms and temperatures.
    Parameters with factor 0 are frozen (`requires_grad` is switched off).

    Args:
        parameters: Names and parameters of model and objective.
        settings: Kind, rate, decay, factors.

    Raises:
        DataError: A prefix of `learning_rate_factors` fits no parameter, or all are frozen.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    unused = set(settings.learning_rate_factors)
    for name, parameter in parameters:
        prefixes = [prefix for prefix in settings.learning_rate_factors if name.startswith(prefix)]
        unused -= set(prefixes)
        factor = settings.learning_rate_factors[max(prefixes, key=len)] if prefixes else 1.0
        if factor == 0:
            parameter.requires_grad_(False)
        if parameter.requires_grad:
            decay = settings.weight_decay if parameter.ndim >= 2 else 0.0
            groups.setdefault((factor, decay), []).append(parameter)
    if unused:
        raise DataError(f"training.learning_rate_factors: no parameter starts with {sorted(unused)[0]!r}")
    if not groups:
        raise DataError("training.learning_rate_factors: all parameters are frozen")
    rate = settings.learning_rate
    listed = [
        {"params": members, "factor": factor, "weight_decay": decay, "lr": rate * factor}
        for (factor, decay), members in groups.items()
    ]
    if settings.optimizer == "sgd":
        return torch.optim.SGD(listed, lr=rate, momentum=settings.momentum)
    if settings.optimizer == "radam":
        return torch.optim.RAdam(
            listed, lr=rate, betas=settings.betas, eps=settings.epsilon, decoupled_weight_decay=True
        )
    kind = torch.optim.AdamW if settings.optimizer == "adamw" else torch.optim.Adam
    return kind(listed, lr=rate, betas=settings.betas, eps=settings.epsilon, fused=True)


def learning_rate(
    base: float, schedule: ScheduleSettings, *, step: int, total_steps: int, epoch: int, reductions: int = 0
) -> float:
    """The learning rate of one step.

    Args:
        base: `training.learning_rate`.
        schedule: The schedule.
        step: Steps done before this one.
        total_steps: Steps of the whole training.
        epoch: Epochs done.
        reductions: How often a plateau was reached.
    """
    warmup = min(1.0, (step + 1) / schedule.warmup_steps) if schedule.warmup_steps else 1.0
    if schedule.name == "cosine":
        span = max(1, total_steps - schedule.warmup_steps)
        progress = min(1.0, max(0, step - schedule.warmup_steps) / span)
        shape = schedule.final_factor + (1 - schedule.final_factor) * (1 + math.cos(math.pi * progress)) / 2
    elif schedule.name == "multistep":
        shape = schedule.factor ** sum(milestone <= epoch for milestone in schedule.milestones)
    elif schedule.name == "plateau":
        shape = schedule.factor**reductions
    else:
        shape = 1.0
    return base * warmup * shape


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Give every group its factor of the rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["factor"]
