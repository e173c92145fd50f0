from __future__ import annotations

import json
from pathlib import Path

import pytest

from hgr.cli.main import DATA, OK, run
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


def test_what_is_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", str(tmp_path / "nothing")]) == DATA
    assert "neither a run" in capsys.readouterr().err
