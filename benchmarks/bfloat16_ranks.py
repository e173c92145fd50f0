"""How many ranks of a trained run change when products are bfloat16 with float32 sums.

    python -m benchmarks.bfloat16_ranks RUN [RUN ...] --split random0_test [--json]

Nothing is written to the runs' folders. With several runs, one split each or one for all.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from hgr.data.prepare import prepare
from hgr.evaluation import evaluate
from hgr.models.base import FUSED
from hgr.retrieval.loaded_run import load_run


def measure(path: Path, split: str) -> list[dict[str, Any]]:
    """One row a direction of the fused matrix: share of changed ranks, and recalls under both."""
    run = load_run(path)
    data = prepare(run.settings, [split], run.spec, run.recipes).splits[split]
    settings = run.settings.evaluation
    exact, rounded = (
        evaluate(
            run.model, run.inputs, data.texts, data.videos, settings.model_copy(update={"products": products})
        )
        for products in ("float32", "bfloat16")
    )
    rows = []
    for a, b in zip(exact.rankings, rounded.rankings, strict=True):
        if a.matrix != FUSED or a.convention != settings.queries:
            continue
        change = (a.ranks.best - b.ranks.best).abs()
        rows.append(
            {
                "run": str(path),
                "split": split,
                "direction": a.direction,
                "queries": len(change),
                "changed": (change > 0).double().mean().item(),
                "changed_by_more_than_1": (change > 1).double().mean().item(),
                "recall": exact.summaries[a.convention][FUSED][a.direction].recall,
                "recall_bfloat16": rounded.summaries[a.convention][FUSED][a.direction].recall,
            }
        )
    return rows


def main(arguments: list[str] | None = None) -> None:
    """Print one line a run and direction."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--split", nargs="+", required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    splits = options.split * len(options.runs) if len(options.split) == 1 else options.split
    rows = [row for path, split in zip(options.runs, splits, strict=True) for row in measure(path, split)]
    if options.json:
        print(json.dumps({"rows": rows}))
        return
    for row in rows:
        print(
            f"{row['run']} {row['split']} {row['direction']}: {100 * row['changed']:.1f} % of {row['queries']} ranks "
            f"changed, {100 * row['changed_by_more_than_1']:.1f} % by more than 1; "
            f"recall {_percent(row['recall'])} became {_percent(row['recall_bfloat16'])}"
        )


def _percent(recall: dict[int, float]) -> str:
    return ", ".join(f"R@{k} {100 * value:.1f}" for k, value in recall.items())


if __name__ == "__main__":
    main()
