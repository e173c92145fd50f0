from __future__ import annotations

import json
from pathlib import Path

import pytest

from hgr.cli.main import run
from hgr.errors import DataError
from hgr.retrieval.loaded_run import load_run
from hgr.run_evaluation import evaluate_run
from tests.hgr.retrieval.small_run import make_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("evaluated"))


def test_data_that_are_not_the_protocol_are_refused_before_anything_is_written(folder: Path) -> None:
    loaded = load_run(folder)
    with pytest.raises(DataError, match="msrvtt/1k-A test: expected 1,000 videos, found 8"):
        evaluate_run(loaded, "test", protocol="msrvtt/1k-A")
    assert not loaded.folder.results("test").exists()


def test_the_protocol_decides_what_stands_first(folder: Path) -> None:
    loaded = load_run(folder)
    grouped = evaluate_run(loaded, "test", protocol="msvd/all-captions", protocol_deviates=True)
    assert (grouped.video_to_text, grouped.headline) == ("grouped", "every_caption")
    strings = evaluate_run(loaded, "test", protocol="epic100/mir", protocol_deviates=True)
    assert (strings.video_to_text, strings.headline) == ("all_captions", "unique_strings")
    assert evaluate_run(loaded, "test").headline == loaded.settings.evaluation.queries


def test_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["evaluate", str(folder), "--protocol", "msvd/all-captions"]
    assert run(arguments) == 3
    problem = capsys.readouterr().err
    assert "expected 670 videos, found 8" in problem and "--protocol-deviates" in problem
    assert run([*arguments, "--protocol-deviates"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("protocol deviates from msvd/all-captions, split test: 16 captions, 8 videos")
    assert printed.index("grouped by video") < printed.index("all captions:")
    stored = json.loads((folder / "results" / "test.json").read_text())
    assert stored["protocol"]["deviations"] and stored["video_to_text"] == "grouped"
