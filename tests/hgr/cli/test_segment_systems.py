"""Systems that match sentences to clips: searched, analyzed, reported and probed like the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from graphs.build import build_role_graph
from graphs.formats import write_role_graphs
from hgr.analysis.probes.generation import Probe
from hgr.analysis.probes.probe_set import write_probes
from hgr.cli.main import run
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Segment, Video
from tests.hgr.retrieval.small_run import parse, write_features
from tests.hgr.system_options import SMALL

SECONDS = 2.0


@pytest.fixture(scope="module", params=["coot", "cmhse"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of paragraphs of two sentences, and a run that was trained on it for an epoch; their folder."""
    root = tmp_path_factory.mktemp(request.param)
    rng = np.random.default_rng(0)
    ids = [f"v{i}" for i in range(12)]
    captions = []
    for video in ids:
        things = [f"a {rng.choice(['red', 'blue'])} {rng.choice(['ball', 'box'])}" for _ in range(4)]
        first, second = f"{things[0]} pushes {things[1]}", f"{things[2]} lifts {things[3]}"
        segments = (Segment(0.0, 1.0, first), Segment(1.0, SECONDS, second))
        captions.append(Caption(f"{video}#0", video, f"{first} . {second} .", segments))
    splits = {"train": ids[:6], "val": ids[6:8], "test": ids[6:]}
    write_folder(root / "data", captions, [Video(v, duration=SECONDS) for v in ids], splits)
    write_features(root / "data" / "features", ids)
    texts = dict.fromkeys(t for c in captions for t in (c.text, *(s.text for s in c.segments)))
    write_role_graphs(root / "data" / "graphs.jsonl", [(t, build_role_graph(parse(t))) for t in texts])
    config = {
        "name": "paragraphs",
        "data": {"folder": str(root / "data")},
        "model": {"system": request.param, **SMALL[request.param]},
        "objective": {"weights": {"video": 1.0, "clip": 1.0, "context": 1.0}},
        "training": {"epochs": 1, "batch_size": 6},
        "evaluation": {"keep_similarity": True},
    }
    (root / "config.yaml").write_text(yaml.safe_dump(config))
    folder = root / "run"
    assert run(["train", str(root / "config.yaml"), "--run", str(folder), "--no-tensorboard", "--json"]) == 0
    for split in ("val", "test"):
        assert run(["evaluate", str(folder), "--split", split, "--json"]) == 0
    return root


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_search_ranks_by_the_levels_that_a_sentence_has(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = printed(capsys, "search", str(trained / "run"), "a red ball pushes a blue box", "--top", "12")
    (answer,) = found["answers"]
    assert len(answer["hits"]) == 12
    assert set(answer["hits"][0]["levels"]) == {"video", "context"}
    assert [h["score"] for h in answer["hits"]] == sorted((h["score"] for h in answer["hits"]), reverse=True)


def test_analyze_compares_the_levels_of_whole_videos(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = printed(capsys, "analyze", str(trained / "run"))
    assert found["levels"] == ["video", "context"] and found["texts"] == 6
    assert {row["name"] for row in found["subsets"]} >= {"video", "context", "video + context"}


def test_report(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = trained / "page.html"
    assert run(["report", str(trained / "run"), "--out", str(out)]) == 0
    page = out.read_text()
    assert "6 of 6 queries" in capsys.readouterr().out
    data = json.loads(page.split('id="data"', 1)[1].split(">", 1)[1].split("</script>", 1)[0])
    assert data["levels"] == ["video", "context"]
    assert len(data["queries"]) == 6 and all(query["graph"]["nodes"] for query in data["queries"])
    assert all(not query.get("removed") for query in data["queries"])


def test_probes_of_single_sentences(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, altered = "a red ball pushes a blue box", "a red ball lifts a blue box"
    graph = build_role_graph(parse(altered))
    probes = [
        Probe(f"{v}/action/0", "action", v, v, text, altered, "pushes", "lifts", graph) for v in ("v6", "v7")
    ]
    write_probes(tmp_path / "few.jsonl", probes, [], {})
    found = printed(capsys, "probe", "run", str(trained / "run"), str(tmp_path / "few.jsonl"))
    (kind,) = found["kinds"]
    assert set(kind["by_level"]) == {"video", "context"} and kind["right_level"] is None


def test_paragraphs_are_too_long_to_be_altered(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["probe", "make", str(trained / "data"), "--out", str(tmp_path / "p.jsonl")]) == 3
    assert "none of the 12 captions can be altered" in capsys.readouterr().err
    assert not (tmp_path / "p.jsonl").exists()
