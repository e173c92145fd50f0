from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hgr.analysis.stored import SimilarityWriter, StoredSimilarity
from hgr.cli.main import run
from tests.hgr.analysis.made_up import made_up


def foreign(folder: Path, seed: int, signal: float) -> tuple[str, str]:
    stored = made_up(seed=0, num_texts=60, num_videos=20)
    noise = np.random.default_rng(seed).standard_normal((60, 20))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"scores{seed}.npy", (noise + signal * stored.relevant()).astype(np.float32))
    texts = [{"id": t.id, "video": t.videos[0], "text": t.text} for t in stored.texts]
    (folder / "ids.json").write_text(json.dumps({"texts": texts, "videos": list(stored.videos)}))
    return str(folder / f"scores{seed}.npy"), str(folder / "ids.json")


def write(folder: Path, stored: StoredSimilarity) -> None:
    writer = SimilarityWriter(folder, stored.texts, stored.videos, list(stored.matrices))
    for name, matrix in stored.matrices.items():
        writer.add(name, matrix)
    writer.close()


def test_run_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "similarity" / "test", made_up(seed=1))
    write(tmp_path / "similarity" / "val", made_up(seed=2))
    assert run(["analyze", str(tmp_path), "--steps", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tuned"]["chosen_on"] == "validation" and len(found["grid"]) == 10
    assert json.loads((tmp_path / "results" / "test.analysis.json").read_text())["schema"] == "hgr.analysis"
    assert run(["analyze", str(tmp_path)]) == 0
    assert "## Levels" in capsys.readouterr().out


def test_matrices_of_another_system_are_analyzed_and_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed, signal in ((1, 0.3), (2, 2.5)):
        scores, ids = foreign(tmp_path, seed, signal)
        assert (
            run(["analyze", "--similarity", scores, "--ids", ids, "--out", str(tmp_path / f"run{seed}")]) == 0
        )
    capsys.readouterr()
    latex = tmp_path / "table.tex"
    arguments = [f"weak={tmp_path / 'run1'}", f"strong={tmp_path / 'run2'}", "--permutations", "300"]
    assert run(["compare", *arguments, "--json", "--latex", str(latex)]) == 0
    found = json.loads(capsys.readouterr().out)
    test = next(t for t in found["tests"] if t["metric"] == "t2v R@5")
    assert test["difference"] > 20 and test["adjusted"] < 0.05
    assert r"\begin{tabular}" in latex.read_text()
    assert run(["compare", *arguments]) == 0
    assert "| weak | strong | t2v R@1 |" in capsys.readouterr().out


def test_problems_have_their_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["analyze"]) == 2
    assert run(["analyze", str(tmp_path), "--ids", "x.json"]) == 2
    assert run(["compare", str(tmp_path)]) == 2
    assert run(["analyze", str(tmp_path)]) == 3
    assert "run: hgr evaluate" in capsys.readouterr().err
    assert run(["compare", str(tmp_path), str(tmp_path / "other")]) == 3
    scores, ids = foreign(tmp_path / "f", 1, 1.0)
    np.save(scores, np.full((60, 20), np.nan, dtype=np.float32))
    assert run(["analyze", "--similarity", scores, "--ids", ids]) == 3
    assert "NaN" in capsys.readouterr().err


def test_graded_relevance_is_asked_for_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "similarity" / "test", made_up(seed=1))
    assert (
        run(["analyze", str(tmp_path), "--graded", "bag_of_words", "--graded", "meteor_like", "--json"]) == 0
    )
    rows = json.loads(capsys.readouterr().out)["graded"]
    assert [row["relevance"] for row in rows] == ["bag_of_words", "meteor_like"]
    assert run(["analyze", str(tmp_path), "--graded", "all"]) == 0
    assert "## Graded relevance" in capsys.readouterr().out
    assert run(["analyze", str(tmp_path), "--graded", "synsets"]) == 3
    assert "synsets needs --parses" in capsys.readouterr().err
