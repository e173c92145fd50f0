"""Run folders as one table: mean and deviation over seeds and splits, level by level.

    python -m experiments.table runs/hgr_scenes runs/hgr_scenes_event --level all

Each argument is a folder that `experiments.run` filled; every run below it counts once.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NAMES = ("R@1", "R@5", "R@10", "MdR", "MnR")
DIRECTIONS = ("text_to_video", "video_to_text")


@dataclass(frozen=True)
class Row:
    """One line: what it is, how many runs, and by column the mean and the deviation (n - 1)."""

    name: str
    level: str
    runs: int
    values: Mapping[str, tuple[float, float]]


def rows_of(folder: Path, levels: str = "fused", split: str = "test") -> list[Row]:
    """The lines of one folder.

    Args:
        folder: Holds run folders at any depth.
        levels: "fused", a level, or "all".
        split: Results of "<split>" and of "<anything>_<split>" count.

    Raises:
        ValueError: No results there.
    """
    found: dict[str, list[dict[str, float]]] = {}
    trained: list[dict[str, float]] = []
    for path in sorted(folder.rglob("results/*.json")):
        if path.stem != split and not path.stem.endswith(f"_{split}"):
            continue
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.get("schema") != "hgr.results":
            continue
        for level, sides in content["conventions"][content["headline"]].items():
            if levels in ("all", level):
                found.setdefault(level, []).append(_numbers(sides))
        training = path.parent.parent / "training.json"
        if training.exists():
            trained.append(json.loads(training.read_text(encoding="utf-8")))
    if not found:
        raise ValueError(
            f"{folder}: no results of split {split!r}, level {levels!r}; run experiments.run first"
        )
    extra = {
        name: _mean([run[key] / unit for run in trained])
        for name, key, unit in (("M parameters", "parameters", 1e6), ("minutes", "seconds", 60.0))
        if trained
    }
    return [
        Row(
            folder.name, level, len(runs), {key: _mean([run[key] for run in runs]) for key in runs[0]} | extra
        )
        for level, runs in found.items()
    ]


def _numbers(sides: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    short = {"text_to_video": "t2v", "video_to_text": "v2t"}
    numbers = {f"{short[side]} {name}": sides[side][name] for side in DIRECTIONS for name in NAMES}
    return numbers | {"rsum": float(sides["rsum"])}  # type: ignore[arg-type]


def _mean(values: Sequence[float]) -> tuple[float, float]:
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def markdown(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """The lines as a Markdown table."""
    lines = ["| run | level | n | " + " | ".join(columns) + " |", "|---" * (len(columns) + 3) + "|"]
    for row in rows:
        cells = []
        for column in columns:
            mean, deviation = row.values.get(column, (float("nan"), 0.0))
            cells.append(f"{mean:.1f} ± {deviation:.1f}" if deviation else f"{mean:.1f}")
        lines.append(f"| {row.name} | {row.level} | {row.runs} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--level", default="fused", help="fused, a level, or all")
    parser.add_argument("--split", default="test")
    parser.add_argument(
        "--columns", default="t2v R@1,t2v R@5,t2v R@10,t2v MdR,v2t R@10,rsum,M parameters,minutes"
    )
    given = parser.parse_args()
    rows = [row for folder in given.folders for row in rows_of(folder, given.level, given.split)]
    print(markdown(rows, given.columns.split(",")))


if __name__ == "__main__":
    main()
