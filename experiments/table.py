"""Run folders as one table: mean and deviation over seeds and splits, level by level, for any number of data sets.

    python -m experiments.table runs/hgr_scenes runs/hgr_scenes_event --level all
    python -m experiments.table runs/table/*/* --level fused,clip
    python -m experiments.table runs/table/scenes/hgr --level subsets

Each argument is a folder that `experiments.run` filled; every run below it counts once. "subsets" are the equally
weighted subsets of the levels that `hgr analyze` found in stored similarities: levels alone and all but one.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.run import TRAINING
from hgr.config import read_yaml

NAMES = ("R@1", "R@5", "R@10", "MdR", "MnR")
DIRECTIONS = {"text_to_video": "t2v", "video_to_text": "v2t"}
COLUMNS = ("t2v R@1", "t2v R@5", "t2v R@10", "t2v MdR", "v2t R@10", "rsum", "M parameters", "minutes")
COSTS = (
    ("M parameters", "parameters", 1e6),
    ("minutes", "seconds", 60.0),
    ("CPU minutes", "processor_seconds", 60.0),
)
SUBSETS = "subsets"


@dataclass(frozen=True)
class Row:
    """One line: what it is, how many runs, and by column the mean and the deviation (n - 1).

    Attributes:
        name: Name of the runs' folder.
        data: Name of their data set's folder; empty where the runs do not say.
        level: "fused", a level, or levels joined by "+".
        runs: How many runs.
        values: Column -> mean and deviation. Times are of runs that were not interrupted.
    """

    name: str
    data: str
    level: str
    runs: int
    values: Mapping[str, tuple[float, float]]


def rows_of(folder: Path, levels: str = "fused", split: str = "test") -> list[Row]:
    """The lines of one folder.

    Args:
        folder: Holds run folders at any depth.
        levels: "fused", a level, several with commas between (those that there are), "all", or "subsets".
        split: Results of "<split>" and of "<anything>_<split>" count.

    Raises:
        ValueError: No results there.
    """
    found: dict[str, list[dict[str, float]]] = {}
    runs: set[Path] = set()
    wanted = levels.split(",")
    for run, numbers in _analyses(folder, split) if levels == SUBSETS else _results(folder, split):
        for level, values in numbers.items():
            if levels in ("all", SUBSETS) or level in wanted:
                found.setdefault(level, []).append(values)
                runs.add(run)
    if not found:
        hint = "; then hgr analyze on runs with stored similarities" if levels == SUBSETS else ""
        raise ValueError(
            f"{folder}: no results of split {split!r}, level {levels!r}; run experiments.run first{hint}"
        )
    costs, data = _costs(sorted(runs)), _data_of(sorted(runs))
    return [Row(folder.name, data, level, len(rows), _means(rows) | costs) for level, rows in found.items()]


def _files(folder: Path, split: str, ending: str) -> Iterator[Path]:
    for path in sorted(folder.rglob(f"results/*{ending}")):
        name = path.name.removesuffix(ending)
        if name == split or name.endswith(f"_{split}"):
            yield path


def _results(folder: Path, split: str) -> Iterator[tuple[Path, dict[str, dict[str, float]]]]:
    """Run and level -> numbers."""
    for path in _files(folder, split, ".json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.get("schema") == "hgr.results":
            size = {"texts": content.get("num_texts", 0), "videos": content.get("num_videos", 0)}
            levels = content["conventions"][content["headline"]]
            yield path.parent.parent, {level: _numbers(sides) | size for level, sides in levels.items()}


def _analyses(folder: Path, split: str) -> Iterator[tuple[Path, dict[str, dict[str, float]]]]:
    """Run and subset of levels -> numbers."""
    for path in _files(folder, split, ".analysis.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        yield path.parent.parent, {row["name"]: _numbers(row) for row in content["subsets"]}


def _numbers(sides: Mapping[str, Any]) -> dict[str, float]:
    numbers = {f"{short} {name}": sides[side][name] for side, short in DIRECTIONS.items() for name in NAMES}
    return numbers | {"rsum": float(sides["rsum"])}


def _costs(runs: Sequence[Path]) -> dict[str, tuple[float, float]]:
    trained = [
        json.loads((run / TRAINING).read_text(encoding="utf-8")) for run in runs if (run / TRAINING).exists()
    ]
    found = {}
    for name, key, unit in COSTS:
        counted = [run for run in trained if key in run and (key == "parameters" or not run.get("resumed"))]
        if counted:
            found[name] = _mean([run[key] / unit for run in counted])
    return found


def _data_of(runs: Sequence[Path]) -> str:
    configs = [run / "config.yaml" for run in runs if (run / "config.yaml").exists()]
    return ", ".join(dict.fromkeys(Path(read_yaml(path)["data"]["folder"]).name for path in configs))


def _means(rows: Sequence[Mapping[str, float]]) -> dict[str, tuple[float, float]]:
    return {key: _mean([row[key] for row in rows]) for key in rows[0]}


def _mean(values: Sequence[float]) -> tuple[float, float]:
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def markdown(rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> str:
    """The lines as a Markdown table; with several data sets each line says its own."""
    several = len({row.data for row in rows}) > 1
    heads = [*(["data"] if several else []), "run", "level", "n", *columns]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        cells = [*([row.data] if several else []), row.name, row.level, str(row.runs)]
        for column in columns:
            mean, deviation = row.values.get(column, (None, 0.0))
            text = "" if mean is None else f"{mean:.0f}" if column in ("texts", "videos") else f"{mean:.1f}"
            cells.append(f"{text} ± {deviation:.1f}" if deviation >= 0.05 else text)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--level", default="fused", help="fused, levels with commas between, all, or subsets")
    parser.add_argument("--split", default="test")
    parser.add_argument(
        "--columns", default=",".join(COLUMNS), help="also: t2v MnR, v2t R@1, ..., CPU minutes, texts, videos"
    )
    given = parser.parse_args()
    rows = [row for folder in given.folders for row in rows_of(folder, given.level, given.split)]
    print(markdown(rows, given.columns.split(",")))


if __name__ == "__main__":
    main()
