from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.table import markdown, rows_of
from hgr.analysis.versioned_json import write_versioned

SECONDS = {"parameters": 2_000_000, "seconds": 90, "processor_seconds": 60}


def run(folder: Path, recall: float, *, data: str = "scenes", resumed: bool = False) -> None:
    side = {"R@1": 1.0, "R@5": 5.0, "R@10": recall, "MdR": 9.0, "MnR": 20.0}
    sides = {"text_to_video": side, "video_to_text": side, "rsum": 2.0}
    content = {
        "headline": "every_caption",
        "num_videos": 365,
        "conventions": {"every_caption": {"event": sides, "fused": sides}},
    }
    write_versioned(folder / "results" / "test.json", "hgr.results", content)
    rows = [{"name": "event + action", **sides}, {"name": "event", **sides}]
    write_versioned(folder / "results" / "test.analysis.json", "hgr.analysis", {"subsets": rows})
    (folder / "training.json").write_text(json.dumps(SECONDS | {"resumed": resumed}), encoding="utf-8")
    (folder / "config.yaml").write_text(f"data: {{folder: data/{data}}}\n", encoding="utf-8")


def test_mean_and_deviation_over_the_runs_of_a_folder(tmp_path: Path) -> None:
    for seed, recall in enumerate((10.0, 20.0, 30.0)):
        run(tmp_path / "hgr" / f"seed{seed}", recall)
    write_versioned(tmp_path / "hgr" / "seed0" / "results" / "val.json", "hgr.results", {})
    (row,) = rows_of(tmp_path / "hgr")
    assert (row.runs, row.data, row.values["t2v R@10"]) == (3, "scenes", (20.0, 10.0))
    assert [row.values[name] for name in ("M parameters", "minutes", "CPU minutes")] == [
        (2.0, 0.0),
        (1.5, 0.0),
        (1.0, 0.0),
    ]
    assert len(rows_of(tmp_path / "hgr", "all")) == len(rows_of(tmp_path / "hgr", "event,fused,clip")) == 2
    assert "| hgr | fused | 3 | 20.0 ± 10.0 | 2.0 | 365 |" in markdown(
        [row], ["t2v R@10", "M parameters", "videos"]
    )


def test_subsets_of_levels_come_from_the_stored_analysis(tmp_path: Path) -> None:
    run(tmp_path / "hgr" / "seed0", 10.0)
    run(tmp_path / "hgr" / "seed1", 20.0)
    pair, event = rows_of(tmp_path / "hgr", "subsets")
    assert (pair.level, event.level, pair.runs) == ("event + action", "event", 2)
    assert pair.values["t2v R@10"][0] == 15.0


def test_times_of_interrupted_runs_do_not_count(tmp_path: Path) -> None:
    run(tmp_path / "hgr" / "seed0", 10.0, resumed=True)
    (row,) = rows_of(tmp_path / "hgr")
    assert "minutes" not in row.values and row.values["M parameters"] == (2.0, 0.0)
    assert markdown([row], ["minutes"]).endswith("| hgr | fused | 1 |  |")


def test_several_data_sets_are_told_apart(tmp_path: Path) -> None:
    run(tmp_path / "scenes" / "hgr" / "seed0", 10.0)
    run(tmp_path / "vidvrd" / "hgr" / "seed0", 20.0, data="vidvrd566")
    rows = rows_of(tmp_path / "scenes" / "hgr") + rows_of(tmp_path / "vidvrd" / "hgr")
    assert markdown(rows, ["t2v R@10"]).splitlines()[2:] == [
        "| scenes | hgr | fused | 1 | 10.0 |",
        "| vidvrd566 | hgr | fused | 1 | 20.0 |",
    ]


@pytest.mark.parametrize("levels", ["fused", "subsets"])
def test_a_folder_without_results_says_what_to_run(tmp_path: Path, levels: str) -> None:
    with pytest.raises(ValueError, match=r"experiments\.run"):
        rows_of(tmp_path, levels)
