"""What changes while training: made, written down, put back, and which settings must be the same then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from hgr.checkpoint import load_weights, open_checkpoint
from hgr.config import plain
from hgr.data.recipes import check_recipes
from hgr.distributed import ALONE, World, gather_values
from hgr.errors import DataError
from hgr.models.base import RetrievalModel
from hgr.objective import Objective
from hgr.optimizer import build_optimizer
from hgr.runs import RunFolder
from hgr.seeding import random_state, set_random_state
from hgr.settings import Settings, TrainingSettings

FREE_TO_CHANGE = ("epochs", "workers", "patience", "checkpoint_steps", "validate_every")
"""Settings of training that a resumed run may have otherwise; none of them changes a step that was done."""


@dataclass
class TrainState:
    """Everything that changes while training, saved whole.

    Attributes:
        model: The system.
        objective: What is minimized; a trained temperature is in it.
        optimizer: The optimizer of both.
        step: Steps done.
        epoch: Epochs done.
        position: Batches done of the present epoch.
        best: Best monitored value so far.
        best_epoch: Epochs done when it was reached.
        bad_validations: Validations since then.
        reductions: Times that a plateau lowered the learning rate.
        sums: Sums of what is averaged for the next training line.
        count: Steps in them.
    """

    model: RetrievalModel
    objective: Objective
    optimizer: torch.optim.Optimizer
    step: int = 0
    epoch: int = 0
    position: int = 0
    best: float | None = None
    best_epoch: int = 0
    bad_validations: int = 0
    reductions: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    count: int = 0

    COUNTERS = (
        "step",
        "epoch",
        "position",
        "best",
        "best_epoch",
        "bad_validations",
        "reductions",
        "sums",
        "count",
    )

    def values(self, device: torch.device | str, world: World = ALONE) -> dict[str, Any]:
        """All of it but the model's weights, and all processes' random numbers, for a checkpoint."""
        return {
            "counters": {name: getattr(self, name) for name in self.COUNTERS},
            "objective": dict(self.objective.state_dict()),
            "optimizer": self.optimizer.state_dict(),
            "random": gather_values(random_state(device), world),
        }

    def restore(
        self,
        values: Mapping[str, Any],
        device: torch.device | str,
        world: World = ALONE,
    ) -> None:
        """Put back what `values` gave; the model's weights are loaded apart.

        Raises:
            DataError: The state is that of another number of processes.
        """
        if len(values["random"]) != world.size:
            raise DataError(
                f"the training ran on {len(values['random'])} processes and cannot go on with {world.size}"
            )
        for name in self.COUNTERS:
            setattr(self, name, values["counters"][name])
        self.objective.load_state_dict(values["objective"])
        self.optimizer.load_state_dict(values["optimizer"])
        set_random_state(values["random"][world.rank], device)


def new_state(model: RetrievalModel, objective: Objective, settings: TrainingSettings) -> TrainState:
    """The state before the first step; model and objective are on their device."""
    named = [*model.named_parameters(), *((f"objective.{n}", p) for n, p in objective.named_parameters())]
    return TrainState(model, objective, build_optimizer(named, settings))


def resume(
    state: TrainState,
    run: RunFolder,
    settings: Settings,
    recipes: Mapping[str, Mapping[str, Any]],
    device: torch.device | str,
    world: World = ALONE,
) -> None:
    """Take up an interrupted training where its last checkpoint left it.

    Args:
        state: From `new_state`; it is overwritten.
        run: The run's folder.
        settings: The run as it shall go on.
        recipes: How the feature streams at hand were made.
        device: Where the model is.
        world: The processes of the training, as many as before.

    Raises:
        DataError: No checkpoint, a damaged one, or one of other settings (those of `FREE_TO_CHANGE` may differ).
    """
    checkpoint = open_checkpoint(run.checkpoint("last"), with_state=True)
    check_recipes(checkpoint.recipes, recipes)
    changed = _differences(_comparable(checkpoint.settings), _comparable(settings))
    if changed:
        raise DataError(
            f"run {run.path}: cannot be resumed with other settings: {'; '.join(changed[:5])}. "
            "Start a new run, or take the settings of its config.yaml"
        )
    load_weights(state.model, checkpoint.weights, checkpoint.path)
    assert checkpoint.state is not None
    state.restore(checkpoint.state, device, world)


def _comparable(settings: Settings) -> dict[str, Any]:
    values = plain(settings)
    del values["evaluation"]
    for key in FREE_TO_CHANGE:
        del values["training"][key]
    return values


def _differences(old: Any, new: Any, path: str = "") -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [*old, *(key for key in new if key not in old)]
        return [
            line
            for key in keys
            for line in _differences(old.get(key), new.get(key), f"{path}.{key}".removeprefix("."))
        ]
    return [] if old == new else [f"{path} was {old!r}, is {new!r}"]
