"""`hgr doctor`: 0 for a sound folder, 3 for one that would break a training, JSON for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hgr.cli.main import run
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Video
from tests.hgr.video.making import make_video


def test_exit_codes_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_folder(tmp_path, [Caption("c", "a", "a dog")], [Video("a", "a.mp4")], {"train": ["a"]})
    make_video(tmp_path / "a.mp4", 4)
    assert run(["doctor", str(tmp_path), "--workers", "1"]) == 0
    assert "0 errors, 0 warnings: ready for training" in capsys.readouterr().out
    (tmp_path / "a.mp4").unlink()
    assert run(["doctor", str(tmp_path), "--workers", "1", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "hgr.diagnosis" and found["healthy"] is False
    assert [(problem["code"], problem["id"]) for problem in found["problems"]] == [("unreadable_video", "a")]
