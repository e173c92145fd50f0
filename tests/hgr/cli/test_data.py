"""`hgr data make-scenes` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hgr.cli.main import DATA, OK, USAGE, run

CONFIG = """\
splits: {train: {scenes: 2, siblings: 1}, test: {scenes: 2, siblings: 1, novel: 1.0}}
frames: 16
"""


def test_json_says_what_was_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "c.yaml"
    config.write_text(CONFIG)
    code = run(
        ["data", "make-scenes", str(tmp_path / "out"), "--config", str(config), "--seed", "5", "--json"]
    )
    assert code == OK
    summary = json.loads(capsys.readouterr().out)
    assert summary["clips"] == {"train": 4, "test": 4} and summary["captions"]["test"] == 12
    assert "seed: 5" in (tmp_path / "out" / "config.yaml").read_text()
    assert sum(summary["choices"]["test"].values()) == 12


def test_number_of_videos_and_paragraphs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "c.yaml"
    config.write_text(CONFIG)
    arguments = ["--config", str(config), "--videos", "4", "--paragraphs"]
    assert run(["data", "make-scenes", str(tmp_path / "out"), *arguments]) == OK
    assert "test: 2 clips" in capsys.readouterr().out
    assert "segments" in (tmp_path / "out" / "captions.jsonl").read_text()


def test_problems_have_their_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    assert run(["data", "make-scenes", str(tmp_path / "full"), "--videos", "4"]) == DATA
    assert "exists already" in capsys.readouterr().err
    assert run(["data", "make-scenes", str(tmp_path / "o"), "--config", "nowhere.yaml"]) == DATA
    assert run(["data", "make-scenes", str(tmp_path / "o"), "--videos", "0"]) == USAGE
    assert not (tmp_path / "o").exists()
