"""Choosing between true and altered captions, run folders as one table: mean and deviation by kind.

    python -m experiments.choices runs/hgr_scenes runs/hgr_scenes_event

Each argument is a folder that `experiments.run --choices` filled; every run below it counts once.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.run import CHOICES


@dataclass(frozen=True)
class KindRow:
    """One kind of alteration over the runs of a folder: accuracies in percent and the largest p-value."""

    kind: str
    accuracies: tuple[float, ...]
    largest_p: float
    pairs: int

    @property
    def text(self) -> str:
        """Mean, with several runs the deviation (n - 1), and the largest p-value."""
        spread = f" ± {statistics.stdev(self.accuracies):.1f}" if len(self.accuracies) > 1 else ""
        return f"{statistics.fmean(self.accuracies):.1f}{spread} (p {self.largest_p:.4f})"


def kinds_of(folder: Path) -> dict[str, KindRow]:
    """Kind -> row, for the runs below a folder.

    Raises:
        ValueError: No run there has chosen.
    """
    files = sorted(folder.rglob(CHOICES))
    if not files:
        raise ValueError(f"{folder}: no {CHOICES}; run experiments.run with --choices first")
    found: dict[str, list[dict[str, float]]] = {}
    for path in files:
        for row in json.loads(path.read_text(encoding="utf-8")):
            found.setdefault(row["kind"], []).append(row)
    return {
        kind: KindRow(
            kind,
            tuple(100 * row["accuracy"] for row in rows),
            max(row["p_value"] for row in rows),
            int(rows[0]["pairs"]),
        )
        for kind, rows in found.items()
    }


def markdown(folders: Sequence[Path]) -> str:
    """One line a kind, one column a folder."""
    columns = {folder.name: kinds_of(folder) for folder in folders}
    kinds = list(dict.fromkeys(kind for rows in columns.values() for kind in rows))
    lines = ["| kind | pairs | " + " | ".join(columns) + " |", "|---" * (len(columns) + 2) + "|"]
    for kind in kinds:
        cells = [rows[kind].text if kind in rows else "" for rows in columns.values()]
        pairs = next(rows[kind].pairs for rows in columns.values() if kind in rows)
        lines.append(f"| {kind} | {pairs} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    print(markdown(parser.parse_args().folders))


if __name__ == "__main__":
    main()
