"""The wheel, in an environment that has never seen the source."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    source = out / "source"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(source)], check=True)
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr[-2000:]
    return next(out.glob("*.whl"))


def test_it_holds_the_packages_and_their_data_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")}
    assert tops == {"parsing", "graphs", "hgr"}
    assert any(name.startswith("parsing/models/") and "LICENSE" in name for name in names)
    assert "hgr/py.typed" in names
    assert not [name for name in names if "test" in Path(name).name.lower() and name.endswith(".py")]


def test_it_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    installed = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", "torch==2.13.0", wheel],
        capture_output=True,
        text=True,
    )
    if installed.returncode and "No matching distribution" in installed.stderr:
        pytest.skip("packages cannot be installed here")
    assert installed.returncode == 0, installed.stderr[-2000:]
    shown = subprocess.run(
        [tmp_path / "env" / "bin" / "hgr", "graph", "a man feeds a dog"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert shown.returncode == 0, shown.stderr
    assert "feeds" in shown.stdout and "ARG0" in shown.stdout
