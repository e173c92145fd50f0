"""`hgr features`: exit codes, JSON, and that help is quick to import."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hgr.cli.main import run
from hgr.data.features import FeatureStore
from tests.hgr.video.making import make_video


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    (root / "splits").mkdir(parents=True)
    for name in "ab":
        make_video(root / f"{name}.mp4", 6)
    (root / "c.mp4").write_text("no video")
    (root / "videos.jsonl").write_text(
        "".join(f'{{"id": "{name}", "file": "{name}.mp4"}}\n' for name in "abc")
    )
    (root / "captions.jsonl").write_text('{"id": "1", "video": "a", "text": "a dog"}\n')
    (root / "splits" / "train.txt").write_text("a\nb\n")
    return root


def test_extract_says_what_failed_and_exits_with_3(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "s")
    assert run(["features", "extract", str(folder), "--out", out, "--frames", "4", "--json"]) == 3
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert report["extracted"] == 2 and [failure["id"] for failure in report["failures"]] == ["c"]
    assert "33.3% of the files failed" in printed.err
    assert FeatureStore.open(out).ids == ("a", "b")
    arguments = ["features", "extract", str(folder), "--out", out, "--frames", "4", "--max-failures", "0.5"]
    assert run(arguments) == 0
    assert "0 extracted (none), 2 there already" in capsys.readouterr().out


def test_extract_a_split(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "features",
        "extract",
        str(folder),
        "--out",
        str(tmp_path / "s"),
        "--split",
        "train",
        "--frames",
        "2",
    ]
    assert run(arguments) == 0
    assert "2 videos: 2 extracted" in capsys.readouterr().out


def test_wrong_input_exits_with_3_and_wrong_usage_with_2(folder: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "s")
    assert run(["features", "extract", str(folder), "--out", out, "--backbone", "resnet"]) == 3
    assert run(["features", "extract", str(tmp_path / "none"), "--out", out]) == 3
    assert run(["features", "extract", str(folder)]) == 2
    assert run(["features", "extract", str(folder), "--out", out, "--frames", "0"]) == 2
    assert run(["features", "info", str(tmp_path)]) == 3


def test_import_and_info(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "x.npz", a=np.ones((2, 3)), z=np.ones((1, 3)))
    out = str(tmp_path / "s")
    assert (
        run(["features", "import", str(tmp_path / "x.npz"), "--out", out, "--data", str(folder), "--json"])
        == 0
    )
    report = json.loads(capsys.readouterr().out)
    assert report["videos"] == 1 and report["not_in_data"] == ["z"] and report["not_in_source"] == ["b", "c"]
    assert run(["features", "info", out, "--check", "--json"]) == 0
    info = json.loads(capsys.readouterr().out)
    assert info["streams"]["frames"]["dim"] == 3 and info["checked"] is True and info["videos"] == 1
    assert run(["features", "info", out]) == 0
    assert "backbone imported:x.npz" in capsys.readouterr().out


def test_info_finds_nan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "x.npz", a=np.ones((2, 3)))
    assert run(["features", "import", str(tmp_path / "x.npz"), "--out", str(tmp_path / "s")]) == 0
    values = np.load(tmp_path / "s" / "frames.npy", mmap_mode="r+")
    values[1, 1] = np.nan
    values.flush()
    assert run(["features", "info", str(tmp_path / "s")]) == 0
    assert run(["features", "info", str(tmp_path / "s"), "--check"]) == 3
    assert "video 'a': expected finite values" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["hgr.cli.features", "hgr.cli.doctor"])
def test_help_imports_nothing_heavy(module: str) -> None:
    code = (
        f"import sys, {module}; sys.exit(bool({{'torch', 'av', 'numpy', 'transformers'}} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3]).returncode == 0
