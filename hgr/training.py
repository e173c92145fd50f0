"""Training: a flat loop over a TrainState that can be written down after any step and taken up again bit for bit."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from hgr.altered_captions import AlteredCaptions
from hgr.checkpoint import save_checkpoint
from hgr.data.loading import AlteredBatch, PairBatch, epoch_loader
from hgr.data.prepare import SplitData
from hgr.data.spec import DataSpec
from hgr.distributed import ALONE, World, from_first, gather_embeddings, gather_values, sum_gradients
from hgr.embeddings import Embeddings
from hgr.errors import DataError, Interrupted
from hgr.losses.altered import altered_terms
from hgr.models.base import FUSED, Inputs, RetrievalModel
from hgr.objective import LossReport, Objective, all_matrices, positives_of
from hgr.optimizer import learning_rate, set_learning_rate
from hgr.runs import RunFolder
from hgr.seeding import random_state, set_random_state
from hgr.settings import Settings, TrainingSettings
from hgr.stop_signals import StopAsked, stop_signals
from hgr.tracking import Tracker
from hgr.train_state import TrainState

LOG_EVERY = 50
"""Steps between two training lines of metrics.jsonl; the losses of the steps between are averaged."""


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
    altered: AlteredCaptions | None = None,
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
        altered: Altered versions of the training captions, where the objective weighs them.

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
                for _ in train_epoch(state, data, inputs, settings, tracker, device, world, altered):
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
    altered: AlteredCaptions | None = None,
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
        altered=altered,
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
        altered = {}
        if objective.altered is not None and batch.altered is not None:
            versions = gather_embeddings(model.encode_text(batch.altered.text), world)
            temperature = objective.altered.temperature
            positives = batch.positives["video"]
            altered = altered_losses(
                model, batch.altered, matrices, versions, video, positives, temperature=temperature
            )
    matrices = {name: matrix.float() for name, matrix in matrices.items()}
    return objective(matrices, positives_of(model, matrices, batch.positives), auxiliary, altered)


def altered_losses(
    model: RetrievalModel,
    batch: AlteredBatch,
    matrices: Mapping[str, Tensor],
    versions: Embeddings,
    video: Embeddings,
    positives: Tensor,
    *,
    temperature: float,
) -> dict[str, Tensor]:
    """The terms of altered captions: row i of the texts, its altered version and column i of the videos.

    Args:
        model: The system.
        batch: Which captions have an altered version, and who should notice.
        matrices: Similarities of the captions.
        versions: Embeddings of the altered captions.
        video: Embeddings of the videos.
        positives: (T, V) bool, which videos the captions describe.
        temperature: Divides differences of scores.
    """
    names = [FUSED, *(name for name, level in model.levels.items() if level.unit == "video")]
    compared = all_matrices(model, versions, video)
    return altered_terms(
        {name: matrices[name] for name in names},
        {name: compared[name] for name in names},
        positives,
        batch.owners,
        batch.real,
        fused=FUSED,
        temperature=temperature,
    )


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
