"""Interleaved timing."""

from __future__ import annotations

import time

from benchmarks.timing import Timings, interleave, machine, ratio_line


def test_interleave_runs_every_candidate_once_a_round_in_alternating_order() -> None:
    calls: list[str] = []
    timings = interleave({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=2, warmup=1)
    assert calls == ["b", "a", "a", "b", "b", "a"]
    assert {name: len(values) for name, values in timings.seconds.items()} == {"a": 2, "b": 2}


def test_ratios_are_taken_within_a_round() -> None:
    timings = Timings({"slow": [4.0, 9.0, 2.0], "fast": [2.0, 3.0, 2.0]})
    assert timings.ratio("slow", "fast") == (1.0, 2.0, 3.0)
    assert "2.00 times (1.00 to 3.00 over 3 rounds)" in ratio_line(timings, "slow", "fast")


def test_a_sleep_is_seen() -> None:
    timings = interleave({"sleep": lambda: time.sleep(0.02)}, rounds=1, warmup=0)
    assert 0.02 <= timings.median("sleep") < 2.0


def test_machine_names_the_threads() -> None:
    assert "threads" in machine()
