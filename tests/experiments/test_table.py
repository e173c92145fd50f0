from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.table import markdown, rows_of
from hgr.analysis.versioned_json import write_versioned


def run(folder: Path, recall: float) -> None:
    side = {"R@1": 1.0, "R@5": 5.0, "R@10": recall, "MdR": 9.0, "MnR": 20.0}
    levels = {
        level: {"text_to_video": side, "video_to_text": side, "rsum": 2.0} for level in ("event", "fused")
    }
    content = {"headline": "every_caption", "conventions": {"every_caption": levels}}
    write_versioned(folder / "results" / "test.json", "hgr.results", content)
    (folder / "training.json").write_text(
        json.dumps({"parameters": 2_000_000, "seconds": 90}), encoding="utf-8"
    )


def test_mean_and_deviation_over_the_runs_of_a_folder(tmp_path: Path) -> None:
    for seed, recall in enumerate((10.0, 20.0, 30.0)):
        run(tmp_path / "hgr" / f"seed{seed}", recall)
    write_versioned(tmp_path / "hgr" / "seed0" / "results" / "val.json", "hgr.results", {})
    (row,) = rows_of(tmp_path / "hgr")
    assert (row.runs, row.values["t2v R@10"]) == (3, (20.0, 10.0))
    assert row.values["M parameters"] == (2.0, 0.0) and row.values["minutes"] == (1.5, 0.0)
    assert len(rows_of(tmp_path / "hgr", "all")) == 2
    assert "| hgr | fused | 3 | 20.0 ± 10.0 | 2.0 |" in markdown([row], ["t2v R@10", "M parameters"])


def test_a_folder_without_results_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"experiments\.run"):
        rows_of(tmp_path)
