"""Paired, interleaved timing: every round runs each candidate once, and ratios are taken within a round."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch


@dataclass(frozen=True)
class Timings:
    """Seconds of every candidate in every round."""

    seconds: Mapping[str, list[float]]

    def median(self, name: str) -> float:
        """Median seconds of one candidate."""
        return statistics.median(self.seconds[name])

    def ratio(self, slow: str, fast: str) -> tuple[float, float, float]:
        """Seconds of `slow` over seconds of `fast`, round by round: least, median, greatest."""
        ratios = [a / b for a, b in zip(self.seconds[slow], self.seconds[fast], strict=True)]
        return min(ratios), statistics.median(ratios), max(ratios)


def interleave(candidates: Mapping[str, Callable[[], object]], *, rounds: int, warmup: int = 1) -> Timings:
    """Time candidates in turn.

    Args:
        candidates: Name -> what to run.
        rounds: Timed rounds; each runs every candidate once, in order and reversed by turns.
        warmup: Rounds before, not counted.

    Returns:
        The seconds of every run.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(-warmup, rounds):
        names = list(candidates) if turn % 2 == 0 else list(candidates)[::-1]
        for name in names:
            spent = seconds_of(candidates[name])
            if turn >= 0:
                seconds[name].append(spent)
    return Timings(seconds)


def seconds_of(run: Callable[[], object]) -> float:
    """Wall-clock seconds of one call, the accelerator's queue included."""
    _wait()
    start = time.perf_counter()
    run()
    _wait()
    return time.perf_counter() - start


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def machine() -> str:
    """One line on where the figures come from: processor, threads, torch, accelerator."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor()
    card = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    return f"{name}, {torch.get_num_threads()} threads, torch {torch.__version__}{card}"


def ratio_line(timings: Timings, slow: str, fast: str) -> str:
    """One line: both medians in milliseconds and how many times faster `fast` is."""
    least, median, greatest = timings.ratio(slow, fast)
    return (
        f"{slow} {1e3 * timings.median(slow):.1f} ms, {fast} {1e3 * timings.median(fast):.1f} ms: "
        f"{median:.2f} times ({least:.2f} to {greatest:.2f} over {len(timings.seconds[fast])} rounds)"
    )
