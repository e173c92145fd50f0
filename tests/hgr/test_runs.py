"""hgr/runs.py: paths, the hold on a run, the surroundings of a result."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from hgr.errors import DataError
from hgr.runs import RunFolder, environment, write_environment

HOLD = """
import sys, time
from hgr.runs import RunFolder
with RunFolder(sys.argv[1]).lock():
    print("held", flush=True)
    time.sleep(60)
"""
HOLD_WITH_CHILD = """
import os, sys, time
from hgr.runs import RunFolder
with RunFolder(sys.argv[1]).lock():
    if os.fork() == 0:
        time.sleep(2)  # a worker process that outlives the training for a moment
        os._exit(0)
    print("held", flush=True)
    time.sleep(60)
"""


def start(script: str, path) -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_paths(tmp_path) -> None:
    run = RunFolder(tmp_path / "r")
    assert run.results("val") == tmp_path / "r" / "results" / "val.json"
    assert run.similarity("val") == tmp_path / "r" / "similarity" / "val"
    assert run.best == tmp_path / "r" / "checkpoints" / "best"
    assert not run.path.exists()


def test_checkpoint_falls_back_to_last(tmp_path) -> None:
    run = RunFolder(tmp_path / "r")
    with pytest.raises(DataError, match="no such folder"):
        run.checkpoint()
    run.checkpoints.mkdir(parents=True)
    with pytest.raises(DataError, match="no checkpoint in"):
        run.checkpoint("last")
    run.last.mkdir()
    assert run.checkpoint("best") == run.last
    run.best.mkdir()
    assert run.checkpoint("best") == run.best
    with pytest.raises(DataError, match="expected 'best' or 'last'"):
        run.checkpoint("first")


def test_a_second_process_is_refused_and_told_who_holds_it(tmp_path) -> None:
    process = start(HOLD, tmp_path)
    try:
        with pytest.raises(DataError, match=f"held by process {process.pid} on this host"):
            with RunFolder(tmp_path).lock():
                pass
    finally:
        process.kill()
        process.wait()


def test_the_same_process_cannot_hold_it_twice(tmp_path) -> None:
    with RunFolder(tmp_path).lock():
        with pytest.raises(DataError, match=f"held by process {os.getpid()}"):
            with RunFolder(tmp_path).lock():
                pass
    with RunFolder(tmp_path).lock():
        pass


@pytest.mark.parametrize("script", [HOLD, HOLD_WITH_CHILD])
def test_the_hold_of_a_killed_process_is_taken_over(tmp_path, script: str) -> None:
    process = start(script, tmp_path)
    process.send_signal(signal.SIGKILL)
    process.wait()
    began = time.monotonic()
    with RunFolder(tmp_path).lock():
        pass
    assert time.monotonic() - began < 5


def test_a_run_that_cannot_be_made(tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="cannot be written"):
        with RunFolder(tmp_path / "file" / "run").lock():
            pass


def test_environment_names_versions_machine_code_and_data(tmp_path) -> None:
    write_environment(RunFolder(tmp_path), {"captions.jsonl": "abc"})
    found = json.loads((tmp_path / "environment.json").read_text())
    assert (found["schema"], found["version"]) == ("hgr.environment", 1)
    assert found["libraries"]["torch"].startswith("2.")
    assert found["data"] == {"captions.jsonl": "abc"}
    assert found["threads"] >= 1
    assert set(found) == set(environment())
