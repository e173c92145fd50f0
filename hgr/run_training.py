"""One training from settings to a finished run folder: what `hgr train` does, for use from Python."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict
from typing import Any

import torch

from hgr.altered_captions import AlteredCaptions, read_altered_captions
from hgr.config import dump
from hgr.data.prepare import PreparedData, prepare
from hgr.data.sampling import batches_of_epoch
from hgr.distributed import from_first, joined_world
from hgr.errors import DataError
from hgr.evaluation import evaluate
from hgr.losses import build_loss
from hgr.models.base import Inputs, RetrievalModel
from hgr.objective import Objective
from hgr.runs import RunFolder, write_environment
from hgr.seeding import random_state, seed_everything, set_random_state, use_deterministic_operators
from hgr.settings import Settings
from hgr.systems import build_inputs, build_system
from hgr.tracking import Tracker
from hgr.train_state import new_state, resume
from hgr.training import batch_loss, fit
from parsing.atomic_file import atomic_write

REHEARSED_TEXTS = 8
"""Captions of the rehearsal before the first step."""


def run_training(
    settings: Settings,
    path: str,
    *,
    resumed: bool = False,
    device: torch.device | str = "cpu",
    tensorboard: bool = True,
    progress: bool | None = None,
) -> dict[str, Any]:
    """Train and leave a run folder.

    Args:
        settings: The run.
        path: Its folder.
        resumed: Go on where an interrupted training in that folder stopped; it starts anew where there is no
            checkpoint yet.
        device: Where to compute.
        tensorboard: Write TensorBoard events.
        progress: Progress bars; None shows them on a terminal only.

    Returns:
        What happened, as JSON values.

    Raises:
        DataError: Data or a run folder that cannot be used.
        Interrupted: Stopped by a signal, after writing a checkpoint.
    """
    run = RunFolder(path)
    with joined_world(device) as world, run.lock() if world.is_first else nullcontext():
        has_checkpoint = from_first(run.checkpoints.exists() and any(run.checkpoints.iterdir()), world)
        if has_checkpoint and not resumed:
            raise DataError(
                f"run {run.path}: holds a training already; go on with --resume or in another folder"
            )
        data = prepare(settings, _splits(settings))
        model, objective, inputs = build(settings, data, device)
        altered = altered_captions(settings, data)
        state = new_state(model, objective, settings.training)
        if has_checkpoint:
            resume(state, run, settings, data.recipes, device, world)
        else:
            rehearse(settings, data, model, objective, inputs, device, altered)
            if world.size > 1:
                seed_everything(settings.seed + (world.rank << 32))  # other dropout in each process
        if world.is_first:
            with atomic_write(run.config) as file:
                file.write(dump(settings).encode())
            write_environment(run, data.digests)
        with Tracker(
            run, step=state.step, tensorboard=tensorboard, progress=progress, enabled=world.is_first
        ) as tracker:

            def validate(model: RetrievalModel) -> Mapping[str, float]:
                assert settings.data.validation is not None
                return measure(settings, data, model, inputs, settings.data.validation, device, tracker)

            result = fit(
                state,
                data.splits[settings.data.train],
                inputs,
                settings,
                run,
                tracker,
                spec=data.spec,
                recipes=data.recipes,
                device=device,
                validate=validate if settings.data.validation else None,
                world=world,
                altered=altered,
            )
    return {"run": str(run.path), **asdict(result), **_sizes(settings, data, model, altered)}


def dry_run(settings: Settings, device: torch.device | str = "cpu") -> dict[str, Any]:
    """All that a training does before its first step, and what it would be; nothing is written.

    Raises:
        DataError: As `run_training`.
    """
    data = prepare(settings, _splits(settings))
    model, objective, inputs = build(settings, data, device)
    new_state(model, objective, settings.training)
    altered = altered_captions(settings, data)
    loss = rehearse(settings, data, model, objective, inputs, device, altered)
    return {"loss": loss, **_sizes(settings, data, model, altered)}


def build(
    settings: Settings, data: PreparedData, device: torch.device | str
) -> tuple[RetrievalModel, Objective, Inputs]:
    """Model, objective and input preparation, seeded, with word vectors, on the device."""
    if settings.training.deterministic:
        use_deterministic_operators()
    seed_everything(settings.seed)
    model = build_system(settings.model, data.spec)
    if data.word_vectors is not None:
        model.set_word_vectors(torch.from_numpy(data.word_vectors.vectors))
    chosen = settings.objective
    objective = Objective(build_loss(chosen.loss), chosen.weights, chosen.auxiliary, chosen.altered)
    return model.to(device), objective.to(device), build_inputs(settings.model, data.spec)


def altered_captions(settings: Settings, data: PreparedData) -> AlteredCaptions | None:
    """The altered training captions that the objective asks for."""
    chosen = settings.objective.altered
    if chosen is None:
        return None
    texts = data.splits[settings.data.train].texts
    return read_altered_captions(chosen, texts, lowercase=settings.data.lowercase)


def rehearse(
    settings: Settings,
    data: PreparedData,
    model: RetrievalModel,
    objective: Objective,
    inputs: Inputs,
    device: torch.device | str,
    altered: AlteredCaptions | None = None,
) -> float:
    """A few captions through loss and validation, so that what cannot work fails before an epoch is spent.

    Returns:
        Their loss.

    Raises:
        DataError: A weight or the monitor names something that the system does not have.
    """
    from hgr.data.loading import EpochBatches

    before = random_state(device)
    train = data.splits[settings.data.train]
    batches = batches_of_epoch(len(train.texts), batch_size=REHEARSED_TEXTS, seed=settings.seed, epoch=0)
    first = EpochBatches(
        train.texts,
        train.videos,
        inputs,
        settings.objective.positives,
        batches,
        settings.seed,
        0,
        altered=altered,
    )[0]
    model.eval()
    with torch.inference_mode():
        report = batch_loss(model, objective, first.to(device), settings.training.precision, device)
    if settings.data.validation is not None:
        few = data.splits[settings.data.validation].texts[:REHEARSED_TEXTS]
        ids = tuple(dict.fromkeys(text.caption.video for text in few))
        videos = [data.splits[settings.data.validation].videos.of(video) for video in ids]
        evaluate(model, inputs, few, videos, settings.evaluation, device=device).value(
            settings.training.monitor
        )
    model.train()
    set_random_state(before, device)
    return report.total.item()


def measure(
    settings: Settings,
    data: PreparedData,
    model: RetrievalModel,
    inputs: Inputs,
    split: str,
    device: torch.device | str,
    tracker: Tracker | None = None,
) -> dict[str, float]:
    """The numbers of a split that training follows: the monitored one, and the fused recalls of both directions."""
    result = evaluate(
        model,
        inputs,
        data.splits[split].texts,
        data.splits[split].videos,
        settings.evaluation,
        device=device,
        precision=settings.training.precision,
        progress=tracker.progress if tracker else None,
    )
    names = [
        f"{direction}/R@{k}"
        for direction in ("text_to_video", "video_to_text")
        for k in settings.evaluation.cutoffs
    ]
    return {name: result.value(name) for name in ("rsum", *names, settings.training.monitor)}


def _splits(settings: Settings) -> list[str]:
    return [name for name in (settings.data.train, settings.data.validation) if name is not None]


def _sizes(
    settings: Settings, data: PreparedData, model: RetrievalModel, altered: AlteredCaptions | None
) -> dict[str, Any]:
    train = data.splits[settings.data.train]
    batches = batches_of_epoch(
        len(train.texts),
        batch_size=settings.training.batch_size,
        seed=settings.seed,
        epoch=0,
        drop_last=settings.training.drop_last,
    )
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "trained_parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "words": len(data.spec.words),
        "streams": dict(data.spec.streams),
        "steps_per_epoch": len(batches),
        "altered": None if altered is None else {"captions": len(altered.of), "versions": len(altered)},
        "graphs": {
            "from_file": data.graphs.from_file,
            "parsed": data.graphs.parsed,
            "failed": len(data.graphs.failed),
        },
        "splits": {
            name: {"captions": len(split.texts), "videos": len(split.videos), "missing": split.missing.counts}
            for name, split in data.splits.items()
        },
    }
