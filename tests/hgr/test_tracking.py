"""hgr/tracking.py: metrics.jsonl and TensorBoard, without what will be done again."""

from __future__ import annotations

import json

from hgr.runs import RunFolder
from hgr.tracking import Tracker


def lines(run: RunFolder) -> list[dict]:
    return [json.loads(line) for line in run.metrics.read_text().splitlines()]


def test_numbers_are_lines_and_a_resumed_run_drops_what_comes_again(tmp_path) -> None:
    run = RunFolder(tmp_path / "r")
    with Tracker(run, tensorboard=False) as tracker:
        for step in (1, 2, 3):
            tracker.scalars("train", step, 0, {"loss": step / 2, "bad": float("nan")})
    assert [line["step"] for line in lines(run)] == [1, 2, 3]
    assert lines(run)[0] == {"kind": "train", "step": 1, "epoch": 0, "loss": 0.5, "bad": None}
    with open(run.metrics, "a") as file:
        file.write('{"kind": "train", "step": 2, "epo')  # cut short by a kill
    with Tracker(run, step=2, tensorboard=False) as tracker:
        tracker.scalars("train", 3, 0, {"loss": 9.0})
    assert [(line["step"], line["loss"]) for line in lines(run)] == [(1, 0.5), (2, 1.0), (3, 9.0)]


def test_tensorboard_events_can_be_read_back(tmp_path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = RunFolder(tmp_path / "r")
    with Tracker(run) as tracker:
        tracker.scalars("train", 1, 0, {"loss": 0.5})
        tracker.scalars("train", 2, 0, {"loss": 0.25})
        tracker.scalars("validation", 2, 1, {"rsum": 100.0})
    events = EventAccumulator(str(run.tensorboard)).Reload()
    assert [(event.step, event.value) for event in events.Scalars("train/loss")] == [(1, 0.5), (2, 0.25)]
    assert events.Scalars("validation/rsum")[0].value == 100.0


def test_no_bar_without_a_terminal(tmp_path, capsys) -> None:
    items = [1, 2]
    assert Tracker(RunFolder(tmp_path), progress=False).progress(items, "x", 2) is items
    assert list(Tracker(RunFolder(tmp_path), progress=True).progress(items, "steps", 2)) == items
    assert "steps" in capsys.readouterr().err
