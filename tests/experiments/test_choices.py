from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.choices import kinds_of, markdown


def test_runs_of_a_folder_become_one_column(tmp_path: Path) -> None:
    for seed, accuracy in enumerate((0.5, 0.7)):
        folder = tmp_path / "hgr" / f"seed{seed}"
        folder.mkdir(parents=True)
        row = {"kind": "roles", "accuracy": accuracy, "p_value": 0.1 * seed, "pairs": 40}
        (folder / "choices.json").write_text(json.dumps([row]), encoding="utf-8")
    row = kinds_of(tmp_path / "hgr")["roles"]
    assert row.accuracies == (50.0, 70.0) and row.largest_p == 0.1
    assert "| roles | 40 | 60.0 ± 14.1 (p 0.1000) |" in markdown([tmp_path / "hgr"])


def test_one_run_has_no_deviation(tmp_path: Path) -> None:
    row = {"kind": "roles", "accuracy": 0.5, "p_value": 0.25, "pairs": 40}
    (tmp_path / "seed0").mkdir()
    (tmp_path / "seed0" / "choices.json").write_text(json.dumps([row]), encoding="utf-8")
    assert kinds_of(tmp_path)["roles"].text == "50.0 (p 0.2500)"


def test_a_folder_without_choices_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="--choices"):
        kinds_of(tmp_path)
