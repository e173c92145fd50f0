"""The documented JSON schemas fit what a run's folder holds after evaluation, analysis and probes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hgr.analysis.probes.generation import generate
from hgr.analysis.probes.operators import OPERATORS
from hgr.analysis.probes.probe_set import refine_probes, write_probes
from hgr.analysis.probes.running import run_probes
from hgr.cli.main import run
from hgr.evaluation_result import EvaluationResult
from hgr.retrieval.loaded_run import load_run
from hgr.run_evaluation import evaluate_run
from tests.hgr.analysis.probes.small_corpus import corpus_captions
from tests.hgr.analysis.probes.test_scoring import probes
from tests.hgr.retrieval.small_run import make_run
from tests.schemas import validator

jsonschema = pytest.importorskip("jsonschema")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was evaluated, with similarities kept."""
    path = make_run(tmp_path_factory.mktemp("written"))
    loaded = load_run(path)
    settings = loaded.settings.evaluation.model_copy(update={"keep_similarity": True})
    for split in ("val", "test"):
        assert isinstance(evaluate_run(loaded, split, settings=settings), EvaluationResult)
    return path


def test_results_and_ranks(folder: Path) -> None:
    validator("results").validate(json.loads((folder / "results" / "test.json").read_text()))
    validator("ranks").validate(json.loads((folder / "results" / "test.ranks.json").read_text()))


def test_analysis(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--validation", "val", "--graded", "all", "--correction", "dual_softmax=0.1", "--steps", "2"]
    assert run(["analyze", str(folder), *options, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    stored = json.loads((folder / "results" / "test.analysis.json").read_text())
    assert printed.keys() == stored.keys() and {"tuned", "graded", "corrections"} <= stored.keys()
    validator("analysis").validate(stored)


def test_probe_sets(tmp_path: Path) -> None:
    found, passports = refine_probes(list(generate(corpus_captions(), known_words=True)))
    write_probes(tmp_path / "probes.jsonl", found, passports, {"seed": 0})
    lines = [json.loads(line) for line in (tmp_path / "probes.jsonl").read_text().splitlines()]
    assert len(lines) > 100
    check = validator("probes")
    for line in lines:
        check.validate(line)
    kinds = check.schema["oneOf"][1]["properties"]["kind"]["enum"]
    assert kinds == list(OPERATORS)
    assert not check.is_valid({**lines[1], "kind": "other"})
    assert not check.is_valid({key: value for key, value in lines[1].items() if key != "graph"})


def test_probe_results(folder: Path, tmp_path: Path) -> None:
    write_probes(tmp_path / "small.jsonl", probes(), [], {})
    run_probes(folder, tmp_path / "small.jsonl")
    stored = json.loads((folder / "results" / "probes.small.json").read_text())
    assert stored["kinds"]
    check = validator("probe_results")
    check.validate(stored)
    stored["kinds"][0]["accuracy"] = 1.5
    assert not check.is_valid(stored)


@pytest.mark.parametrize("name", ["results", "ranks"])
def test_another_version_is_refused(folder: Path, name: str) -> None:
    path = folder / "results" / ("test.json" if name == "results" else "test.ranks.json")
    stored = json.loads(path.read_text())
    assert not validator(name).is_valid({**stored, "version": 2})
    assert not validator(name).is_valid({**stored, "surprise": 1})
