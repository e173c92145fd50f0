from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphs.formats import event_only, write_role_graphs
from hgr.analysis.foreign_run import write_foreign_run
from hgr.cli.main import DATA, OK, run
from tests.hgr.analysis.made_up import made_up
from tests.hgr.retrieval.small_run import make_run


def test_a_report_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = make_run(tmp_path)
    assert run(["report", str(small), "--json", "--queries", "5", "--projector"]) == OK
    found = json.loads(capsys.readouterr().out)
    assert (found["queries"], found["texts"], found["videos"], found["frames"]) == (5, 16, 8, 0)
    assert (small / "report.html").stat().st_size == found["size"]
    assert (small / "projector" / "projector_config.pbtxt").is_file()


def test_a_split_and_a_file_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = make_run(tmp_path)
    out = tmp_path / "mine" / "page.html"
    assert run(["report", str(small), "--split", "val", "--out", str(out), "--no-frames"]) == OK
    assert "4 of 4 queries, 2 videos" in capsys.readouterr().out
    assert out.is_file() and not (small / "report.html").exists()


def test_matrices_of_another_system_with_their_captions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_foreign_run(made_up(), tmp_path / "run", "test")
    texts = [f"caption {i} of video {v}" for i in range(40) for v in range(10)]
    write_role_graphs(tmp_path / "graphs.jsonl", [(text, event_only(text)) for text in texts])
    assert run(["report", str(tmp_path / "run"), "--graphs", str(tmp_path / "graphs.jsonl")]) == OK
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Why queries are lost" in page and "40 from graphs.jsonl" in page
    assert "Unique strings as queries" in page
    assert run(["report", str(tmp_path / "run"), "--graphs", str(tmp_path / "none.jsonl")]) == DATA
    assert "none.jsonl" in capsys.readouterr().err


def test_what_is_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", str(tmp_path / "nothing")]) == DATA
    assert "neither a run" in capsys.readouterr().err
