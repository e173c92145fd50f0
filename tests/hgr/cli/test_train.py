"""hgr/cli/train.py: exit codes, JSON, kills."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hgr.checkpoint import open_checkpoint
from hgr.cli.main import run
from tests.hgr.small_data import write_data

PROGRAM = [sys.executable, "-c", "from hgr.cli.main import main; main()", "train"]
CONFIG = """
name: first
seed: 3
data: {{folder: {folder}, parser: null}}
model: {{system: hgr, width: 8, word_width: 4}}
training: {{epochs: 2, batch_size: 8, learning_rate: 1e-2}}
"""


@pytest.fixture
def config(tmp_path, data_folder) -> Path:
    path = tmp_path / "run.yaml"
    path.write_text(CONFIG.format(folder=data_folder))
    return path


def hgr(*arguments: object) -> int:
    return run(["train", *map(str, arguments)])


def test_training_prints_one_json_object(config, tmp_path, capsys) -> None:
    assert (
        hgr(config, "--run", tmp_path / "r", "--json", "--device", "cpu", "--set", "training.epochs=1") == 0
    )
    result = json.loads(capsys.readouterr().out)
    assert (result["epochs"], result["run"]) == (1, str(tmp_path / "r"))
    assert hgr(config, "--run", tmp_path / "r", "--resume", "--device", "cpu", "--no-tensorboard") == 0
    assert "trained  2 epochs, 6 steps" in capsys.readouterr().out


def test_dry_run_and_print_config(config, tmp_path, capsys) -> None:
    assert hgr(config, "--dry-run", "--device", "cpu") == 0
    assert "3 steps an epoch" in capsys.readouterr().out
    assert hgr(config, "--print-config", "--set", "training.weight_decay=1e-3") == 0
    printed = capsys.readouterr().out
    assert "weight_decay: 0.001" in printed and "learning_rate: 0.01" in printed
    again = tmp_path / "again.yaml"
    again.write_text(printed)
    assert hgr(again, "--print-config") == 0
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--set", "training.epoch=3"], 3, "training.epoch: unknown key; did you mean 'epochs'?"),
        (
            ["--set", "training.learning_rate='0.1'"],
            3,
            "training.learning_rate: expected valid number, found '0.1'",
        ),
        (["--set", "data.folder=nowhere"], 3, "nowhere: no such folder"),
        (["--set", "objective.weights={verbs: 1.0}"], 3, "objective weighs the matrix 'verbs'"),
        (["--set", "objective.auxiliary={magic: 1.0}"], 3, "objective weighs the auxiliary loss 'magic'"),
        (
            ["--set", "data.validation=val", "--set", "training.monitor=accuracy"],
            3,
            "monitor 'accuracy': expected rsum",
        ),
        (["--set", "training.learning_rate_factors={tezt.: 0.1}"], 3, "no parameter starts with 'tezt.'"),
        (["--set", "training.batch_groups='('"], 3, "training.batch_groups: '(' is no regular expression"),
        (["--set", "training.batch_size=100", "--set", "training.drop_last=true"], 3, "give no batch of 100"),
        (["--device", "tpu"], 3, "device 'tpu': expected auto, cpu, cuda"),
        (["--frobnicate"], 2, "No such option"),
        (["--threads", "0"], 2, "Invalid value"),
    ],
)
def test_problems_have_their_exit_code(config, capsys, arguments, code, message) -> None:
    assert hgr(config, "--dry-run", *arguments) == code
    assert message in capsys.readouterr().err


def test_a_missing_file(tmp_path, capsys) -> None:
    assert hgr(tmp_path / "none.yaml") == 3
    assert "none.yaml: cannot be read" in capsys.readouterr().err
    assert run(["train"]) == 2


def test_help_comes_without_torch() -> None:
    script = (
        "import sys; from hgr.cli.main import run; run(['train', '--help']); print('torch' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "--resume" in found.stdout
    assert found.stdout.strip().endswith("False")


def weights(run: Path) -> bytes:
    return (run / "checkpoints" / "last" / "model.safetensors").read_bytes()


def state(run: Path) -> tuple[bytes, bytes]:
    folder = run / "checkpoints" / "last"
    return (folder / "state.safetensors").read_bytes(), (folder / "state.json").read_bytes()


def start(config: Path, run: Path, *more: str, group: bool = False) -> subprocess.Popen:
    return subprocess.Popen(
        [
            *PROGRAM,
            str(config),
            "--run",
            str(run),
            "--device",
            "cpu",
            "--threads",
            "1",
            "--no-tensorboard",
            *more,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=group,
    )


def wait_for(path: Path, process: subprocess.Popen, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture(scope="module")
def long_run(tmp_path_factory) -> tuple[Path, Path]:
    """Settings of 200 steps, and the run that was never stopped."""
    folder = tmp_path_factory.mktemp("kills")
    write_data(folder / "data", train=20)
    path = folder / "run.yaml"
    path.write_text(
        CONFIG.format(folder=folder / "data")
        + "\nobjective: {loss: {name: info_nce, learn_temperature: true}}\nevaluation: {batch_size: 8}\n"
    )
    path.write_text(path.read_text().replace("epochs: 2,", "epochs: 40, checkpoint_steps: 7,"))
    process = start(path, folder / "whole")
    assert process.wait() == 0, process.communicate()
    assert open_checkpoint(folder / "whole" / "checkpoints" / "last").step == 200
    return path, folder / "whole"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("workers", [0, 2])
def test_killed_at_random_times_and_resumed_gives_the_same_bytes(long_run, tmp_path, workers: int) -> None:
    config, whole = long_run
    rng = random.Random(workers)
    run, kills = tmp_path / "cut", 0
    option = ("--set", f"training.workers={workers}")
    while True:
        process = start(config, run, "--resume", *option)
        if kills < 3:
            try:
                before = open_checkpoint(run / "checkpoints" / "last").step if kills else 0
                wait_for(run / "checkpoints", process)
                goal = before + rng.randint(1, 50)
                while process.poll() is None and reached(run) < goal:
                    time.sleep(0.005)
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()
            kills += 1
            continue
        assert process.wait() == 0, process.communicate()
        break
    assert weights(run) == weights(whole)
    assert state(run) == state(whole)
    assert (run / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()


def reached(run: Path) -> int:
    try:
        return json.loads((run / "checkpoints" / "last" / "manifest.json").read_text())["step"]
    except (OSError, ValueError):
        return 0


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_with_code_4_within_ten_seconds(long_run, tmp_path, number) -> None:
    config, whole = long_run
    run = tmp_path / "cut"
    process = start(config, run)
    wait_for(run / "checkpoints" / "last" / "manifest.json", process)
    began = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 4, said
    if os.getloadavg()[0] < (os.cpu_count() or 1):
        assert time.monotonic() - began < 10
    assert "stopped" in said and "--resume" in said
    second = start(config, run, "--resume")
    assert second.wait() == 0, second.communicate()
    assert weights(run) == weights(whole)
    assert state(run) == state(whole)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_worker_processes_too_ends_with_code_4(long_run, tmp_path, number) -> None:
    """What a terminal's Ctrl-C and a batch system do."""
    config, whole = long_run
    run = tmp_path / "cut"
    process = start(config, run, "--set", "training.workers=2", group=True)
    wait_for(run / "checkpoints" / "last" / "manifest.json", process)
    os.killpg(process.pid, number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 4, said
    second = start(config, run, "--resume")
    assert second.wait() == 0, second.communicate()
    assert weights(run) == weights(whole)
    assert state(run) == state(whole)


@pytest.mark.slow
def test_two_runs_on_one_folder(long_run, tmp_path) -> None:
    config, _ = long_run
    endless = ("--set", "training.epochs=100000")
    first = start(config, tmp_path / "r", *endless)
    try:
        wait_for(tmp_path / "r" / "checkpoints", first)
        second = start(config, tmp_path / "r", "--resume", *endless)
        _, said = second.communicate(timeout=120)
        assert second.returncode == 3
        assert f"held by process {first.pid} on this host" in said
    finally:
        first.kill()
        first.wait()


@pytest.mark.slow
def test_help_takes_less_than_a_second() -> None:
    times = []
    for _ in range(3):
        began = time.monotonic()
        subprocess.run([*PROGRAM, "--help"], check=True, capture_output=True, env=dict(os.environ))
        times.append(time.monotonic() - began)
    assert min(times) < 1
