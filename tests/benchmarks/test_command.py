"""What the benchmarks have in common as commands."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
import torch

from benchmarks import similarity
from benchmarks.command import begin, make_parser, on, report


def test_options_name_threads_and_device() -> None:
    before = torch.get_num_threads()
    try:
        options = begin(make_parser("One line.\n\nMore.", rounds=4), ["--threads", "1"])
        assert (options.rounds, options.device, torch.get_num_threads()) == (4, torch.device("cpu"), 1)
    finally:
        torch.set_num_threads(before)


def test_a_device_that_is_not_there_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        begin(make_parser(None, rounds=1), ["--device", "cuda:99"])
    assert stop.value.code == 2 and "cuda:99" in capsys.readouterr().err


def test_json_is_one_object_and_lines_follow_the_machine(capsys: pytest.CaptureFixture[str]) -> None:
    parser = make_parser(None, rounds=1)
    report(begin(parser, ["--json"]), {"results": [1]}, ["a"])
    found = json.loads(capsys.readouterr().out)
    assert found["results"] == [1] and found["device"] == "cpu" and "threads" in found["machine"]
    report(begin(parser, []), {"results": [1]}, ["a", "b"])
    assert capsys.readouterr().out.splitlines()[1:] == ["a", "b"]


def test_tensors_of_a_dataclass_move_and_the_rest_stays() -> None:
    @dataclass(frozen=True)
    class Few:
        values: torch.Tensor
        name: str

    moved = on(Few(torch.ones(2), "x"), "meta")
    assert moved.values.device.type == "meta" and moved.name == "x"


def test_a_benchmark_runs_as_a_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similarity, "WIDTH", 16)
    similarity.main(["--rounds", "1", "--json"])
    assert [one["real_phrases"] for one in json.loads(capsys.readouterr().out)["results"]] == [6, 3]
