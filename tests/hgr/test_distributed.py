"""hgr/distributed.py: several processes give the loss and the gradients of one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from hgr.checkpoint import open_checkpoint
from hgr.distributed import ALONE, World, from_first, gather_embeddings, gather_values, joined_world
from hgr.embeddings import LevelEmbedding
from hgr.systems import SYSTEMS
from tests.hgr.altered_probes import write_altered
from tests.hgr.small_data import write_data

GRADIENTS = """
import json, sys
import torch
from hgr.data.loading import epoch_loader
from hgr.data.prepare import prepare
from hgr.distributed import joined_world, sum_gradients
from hgr.run_training import altered_captions, build
from hgr.settings import read_settings
from hgr.training import batch_loss

settings = read_settings(sys.argv[1])
with joined_world() as world:
    data = prepare(settings, ["train"])
    model, objective, inputs = build(settings, data, "cpu")
    split = data.splits["train"]
    batch = next(iter(epoch_loader(split.texts, split.videos, inputs, positives="same_video", batch_size=7, seed=1,
                                   epoch=0, world=world, altered=altered_captions(settings, data))))
    report = batch_loss(model, objective, batch, "float32", "cpu", world)
    (report.total / world.size).backward()
    named = dict([*model.named_parameters(), *objective.named_parameters()])
    sum_gradients(named.values(), world)
    gradients = {name: p.grad for name, p in named.items()}
    if world.is_first:
        found = {"loss": report.total.detach(), "gradients": gradients, "share": len(batch.caption_ids)}
        torch.save(found, sys.argv[2])
"""
CONFIG = """
name: shared
seed: 3
data: {{folder: {folder}, parser: null}}
model: {{system: hgr, width: 8, word_width: 4, dropout: 0.0, video_dropout: 0.0, graph_dropout: 0.0}}
objective:
  loss: {{name: info_nce, learn_temperature: true}}
  weights: {{fused: 1.0, action: 0.5}}
  altered: {{probes: {folder}/probes.jsonl, choice: 0.5}}
training: {{epochs: 2, batch_size: 7, optimizer: sgd, learning_rate: 0.1, checkpoint_steps: 3}}
"""


@pytest.fixture
def config(tmp_path) -> Path:
    write_data(tmp_path / "data")
    write_altered(tmp_path / "data", tmp_path / "data" / "probes.jsonl", skip=("v002/0",))
    path = tmp_path / "run.yaml"
    path.write_text(CONFIG.format(folder=tmp_path / "data"))
    return path


def launch(size: int, arguments: list[str]) -> list[subprocess.Popen]:
    """What torchrun does: one process a rank, told by environment variables where the others are."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    return [
        subprocess.Popen(
            [sys.executable, *arguments],
            env=os.environ
            | {
                "RANK": str(rank),
                "LOCAL_RANK": str(rank),
                "WORLD_SIZE": str(size),
                "MASTER_ADDR": "127.0.0.1",
                "MASTER_PORT": port,
                "OMP_NUM_THREADS": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(size)
    ]


def finish(processes: list[subprocess.Popen]) -> list[str]:
    said = [process.communicate(timeout=240) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), said
    return [out for out, _ in said]


def assert_same_gradients(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> None:
    assert found.keys() == expected.keys()
    largest = max(gradient.abs().max().item() for gradient in expected.values())
    for name, gradient in expected.items():
        if name.endswith(".convolution.bias"):  # batch norm takes it away again: the gradient is rounding
            assert max(found[name].abs().max().item(), gradient.abs().max().item()) < 1e-4 * largest
            continue
        scale = gradient.abs().max().item()
        torch.testing.assert_close(
            found[name], gradient, rtol=0, atol=max(1e-5 * scale, 1e-7 * largest), msg=name
        )


def test_shares_are_consecutive_and_complete() -> None:
    for count in range(1, 12):
        for size in (1, 2, 3):
            shares = [World(rank, size).share(range(count)) for rank in range(size)]
            assert sum(shares, []) == list(range(count))
            assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_world_of_one_gathers_nothing() -> None:
    level = LevelEmbedding(torch.ones(2, 3, 4), torch.ones(2, 3, dtype=torch.bool))
    assert gather_embeddings({"a": level}, ALONE)["a"] is level
    assert gather_values(3, ALONE) == [3]
    assert from_first("x", ALONE) == "x"
    with joined_world() as world:
        assert world == ALONE


@pytest.mark.slow
def test_two_processes_have_the_loss_and_gradients_of_one(config, tmp_path) -> None:
    """Seven pairs over two processes: unequal shares, captions with different numbers of phrases."""
    found = {}
    for size in (1, 2):
        path = tmp_path / f"{size}.pt"
        finish(launch(size, ["-c", GRADIENTS, str(config), str(path)]))
        found[size] = torch.load(path, weights_only=True)
    assert found[2]["share"] == 3 and found[1]["share"] == 7
    torch.testing.assert_close(found[2]["loss"], found[1]["loss"], rtol=1e-5, atol=1e-6)
    assert_same_gradients(found[2]["gradients"], found[1]["gradients"])


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SYSTEMS))
def test_every_term_of_every_system_is_that_of_the_whole_batch(name, tmp_path) -> None:
    """Seven pairs with segments over two processes; also what batch norm remembers."""
    found = {}
    for size in (1, 2):
        path = tmp_path / f"{size}.pt"
        finish(launch(size, ["-m", "tests.hgr.batch_of_every_system", name, str(path)]))
        found[size] = torch.load(path, weights_only=True)
    assert found[2]["share"] == 3 and found[1]["share"] == 7
    assert len(found[1]["parts"]) > 1 or name == "vsepp"
    for kind in ("parts", "buffers"):
        assert found[2][kind].keys() == found[1][kind].keys()
        for part, expected in found[1][kind].items():
            torch.testing.assert_close(found[2][kind][part], expected, rtol=1e-5, atol=1e-6, msg=part)
    assert_same_gradients(found[2]["gradients"], found[1]["gradients"])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("victim", [0, 1])
def test_a_process_that_dies_ends_the_other_and_the_run_goes_on(victim, config, tmp_path) -> None:
    def program(run: str, epochs: int) -> list[str]:
        command = ["-c", "from hgr.cli.main import main; main()", "train", str(config), "--device", "cpu"]
        return [*command, "--run", str(tmp_path / run), "--set", f"training.epochs={epochs}"]

    last = tmp_path / "killed" / "checkpoints" / "last"
    processes = launch(2, program("killed", 100_000))
    began = time.monotonic()
    while not last.exists() and time.monotonic() - began < 120:
        time.sleep(0.05)
    time.sleep(0.3)
    processes[victim].kill()
    _, said = processes[1 - victim].communicate(timeout=60)
    processes[victim].communicate(timeout=60)
    assert processes[1 - victim].returncode == 4, said
    assert "another process of the training is gone" in said and "Traceback" not in said
    epochs = open_checkpoint(last).step // 4 + 2  # 24 pairs are 4 batches of at most 7
    finish(launch(2, [*program("killed", epochs), "--resume"]))
    finish(launch(2, program("whole", epochs)))
    expected = open_checkpoint(tmp_path / "whole" / "checkpoints" / "last")
    found = open_checkpoint(last)
    assert found.step == expected.step == 4 * epochs
    for name, weight in expected.weights.items():
        assert torch.equal(found.weights[name], weight), name


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_train_validate_and_resume(config, tmp_path) -> None:
    program = [
        "-c",
        "from hgr.cli.main import main; main()",
        "train",
        str(config),
        "--device",
        "cpu",
        "--json",
    ]
    finish(launch(1, [*program, "--run", str(tmp_path / "one")]))
    outputs = finish(launch(2, [*program, "--run", str(tmp_path / "two")]))
    assert json.loads(outputs[0])["steps"] == json.loads(outputs[1])["steps"] == 8
    finish(launch(2, [*program, "--run", str(tmp_path / "cut"), "--set", "training.epochs=1"]))
    finish(launch(2, [*program, "--run", str(tmp_path / "cut"), "--resume"]))
    one, two, cut = (
        open_checkpoint(tmp_path / run / "checkpoints" / "last").weights for run in ("one", "two", "cut")
    )
    for name, expected in one.items():
        torch.testing.assert_close(two[name], expected, rtol=1e-3, atol=1e-4, msg=name)
        assert torch.equal(two[name], cut[name]), name
    (alone,) = launch(1, [*program, "--run", str(tmp_path / "cut"), "--resume", "--set", "training.epochs=3"])
    _, said = alone.communicate(timeout=120)
    assert alone.returncode == 3
    assert "ran on 2 processes and cannot go on with 1" in said
