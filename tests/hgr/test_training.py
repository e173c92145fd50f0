"""hgr/training.py: the loop, its state, and taking it up again bit for bit."""

from __future__ import annotations

import math
import os
import signal
import threading
from pathlib import Path

import pytest
import torch

import hgr.training as training_module
from hgr.checkpoint import open_checkpoint
from hgr.data.prepare import prepare
from hgr.errors import DataError, Interrupted
from hgr.run_training import build
from hgr.runs import RunFolder
from hgr.seeding import random_state
from hgr.settings import Settings, check_settings
from hgr.stop_signals import stop_signals
from hgr.tracking import Tracker
from hgr.train_state import TrainState, new_state, resume
from hgr.training import fit


@pytest.fixture(autouse=True)
def _toy(toy_system) -> None: ...


def settings_of(folder: Path, system: str = "toy", objective: dict | None = None, **training) -> Settings:
    section = {"epochs": 3, "batch_size": 5, "learning_rate": 0.02} | training
    return check_settings(
        {
            "name": "t",
            "seed": 5,
            "data": {"folder": str(folder), "parser": None},
            "model": {"system": system, "width": 8},
            "objective": objective or {},
            "training": section,
        }
    )


class Killed(Exception):
    """Stands for a kill: nothing is written on the way out."""


class Watch:
    """A validation that draws random numbers, and a record of batches; raises at a chosen step."""

    def __init__(self, values: list[float] | None = None) -> None:
        self.values, self.calls, self.batches = values, 0, []

    def __call__(self, model) -> dict[str, float]:
        torch.rand(3)
        model.eval()
        self.calls += 1
        if self.values is not None:
            return {"rsum": self.values[self.calls - 1]}
        return {"rsum": -sum(p.abs().sum().item() for p in model.parameters())}


def run(
    settings: Settings,
    path: Path,
    monkeypatch,
    *,
    kill_after: int | None = None,
    resumed: bool = False,
    watch: Watch | None = None,
    at_step=None,
) -> tuple[TrainState, list[tuple[str, ...]]]:
    data = prepare(settings, ["train"])
    model, objective, inputs = build(settings, data, "cpu")
    state = new_state(model, objective, settings.training)
    folder = RunFolder(path)
    if resumed and folder.last.exists():
        resume(state, folder, settings, data.recipes, "cpu")
    stream = []
    real = training_module.train_step

    def step(state, batch, *rest):
        if kill_after is not None and state.step == kill_after:
            raise Killed
        stream.append(batch.caption_ids)
        report = real(state, batch, *rest)
        if at_step is not None:
            at_step(state)
        return report

    with monkeypatch.context() as patch, Tracker(folder, step=state.step, tensorboard=False) as tracker:
        patch.setattr(training_module, "train_step", step)
        fit(
            state,
            data.splits["train"],
            inputs,
            settings,
            folder,
            tracker,
            spec=data.spec,
            recipes=data.recipes,
            validate=watch or Watch(),
        )
    return state, stream


def same(a: TrainState, b: TrainState) -> None:
    for (name, first), second in zip(
        a.model.state_dict().items(), b.model.state_dict().values(), strict=True
    ):
        assert torch.equal(first, second), name
    for first, second in zip(
        a.objective.state_dict().values(), b.objective.state_dict().values(), strict=True
    ):
        assert torch.equal(first, second)
    one, two = a.optimizer.state_dict(), b.optimizer.state_dict()
    assert one["param_groups"] == two["param_groups"]
    for key, entry in one["state"].items():
        assert all(torch.equal(tensor, two["state"][key][name]) for name, tensor in entry.items())
    assert {n: getattr(a, n) for n in a.COUNTERS} == {n: getattr(b, n) for n in b.COUNTERS}


@pytest.mark.parametrize("kill_after", [0, 1, 5, 12])
def test_a_killed_training_goes_on_bit_for_bit(data_folder, tmp_path, monkeypatch, kill_after: int) -> None:
    """15 steps in 3 epochs; a checkpoint every 2 steps and after each epoch."""
    schedule = {"name": "cosine", "warmup_steps": 3}
    objective = {"loss": {"name": "info_nce", "learn_temperature": True}}
    settings = settings_of(
        data_folder, objective=objective, checkpoint_steps=2, schedule=schedule, gradient_clip=1.0
    )
    whole, expected = run(settings, tmp_path / "whole", monkeypatch)
    with pytest.raises(Killed):
        run(settings, tmp_path / "cut", monkeypatch, kill_after=kill_after)
    torch.rand(7)  # a new process has other random numbers
    state, stream = run(settings, tmp_path / "cut", monkeypatch, resumed=True)
    same(state, whole)
    assert stream == expected[len(expected) - len(stream) :]
    assert len(expected) - len(stream) >= kill_after - 1 if kill_after else len(stream) == 15
    for which in ("last", "best"):
        first = open_checkpoint(tmp_path / "whole" / "checkpoints" / which)
        second = open_checkpoint(tmp_path / "cut" / "checkpoints" / which)
        assert first.step == second.step
        assert all(torch.equal(tensor, second.weights[name]) for name, tensor in first.weights.items())
    assert (tmp_path / "whole" / "metrics.jsonl").read_text() == (
        tmp_path / "cut" / "metrics.jsonl"
    ).read_text()


@pytest.mark.parametrize(("system", "optimizer"), [("toy", "adamw"), ("toy", "sgd"), ("hgr", "adam")])
def test_two_kills_with_every_optimizer_and_workers(
    data_folder, tmp_path, monkeypatch, system, optimizer
) -> None:
    settings = settings_of(
        data_folder, system, optimizer=optimizer, weight_decay=0.01, checkpoint_steps=3, epochs=2
    )
    whole, _ = run(settings, tmp_path / "whole", monkeypatch)
    with_workers = settings_of(
        data_folder, system, optimizer=optimizer, weight_decay=0.01, checkpoint_steps=1, epochs=2, workers=1
    )
    with pytest.raises(Killed):
        run(settings, tmp_path / "cut", monkeypatch, kill_after=4)
    with pytest.raises(Killed):
        run(with_workers, tmp_path / "cut", monkeypatch, kill_after=6, resumed=True)
    state, _ = run(settings, tmp_path / "cut", monkeypatch, resumed=True)
    same(state, whole)


def test_the_same_seed_gives_the_same_weights_and_another_does_not(
    data_folder, tmp_path, monkeypatch
) -> None:
    settings = settings_of(data_folder, epochs=1)
    first, _ = run(settings, tmp_path / "a", monkeypatch)
    second, _ = run(settings, tmp_path / "b", monkeypatch)
    same(first, second)
    other, _ = run(settings.model_copy(update={"seed": 6}), tmp_path / "c", monkeypatch)
    assert not torch.equal(first.model.words.weight, other.model.words.weight)


def test_validation_leaves_no_trace_in_the_training(data_folder, tmp_path, monkeypatch) -> None:
    often, _ = run(settings_of(data_folder), tmp_path / "a", monkeypatch)
    once, _ = run(settings_of(data_folder, validate_every=3), tmp_path / "b", monkeypatch)
    assert torch.equal(often.model.words.weight, once.model.words.weight)
    assert often.model.training


def test_loss_falls(data_folder, tmp_path, monkeypatch) -> None:
    losses = []
    real = training_module.note_step
    monkeypatch.setattr(
        training_module, "note_step", lambda s, r, *rest: (losses.append(r.total.item()), real(s, r, *rest))
    )
    run(settings_of(data_folder, epochs=20), tmp_path / "a", monkeypatch)
    assert sum(losses[-5:]) < 0.5 * sum(losses[:5])


def test_early_stop_best_and_last(data_folder, tmp_path, monkeypatch) -> None:
    watch = Watch([1.0, 3.0, 2.0, 3.0, 9.0])
    settings = settings_of(data_folder, epochs=5, patience=2)
    state, stream = run(settings, tmp_path / "a", monkeypatch, watch=watch)
    assert (state.epoch, state.best, state.best_epoch, state.bad_validations) == (4, 3.0, 2, 2)
    assert len(stream) == 4 * 5
    assert open_checkpoint(tmp_path / "a" / "checkpoints" / "best").step == 10
    assert open_checkpoint(tmp_path / "a" / "checkpoints" / "last").step == 20
    again, stream = run(settings, tmp_path / "a", monkeypatch, watch=watch, resumed=True)
    assert (again.epoch, stream) == (4, [])


def test_plateau_lowers_the_learning_rate(data_folder, tmp_path, monkeypatch) -> None:
    rates: list[float] = []
    schedule = {"name": "plateau", "factor": 0.5, "patience": 1}
    settings = settings_of(data_folder, epochs=6, schedule=schedule, learning_rate=0.02)
    run(
        settings,
        tmp_path / "a",
        monkeypatch,
        watch=Watch([3.0, 2.0, 2.0, 2.0, 2.0, 2.0]),
        at_step=lambda state: rates.append(state.optimizer.param_groups[0]["lr"]),
    )
    assert rates[::5] == [0.02, 0.02, 0.02, 0.01, 0.01, 0.005]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_writes_a_checkpoint_and_resuming_is_exact(
    data_folder, tmp_path, monkeypatch, number
) -> None:
    handler = signal.getsignal(number)
    settings = settings_of(data_folder)
    whole, _ = run(settings, tmp_path / "whole", monkeypatch)

    def at_step(state: TrainState) -> None:
        if state.step == 6:
            os.kill(os.getpid(), number)

    with pytest.raises(Interrupted, match="at step 7; go on with --resume"):
        run(settings, tmp_path / "cut", monkeypatch, at_step=at_step)
    assert open_checkpoint(tmp_path / "cut" / "checkpoints" / "last").step == 7
    state, _ = run(settings, tmp_path / "cut", monkeypatch, resumed=True)
    same(state, whole)
    assert signal.getsignal(number) is handler


def test_a_signal_in_the_validation_stops_it_at_once(data_folder, tmp_path, monkeypatch) -> None:
    settings = settings_of(data_folder)
    whole, _ = run(settings, tmp_path / "whole", monkeypatch)

    class Slow(Watch):
        def __call__(self, model):
            torch.rand(5)
            os.kill(os.getpid(), signal.SIGTERM)
            pytest.fail("went on after the signal")

    with pytest.raises(Interrupted, match="in the validation after step 5"):
        run(settings, tmp_path / "cut", monkeypatch, watch=Slow())
    state, stream = run(settings, tmp_path / "cut", monkeypatch, resumed=True)
    same(state, whole)
    assert len(stream) == 10


def test_a_second_signal_is_not_caught() -> None:
    with pytest.raises(KeyboardInterrupt), stop_signals() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.asked
        signal.raise_signal(signal.SIGINT)


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    found = []

    def work() -> None:
        with stop_signals() as stop:
            found.append(stop.asked)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]


def test_a_loss_that_is_not_finite_names_its_batch(data_folder, tmp_path, monkeypatch) -> None:
    def poison(state: TrainState) -> None:
        if state.step == 3:
            state.model.words.weight.data.fill_(math.inf)

    with pytest.raises(
        DataError, match=r"loss is nan \(fused nan\) at step 4; captions of the batch: v0"
    ) as caught:
        run(settings_of(data_folder), tmp_path / "a", monkeypatch, at_step=poison)
    assert str(caught.value).count("/") == 4  # the last batch of the epoch


def test_validation_that_is_no_number_is_an_error(data_folder, tmp_path, monkeypatch) -> None:
    with pytest.raises(ValueError, match="validation after epoch 1: rsum is not a number"):
        run(settings_of(data_folder), tmp_path / "a", monkeypatch, watch=Watch([math.nan]))


def test_bfloat16_trains_and_keeps_float32_weights(data_folder, tmp_path, monkeypatch) -> None:
    exact, _ = run(settings_of(data_folder, "hgr", epochs=1), tmp_path / "a", monkeypatch)
    rough, _ = run(
        settings_of(data_folder, "hgr", epochs=1, precision="bfloat16"), tmp_path / "b", monkeypatch
    )
    assert {p.dtype for p in rough.model.parameters()} == {torch.float32}
    pairs = list(zip(exact.model.parameters(), rough.model.parameters(), strict=True))
    assert any(not torch.equal(a, b) for a, b in pairs)
    changed = sum((a - b).norm().item() ** 2 for a, b in pairs) ** 0.5
    assert changed < 0.1 * sum(a.norm().item() ** 2 for a, _ in pairs) ** 0.5


def test_resuming_with_other_settings_is_refused(data_folder, tmp_path, monkeypatch) -> None:
    run(settings_of(data_folder, epochs=1), tmp_path / "a", monkeypatch)
    with pytest.raises(DataError, match=r"other settings: training.batch_size was 5, is 6"):
        run(settings_of(data_folder, epochs=1, batch_size=6), tmp_path / "a", monkeypatch, resumed=True)
    longer, stream = run(settings_of(data_folder, epochs=2), tmp_path / "a", monkeypatch, resumed=True)
    assert (longer.epoch, len(stream)) == (2, 5)


def test_resuming_on_features_made_otherwise_is_refused(data_folder, tmp_path, monkeypatch) -> None:
    settings = settings_of(data_folder, epochs=1)
    run(settings, tmp_path / "a", monkeypatch)
    index = data_folder / "features" / "index.json"
    index.write_text(index.read_text().replace("made up", "another"))
    with pytest.raises(
        DataError, match="made in another way .* expected backbone 'made up', found 'another'"
    ):
        run(settings, tmp_path / "a", monkeypatch, resumed=True)


def test_state_values_hold_all_counters_and_generators(data_folder) -> None:
    settings = settings_of(data_folder)
    data = prepare(settings, ["train"])
    model, objective, _ = build(settings, data, "cpu")
    state = new_state(model, objective, settings.training)
    values = state.values("cpu")
    assert set(values) == {"counters", "objective", "optimizer", "random"}
    (random_numbers,) = values["random"]  # one process
    assert set(random_numbers) == set(random_state()) == {"python", "numpy", "torch"}
    assert set(state.COUNTERS) | {"model", "objective", "optimizer"} == set(vars(state))
