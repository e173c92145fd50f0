from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from graphs.formats import read_role_graphs, write_role_graphs
from hgr.analysis.probes.margins_file import margins_path
from hgr.analysis.probes.probe_set import read_probes, write_probes
from hgr.cli.main import run
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Video
from hgr.retrieval.loaded_run import load_run
from hgr.run_evaluation import evaluate_run
from hgr.runs import RunFolder
from tests.hgr.analysis.probes.small_corpus import corpus_captions, transitive
from tests.hgr.analysis.probes.test_scoring import probes as small_probes
from tests.hgr.retrieval.small_run import make_run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data set folder with role graphs; two thirds of its videos are the test split."""
    rows = corpus_captions(2)
    captions = [Caption(identifier, video, text) for identifier, video, text, _ in rows]
    videos = [Video(video) for _, video, _, _ in rows]
    write_folder(
        tmp_path / "data", captions, videos, {"test": [v.id for v in videos][: 2 * len(videos) // 3]}
    )
    write_role_graphs(tmp_path / "data" / "graphs.jsonl", {text: graph for _, _, text, graph in rows}.items())
    return tmp_path / "data"


def test_make(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, sheet = tmp_path / "probes.jsonl", tmp_path / "sheet.csv"
    arguments = ["probe", "make", str(data), "--out", str(out), "--kind", "negated", "--kind", "action"]
    assert run([*arguments, "--sheet", str(sheet), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    probes, passports, about = read_probes(out)
    assert summary["probes"] == len(probes) > 0
    assert {p.kind for p in passports} == {"negated", "action"} and about["without_graph"] == 0
    assert len(sheet.read_text().splitlines()) == min(200, len(probes)) + 1
    assert run([*arguments, "--split", "test", "--no-refine"]) == 0
    assert "| negated |" in capsys.readouterr().out
    fewer = read_probes(out)[0]
    assert len(fewer) > 0 and {p.video for p in fewer} <= set(
        (data / "splits" / "test.txt").read_text().split()
    )


def test_the_sheet_shows_the_other_captions_of_the_video(data: Path, tmp_path: Path) -> None:
    text, graph = transitive("the sun", "is warming", "a roof")
    with open(data / "captions.jsonl", "a") as file:
        file.write(json.dumps({"id": "other", "video": "v0", "text": text}) + "\n")
    graphs = {**read_role_graphs(data / "graphs.jsonl"), text: graph}
    write_role_graphs(data / "graphs.jsonl", graphs.items())
    arguments = ["probe", "make", str(data), "--out", str(tmp_path / "p"), "--kind", "negated"]
    assert run([*arguments, "--no-refine", "--sheet", str(tmp_path / "sheet.csv")]) == 0
    with open(tmp_path / "sheet.csv", newline="") as file:
        siblings = {row["id"].split("#")[0]: row["siblings"] for row in csv.DictReader(file)}
    assert siblings["v0"] == text and siblings["v1"] == ""


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Runs of one system on the same captions."""
    return [make_run(tmp_path_factory.mktemp(f"seed{seed}"), seed=seed) for seed in range(2)]


def test_run_and_pool(seeds: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    probes = tmp_path / "small.jsonl"
    write_probes(probes, small_probes(), [], {})
    for folder in seeds:
        assert run(["probe", "run", str(folder), str(probes)]) == 0
        printed = capsys.readouterr().out
        assert "| action | contradiction | 24 / 12 |" in printed
        assert "Spreads of the levels from: the probes' captions" in printed
        assert (folder / "results" / "probes.small.json").is_file()
    assert run(["probe", "run", str(seeds[0]), str(probes), "--json", "--no-single-frame"]) == 0
    single = json.loads(capsys.readouterr().out)
    assert single["about"]["spreads_from"] == "the probes' captions"
    assert single["kinds"][0]["single_frame"] is None
    assert run(["probe", "pool", str(probes), *map(str, seeds)]) == 0
    assert "| action | contradiction | 48 / 12 |" in capsys.readouterr().out
    assert run(["probe", "pool", str(probes), *map(str, seeds), "--json"]) == 0
    pooled = json.loads(capsys.readouterr().out)
    assert pooled["about"]["runs"] == ["run", "run"] and pooled["kinds"][0]["pairs"] == 48
    margins = margins_path(RunFolder(seeds[1]).results("probes.small"))
    margins.write_bytes(margins.read_bytes()[:-40])
    assert run(["probe", "pool", str(probes), *map(str, seeds)]) == 3
    assert "no readable margins" in capsys.readouterr().err


def test_run_says_where_the_spreads_come_from(
    seeds: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    probes = tmp_path / "small.jsonl"
    write_probes(probes, small_probes(), [], {})
    arguments = ["probe", "run", str(seeds[0]), str(probes), "--no-single-frame", "--no-other-video"]
    assert run([*arguments, "--validation", "nosuch"]) == 3
    assert "no stored similarities; run: hgr evaluate" in capsys.readouterr().err
    loaded = load_run(seeds[0])
    settings = loaded.settings.evaluation.model_copy(update={"keep_similarity": True})
    evaluate_run(loaded, "val", settings=settings)
    assert run(arguments) == 0
    assert "Spreads of the levels from: val\n" in capsys.readouterr().out


def test_problems(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", "make", str(data)]) == 2
    assert run(["probe", "make", str(data), "--out", str(tmp_path / "p"), "--kind", "nothing"]) == 3
    assert "unknown probe kind 'nothing'" in capsys.readouterr().err
    assert run(["probe", "make", str(tmp_path / "nowhere"), "--out", str(tmp_path / "p")]) == 3
    assert run(["probe", "run", str(tmp_path / "nowhere"), str(tmp_path / "p")]) == 3
