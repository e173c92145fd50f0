from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphs.formats import write_role_graphs
from hgr.analysis.probes.probe_set import read_probes
from hgr.cli.main import run
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Video
from tests.hgr.analysis.probes.small_corpus import corpus_captions


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


def test_problems(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", "make", str(data)]) == 2
    assert run(["probe", "make", str(data), "--out", str(tmp_path / "p"), "--kind", "nothing"]) == 3
    assert "unknown probe kind 'nothing'" in capsys.readouterr().err
    assert run(["probe", "make", str(tmp_path / "nowhere"), "--out", str(tmp_path / "p")]) == 3
    assert run(["probe", "run", str(tmp_path / "nowhere"), str(tmp_path / "p")]) == 3
