"""Training: a flat loop over a TrainState that can be written down after any step and taken up again bit for bit."""

from __future__ import annotations

import math
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import nn

from hgr.checkpoint import load_weights, open_checkpoint, save_checkpoint
from hgr.config import plain
from hgr.data.loading import PairBatch, epoch_loader
from hgr.data.prepare import SplitData, check_recipes
from hgr.data.spec import DataSpec
from hgr.distributed import ALONE, World, from_first, gather_embeddings, gather_values, sum_gradients
from hgr.errors import DataError, Interrupted
from hgr.models.base import Inputs, RetrievalModel
from hgr.objective import LossReport, Objective, all_matrices, positives_of
from hgr.optimizer import build_optimizer, learning_rate, set_learning_rate
from hgr.runs import RunFolder
from hgr.seeding import random_state, set_random_state
from hgr.settings import Settings, TrainingSettings
from hgr.tracking import Tracker

LOG_EVERY = 50
"""Steps between two training lines of metrics.jsonl; the losses of the steps between are averaged."""
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


@dataclass(frozen=True)
class FitResult:
    """How a training ended.

    Attributes:
        epochs: Epochs done.
        steps: Steps done.
        best: Best monitored value, None without validation.
        best_epoch: Epochs done when it was reached.
        stopped_early: The monitored value stopped rising.
        seconds: Time of this call.
    """

    epochs: int
    steps: int
    best: float | None
    best_epoch: int
    stopped_early: bool
    seconds: float


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


def fit(
    state: TrainState,
    data: SplitData,
    inputs: Inputs,
    settings: Settings,
    run: RunFolder,
    tracker: Tracker,
    *,
    spec: DataSpec,
    recipes: Mapping[str, Mapping[str, Any]] | None = None,
    device: torch.device | str = "cpu",
    validate: Callable[[RetrievalModel], Mapping[str, float]] | None = None,
    world: World = ALONE,
) -> FitResult:
    """Train until the last epoch or until the monitored value stops rising.

    Args:
        state: From `new_state`, or taken up by `resume`.
        data: The training split.
        inputs: The system's input preparation.
        settings: The run.
        run: Where checkpoints go.
        tracker: Where numbers go.
        spec: Sizes and vocabularies, kept with each checkpoint.
        recipes: How the feature streams were made, kept with each checkpoint.
        device: Where the model is.
        validate: Measures the model: numbers by name, `training.monitor` among them; None trains without.
        world: The processes of the training; the first one writes and validates.

    Raises:
        Interrupted: SIGTERM or Ctrl-C came; a checkpoint was written, `resume` goes on from there.
        DataError: A loss that is not finite; the message names the batch.
    """
    training = settings.training
    began = time.monotonic()

    def save(path: Path, with_state: bool = True) -> None:
        values = state.values(device, world) if with_state else None
        if world.is_first:
            save_checkpoint(
                path,
                settings=settings,
                spec=spec,
                weights=state.model.state_dict(),
                step=state.step,
                state=values,
                recipes=recipes,
            )

    state.model.train()
    with stop_signals() as stop:
        while state.epoch < training.epochs and not exhausted(state, training):
            try:
                for _ in train_epoch(state, data, inputs, settings, tracker, device, world):
                    if any(gather_values(stop.asked, world)):
                        save(run.last)
                        raise Interrupted(f"at step {state.step}; go on with --resume")
                    if training.checkpoint_steps and state.step % training.checkpoint_steps == 0:
                        save(run.last)
            except RuntimeError as error:
                if stop.asked and "DataLoader worker" in str(error):  # the signal went to the workers too
                    raise Interrupted("the last checkpoint stands; go on with --resume") from error
                raise
            done = state.epoch + 1
            if validate is not None and (done % training.validate_every == 0 or done == training.epochs):
                before = random_state(device)
                try:
                    with stop.raising() if world.size == 1 else nullcontext():
                        numbers = from_first(dict(validate(state.model)) if world.is_first else {}, world)
                except StopAsked:
                    state.model.train()
                    set_random_state(before, device)
                    save(run.last)
                    raise Interrupted(
                        f"in the validation after step {state.step}; go on with --resume"
                    ) from None
                state.model.train()
                set_random_state(before, device)  # validating leaves no trace in the training
                is_best = note_validation(state, numbers[training.monitor], done, training)
                tracker.scalars("validation", state.step, done, numbers)
            else:
                is_best = False
            state.epoch, state.position = done, 0
            if is_best:
                save(run.best, with_state=False)
            save(run.last)
            more = state.epoch < training.epochs and not exhausted(state, training)
            if any(gather_values(stop.asked, world)) and more:
                raise Interrupted(f"after epoch {state.epoch}; go on with --resume")
    return FitResult(
        state.epoch,
        state.step,
        state.best,
        state.best_epoch,
        exhausted(state, training),
        time.monotonic() - began,
    )


def train_epoch(
    state: TrainState,
    data: SplitData,
    inputs: Inputs,
    settings: Settings,
    tracker: Tracker,
    device: torch.device | str,
    world: World = ALONE,
) -> Iterator[LossReport]:
    """The rest of the present epoch, step by step; the state is complete at every yield."""
    training = settings.training
    loader = epoch_loader(
        data.texts,
        data.videos,
        inputs,
        positives=settings.objective.positives,
        batch_size=training.batch_size,
        seed=settings.seed,
        epoch=state.epoch,
        start=state.position,
        drop_last=training.drop_last,
        groups=training.batch_groups,
        workers=training.workers,
        world=world,
        with_whole=bool(state.objective.auxiliary_weights),
    )
    steps_per_epoch = state.position + len(loader)
    bar = tracker.progress(loader, f"epoch {state.epoch + 1}", len(loader))
    for batch in bar:
        rate = learning_rate(
            training.learning_rate,
            training.schedule,
            step=state.step,
            total_steps=training.epochs * steps_per_epoch,
            epoch=state.epoch,
            reductions=state.reductions,
        )
        set_learning_rate(state.optimizer, rate)
        report = train_step(state, batch.to(device), training, device, world)
        state.step += 1
        state.position += 1
        note_step(state, report, rate, tracker)
        yield report


def train_step(
    state: TrainState,
    batch: PairBatch,
    settings: TrainingSettings,
    device: torch.device | str,
    world: World = ALONE,
) -> LossReport:
    """One step of the optimizer.

    Raises:
        DataError: The loss or a gradient is not finite; the message names the captions.
    """
    report = batch_loss(state.model, state.objective, batch, settings.precision, device, world)
    if not math.isfinite(report.total.item()):
        parts = ", ".join(f"{name} {value.item():g}" for name, value in report.parts.items())
        ids = ", ".join(batch.caption_ids)
        raise DataError(
            f"loss is {report.total.item()} ({parts}) at step {state.step}; captions of the batch: {ids}"
        )
    state.optimizer.zero_grad(set_to_none=True)
    (report.total / world.size).backward()
    parameters = [p for group in state.optimizer.param_groups for p in group["params"]]
    sum_gradients(parameters, world)
    if settings.gradient_clip is not None:
        norm = nn.utils.clip_grad_norm_(parameters, settings.gradient_clip)
        if not math.isfinite(norm.item()):
            ids = ", ".join(batch.caption_ids)
            raise DataError(
                f"gradient norm is {norm.item()} at step {state.step}; captions of the batch: {ids}"
            )
    state.optimizer.step()
    return report


def batch_loss(
    model: RetrievalModel,
    objective: Objective,
    batch: PairBatch,
    precision: str,
    device: torch.device | str,
    world: World = ALONE,
) -> LossReport:
    """Encode a batch, compare all with all, weigh the losses; losses are float32 under any precision.

    With several processes each encodes its share, and compares the pairs of all; a system's own terms are those of the
    whole batch too.
    """
    reduced = torch.autocast(torch.device(device).type, torch.bfloat16)
    with reduced if precision == "bfloat16" else nullcontext():
        text = gather_embeddings(model.encode_text(batch.text), world)
        video = gather_embeddings(model.encode_video(batch.video), world)
        matrices = all_matrices(model, text, video)
        auxiliary = {}
        if objective.auxiliary_weights:
            if world.size > 1 and batch.whole is None:
                raise ValueError("a system's own loss terms need batches made with_whole")
            whole_text, whole_video = batch.whole or (batch.text, batch.video)
            auxiliary = model.auxiliary_losses(
                text=whole_text,
                video=whole_video,
                text_embeddings=text,
                video_embeddings=video,
                positives=batch.positives["video"],
            )
    matrices = {name: matrix.float() for name, matrix in matrices.items()}
    return objective(matrices, positives_of(model, matrices, batch.positives), auxiliary)


def note_step(state: TrainState, report: LossReport, rate: float, tracker: Tracker) -> None:
    """Add a step to the sums, and write their means every `LOG_EVERY` steps."""
    sums = defaultdict(float, state.sums)
    for name, value in {"loss": report.total, **{f"loss/{n}": v for n, v in report.parts.items()}}.items():
        sums[name] += value.item()
    state.sums, state.count = dict(sums), state.count + 1
    if state.step % LOG_EVERY == 0 or state.step == 1:
        means = {name: total / state.count for name, total in state.sums.items()}
        tracker.scalars("train", state.step, state.epoch, {**means, "learning_rate": rate})
        state.sums, state.count = {}, 0


def note_validation(state: TrainState, value: float, epoch: int, settings: TrainingSettings) -> bool:
    """Count a validation; True where it is the best so far.

    Raises:
        DataError: The value is not a number.
    """
    if math.isnan(value):
        raise DataError(f"validation after epoch {epoch}: {settings.monitor} is not a number")
    if state.best is None or value > state.best:
        state.best, state.best_epoch, state.bad_validations = value, epoch, 0
        return True
    state.bad_validations += 1
    if settings.schedule.name == "plateau" and state.bad_validations % (settings.schedule.patience + 1) == 0:
        state.reductions += 1
    return False


def exhausted(state: TrainState, settings: TrainingSettings) -> bool:
    """Whether the monitored value has not risen for `patience` validations."""
    return settings.patience is not None and state.bad_validations >= settings.patience


class StopAsked(BaseException):
    """A stop signal inside a part that is not worth finishing."""


class StopSignals:
    """Whether SIGTERM or Ctrl-C came; a second one ends the process as usual."""

    def __init__(self) -> None:
        self.asked = False
        self._raise = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        if self._raise:
            raise StopAsked

    @contextmanager
    def raising(self) -> Iterator[None]:
        """Stop at once inside the block, not at its end."""
        self._raise = True
        try:
            if self.asked:
                raise StopAsked
            yield
        finally:
            self._raise = False


@contextmanager
def stop_signals() -> Iterator[StopSignals]:
    """Catch SIGTERM and SIGINT inside the block; only in the main thread, elsewhere it never asks to stop."""
    stop = StopSignals()
    old: dict[int, Any] = {}
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            try:
                old[number] = signal.signal(number, stop)
            except ValueError:  # not in the main thread
                break
        yield stop
    finally:
        for installed, handler in old.items():
            signal.signal(installed, handler)


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
