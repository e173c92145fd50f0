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
    assert run(["compare", str(tmp_path), str(tmp_path / "other")]) == 3
    scores, ids = foreign(tmp_path / "f", 1, 1.0)
    np.save(scores, np.full((60, 20), np.nan, dtype=np.float32))
    assert run(["analyze", "--similarity", scores, "--ids", ids]) == 3
    assert "scores1.npy: fused: NaN" in capsys.readouterr().err


def test_what_is_not_there_is_said_with_what_helps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    (tmp_path / "foreign" / "similarity").mkdir(parents=True)
    for name, message in {
        "nosuch": "nosuch: no such folder",
        "run": "run: hgr evaluate",
        "foreign": "run: hgr analyze --similarity FILE",
        ".": "neither a run",
    }.items():
        assert run(["analyze", str(tmp_path / name)]) == 3
        assert message in capsys.readouterr().err
    write(tmp_path / "foreign" / "similarity" / "test", made_up())
    assert run(["analyze", str(tmp_path / "foreign"), "--graphs", str(tmp_path / "no.jsonl")]) == 3
    assert "no.jsonl" in capsys.readouterr().err


def test_options_that_would_change_nothing_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "run" / "similarity" / "test", made_up(seed=1))
    scores, ids = foreign(tmp_path, 1, 1.0)
    own, other = [str(tmp_path / "run")], ["--similarity", scores, "--ids", ids]
    again = ["--validation-similarity", scores, "--validation-ids", ids]
    for arguments, message in (
        ([*own, "--validation", "test"], "chosen on the answers"),
        ([*own, "--bank", scores], "go together"),
        ([*own, "--correction", "querybank=1"], "go together"),
        ([*own, "--protocol", "msrvtt/full"], "go with --similarity"),
        ([*own, *again], "go with --similarity"),
        ([*other, "--protocol-deviates"], "goes with --protocol"),
        ([*other, *again[:2]], "go together"),
        ([*other, *again], "those of the split that is reported"),
        ([*other, "--validation", "val"], "give --validation-similarity"),
    ):
        assert run(["analyze", *arguments]) == 2, arguments
        error = " ".join(capsys.readouterr().err.split())
        assert message in error
    assert run(["analyze", *own, "--selection", "nonsense"]) == 3
    assert "expected one of rsum" in capsys.readouterr().err


def test_a_protocol_is_held_against_its_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores, ids = foreign(tmp_path, 1, 1.0)
    other = ["--similarity", scores, "--ids", ids, "--protocol", "msvd/all-captions"]
    assert run(["analyze", *other, "--out", str(tmp_path / "run")]) == 3
    assert "this is not protocol msvd/all-captions" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
    assert run(["analyze", *other, "--protocol-deviates", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["protocol"]["protocol"] == "msvd/all-captions" and found["protocol"]["deviations"]
    numbers = found["matrices"]["fused"]
    sides = (
        numbers[side][f"R@{k}"] for side in ("text_to_video", "video_to_text_grouped") for k in (1, 5, 10)
    )
    assert numbers["rsum"] == pytest.approx(sum(sides))


def halves(folder: Path) -> list[list[str]]:
    """Options for matrices of two levels, of a validation and of a test split."""
    found = []
    for seed, name in enumerate(("val", "test")):
        stored = made_up(seed=seed, signal=(1.0, 0.5))
        (folder / name).mkdir(parents=True)
        for level in stored.levels:
            np.save(folder / name / f"{level}.npy", stored.matrices[level])
        texts = [{"id": f"{name}{t.id}", "video": t.videos[0], "text": t.text} for t in stored.texts]
        (folder / name / "ids.json").write_text(json.dumps({"texts": texts, "videos": stored.videos}))
        found.append([f"{level}={folder / name / level}.npy" for level in stored.levels])
    return found


def test_validation_of_another_system(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    validation, test = halves(tmp_path)
    ids = ["--ids", str(tmp_path / "test" / "ids.json")]
    reported = [*(part for name in test for part in ("--similarity", name)), *ids, "--json"]
    explicit = [
        *(part for name in validation for part in ("--validation-similarity", name)),
        *("--validation-ids", str(tmp_path / "val" / "ids.json")),
    ]
    assert run(["analyze", *reported, *explicit]) == 0
    direct = json.loads(capsys.readouterr().out)
    assert direct["tuned"]["chosen_on"] == "validation" and "threshold" in direct["calibration"]
    out = ["--out", str(tmp_path / "run"), "--protocol", "scenes/x"]
    assert run(["analyze", *reported, *out, "--validation", "val"]) == 3
    assert "write them first, with --split val" in capsys.readouterr().err
    first = [*(part for name in validation for part in ("--similarity", name)), "--split", "val"]
    assert run(["analyze", *first, "--ids", str(tmp_path / "val" / "ids.json"), *out]) == 0
    capsys.readouterr()
    assert run(["analyze", *reported, *out, "--validation", "val"]) == 0
    kept = json.loads(capsys.readouterr().out)
    assert kept["tuned"] == direct["tuned"] and kept["calibration"]["matrix"] == "fused"
    assert (kept["protocol"]["protocol"], kept["protocol"]["split"]) == ("scenes/x", "test")
    assert (tmp_path / "run" / "results" / "test.analysis.json").is_file()
    fewer = [*explicit[:2], *explicit[-2:], "--out", str(tmp_path / "c")]
    assert run(["analyze", *reported, *fewer]) == 3
    assert "validation has the levels event; the split that is reported has event, action" in (
        capsys.readouterr().err
    )
    assert not (tmp_path / "c").exists()
    assert run(["analyze", *reported, *explicit, "--out", str(tmp_path / "both")]) == 0
    assert json.loads(capsys.readouterr().out)["tuned"] == direct["tuned"]
    assert (tmp_path / "both" / "similarity" / "val").is_dir()
    assert run(["analyze", *reported, *explicit, "--out", str(tmp_path / "c"), "--split", "val"]) == 2
    assert not (tmp_path / "c").exists()


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
