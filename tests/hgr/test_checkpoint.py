"""hgr/checkpoint.py: complete or absent, checked byte by byte, never a pickle."""

from __future__ import annotations

import json
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import hgr.checkpoint as checkpoint_module
from hgr.checkpoint import load_model, load_weights, open_checkpoint, save_checkpoint
from hgr.data.spec import DataSpec
from hgr.errors import DataError
from hgr.settings import check_settings
from hgr.systems import build_system

SPEC = DataSpec(
    {"look": 6, "a": 3}, ("<bos>", "<eos>", "<unk>", "dog"), {"concepts": ("x", "y")}, {"bert": 4}
)
RECIPES = {"look": {"dim": 6, "backbone": "grid"}}


@pytest.fixture(autouse=True)
def _toy(toy_system) -> None: ...


def settings(width: int = 4):
    return check_settings({"name": "t", "data": {"folder": "d"}, "model": {"system": "toy", "width": width}})


def make(path: Path, step: int = 3, seed: int = 0, with_state: bool = True) -> torch.nn.Module:
    torch.manual_seed(seed)
    model = build_system(settings().model, SPEC)
    state = {"counters": {"step": step}, "random": torch.get_rng_state()} if with_state else None
    save_checkpoint(
        path,
        settings=settings(),
        spec=SPEC,
        weights=model.state_dict(),
        step=step,
        state=state,
        recipes=RECIPES,
    )
    return model


def test_everything_comes_back(tmp_path) -> None:
    model = make(tmp_path / "last")
    found = open_checkpoint(tmp_path / "last", with_state=True)
    assert (found.step, found.settings, found.spec, found.recipes) == (3, settings(), SPEC, RECIPES)
    assert list(found.spec.streams) == ["look", "a"]
    for name, tensor in model.state_dict().items():
        assert torch.equal(found.weights[name], tensor)
    assert torch.equal(found.state["random"], torch.get_rng_state())
    loaded, _ = load_model(tmp_path / "last")
    assert not loaded.training
    assert torch.equal(loaded.words.weight, model.words.weight)
    assert {path.name for path in tmp_path.iterdir()} == {"last"}


def test_loading_leaves_the_callers_random_numbers_alone(tmp_path) -> None:
    make(tmp_path / "last")
    before = torch.get_rng_state()
    load_model(tmp_path / "last")
    assert torch.equal(torch.get_rng_state(), before)


def test_a_new_checkpoint_replaces_the_old_one(tmp_path) -> None:
    make(tmp_path / "last", step=1)
    make(tmp_path / "last", step=2)
    assert open_checkpoint(tmp_path / "last").step == 2
    assert {path.name for path in tmp_path.iterdir()} == {"last"}


def test_shared_tensors_are_stored_and_loaded(tmp_path) -> None:
    weight = torch.randn(2, 2)
    tied = {"a": weight, "b": weight, "c": weight.T}
    save_checkpoint(tmp_path / "x", settings=settings(), spec=SPEC, weights=tied)
    found = open_checkpoint(tmp_path / "x").weights
    assert (
        torch.equal(found["a"], weight)
        and torch.equal(found["b"], weight)
        and torch.equal(found["c"], weight.T)
    )


def test_weights_alone_cannot_be_resumed(tmp_path) -> None:
    make(tmp_path / "best", with_state=False)
    assert open_checkpoint(tmp_path / "best").state is None
    with pytest.raises(DataError, match="holds weights only"):
        open_checkpoint(tmp_path / "best", with_state=True)


class Gadget:
    def __reduce__(self):
        return os.system, (f"touch {self.canary}",)

    def __init__(self, canary: str) -> None:
        self.canary = canary


@pytest.mark.parametrize(
    "name", ["m.pt", "m.pth", "m.bin", "m.ckpt", "m.pkl", "m.th", "m", "m.npy", "m.joblib"]
)
@pytest.mark.parametrize("writer", ["pickle", "torch"])
def test_a_pickle_is_refused_and_never_run(tmp_path, name: str, writer: str) -> None:
    path, canary = tmp_path / name, tmp_path / "canary"
    if writer == "pickle":
        path.write_bytes(pickle.dumps(Gadget(str(canary))))
    else:
        torch.save({"weights": torch.ones(2), "gadget": Gadget(str(canary))}, path)
    with pytest.raises(DataError, match="a pickle or an archive of one"):
        open_checkpoint(path)
    assert not canary.exists()


def test_a_pickle_inside_a_folder_is_not_a_checkpoint(tmp_path) -> None:
    torch.save({"x": torch.ones(1)}, tmp_path / "model.pt")
    with pytest.raises(DataError, match="no checkpoint, manifest.json cannot be read"):
        open_checkpoint(tmp_path)
    make(tmp_path / "last")
    torch.save({"x": torch.ones(1)}, tmp_path / "last" / "model.safetensors")
    with pytest.raises(DataError, match="damaged"):
        open_checkpoint(tmp_path / "last")


def test_other_files_are_refused(tmp_path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DataError, match="a file, expected a checkpoint's folder"):
        open_checkpoint(tmp_path / "notes.txt")
    with pytest.raises(DataError, match="no checkpoint"):
        open_checkpoint(tmp_path / "absent")
    (tmp_path / "mine").mkdir()
    with pytest.raises(DataError, match="is in the way and no checkpoint"):
        make(tmp_path / "mine")


def test_missing_files_and_newer_versions(tmp_path) -> None:
    make(tmp_path / "last")
    (tmp_path / "last" / "data.json").unlink()
    with pytest.raises(DataError, match=r"data\.json: cannot be read"):
        open_checkpoint(tmp_path / "last")
    path = tmp_path / "last" / "manifest.json"
    manifest = json.loads(path.read_text())
    for change, message in (
        ({"version": 2}, "version 2, expected at most 1; update hgr"),
        ({"schema": "other"}, "not a manifest of schema"),
        ({"step": 4}, "damaged"),
    ):
        path.write_text(json.dumps(manifest | change))
        with pytest.raises(DataError, match=message):
            open_checkpoint(tmp_path / "last")
    path.write_text("[" * 100_000)
    with pytest.raises(DataError, match="not JSON"):
        open_checkpoint(tmp_path / "last")


def opened_with_error(path: Path) -> bool:
    try:
        open_checkpoint(path, with_state=True)
    except DataError:
        return True
    return False


def flip(path: Path, rng: random.Random) -> tuple[Path, bytes]:
    files = sorted(path.iterdir())
    file = rng.choices(files, weights=[f.stat().st_size for f in files])[0]
    content = file.read_bytes()
    bit = rng.randrange(8 * len(content))
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    file.write_bytes(damaged)
    return file, content


@pytest.mark.parametrize("trials", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_every_flipped_bit_is_found(tmp_path, trials: int) -> None:
    make(tmp_path / "last")
    rng = random.Random(0)
    for _ in range(trials):
        file, content = flip(tmp_path / "last", rng)
        assert opened_with_error(tmp_path / "last"), file
        file.write_bytes(content)
    assert not opened_with_error(tmp_path / "last")


def test_every_cut_is_found(tmp_path) -> None:
    make(tmp_path / "last")
    for file in (tmp_path / "last").iterdir():
        content = file.read_bytes()
        for end in {0, 1, 8, len(content) // 2, len(content) - 1}:
            file.write_bytes(content[:end])
            assert opened_with_error(tmp_path / "last"), (file, end)
        file.write_bytes(content + b"\n")
        assert opened_with_error(tmp_path / "last"), file
        file.write_bytes(content)


def test_weights_must_fit_exactly() -> None:
    module = torch.nn.Sequential(*(torch.nn.Linear(2, 2) for _ in range(4)))
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    weights = {name: tensor + 1 for name, tensor in before.items()}

    def said(changed) -> str:
        with pytest.raises(DataError) as caught:
            load_weights(module, changed, "here")
        assert all(torch.equal(module.state_dict()[name], tensor) for name, tensor in before.items())
        return str(caught.value)

    assert "here: weights do not fit the model: 1 tensors missing: 0.bias" in said(
        {name: tensor for name, tensor in weights.items() if name != "0.bias"}
    )
    assert "8 tensors missing: 0.weight, 0.bias, 1.weight, 1.bias, 2.weight and 3 more" in said(
        {f"module.{name}": tensor for name, tensor in weights.items()}
    )
    assert "1 tensors unknown: more" in said(weights | {"more": torch.ones(1)})
    assert "0.bias (expected float32 (2,), found float32 (3,))" in said(weights | {"0.bias": torch.ones(3)})
    assert "0.bias (expected float32 (2,), found float64 (2,))" in said(
        weights | {"0.bias": torch.ones(2, dtype=torch.float64)}
    )
    assert "1 tensors not finite: 0.bias" in said(weights | {"0.bias": torch.tensor([0.0, np.nan])})
    load_weights(module, weights, "here")
    assert torch.equal(module[0].bias, weights["0.bias"])


@pytest.mark.parametrize("call", ["fsync", "replace", "open", "mkdir", "rmtree"])
def test_a_failing_disk_leaves_the_old_checkpoint(tmp_path, monkeypatch, call: str) -> None:
    """Let the n-th call of an operation fail, for every n until saving succeeds."""
    holder = {
        "fsync": os,
        "replace": os,
        "open": checkpoint_module,
        "mkdir": Path,
        "rmtree": checkpoint_module.shutil,
    }
    real = open if call == "open" else getattr(holder[call], call)
    make(tmp_path / "last", step=0)
    done = 0
    for n in range(1, 30):
        count = 0

        def failing(*arguments, at=n, **options):
            nonlocal count
            count += 1
            if count == at:
                raise OSError(28, "No space left on device")
            return real(*arguments, **options)

        with monkeypatch.context() as patch:
            patch.setattr(holder[call], call, failing, raising=False)
            try:
                make(tmp_path / "last", step=n)
            except DataError as error:
                assert "bytes cannot be written: [Errno 28]" in str(error)
                assert open_checkpoint(tmp_path / "last", with_state=True).step in (done, n)
                done = open_checkpoint(tmp_path / "last").step
            else:
                done = n
                if count < n:
                    break
    else:
        pytest.fail("saving never succeeded")
    assert n > 1
    make(tmp_path / "last", step=99)
    assert open_checkpoint(tmp_path / "last").step == 99
    assert {path.name for path in tmp_path.iterdir()} == {"last"}


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
import shutil
import torch
from pathlib import Path
import toy_system
toy_system.install()
import hgr.checkpoint
from hgr.settings import check_settings
from hgr.systems import build_system
from hgr.data.spec import DataSpec

n, count = int(sys.argv[2]), 0
def kill_at(function):
    def run(*arguments, **options):
        global count
        count += 1
        if count == n:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return run

for owner, name in ((os, "fsync"), (os, "replace"), (os, "rmdir"), (os, "unlink"), (os, "mkdir")):
    setattr(owner, name, kill_at(getattr(owner, name)))
hgr.checkpoint.open = kill_at(open)
settings = check_settings({{"name": "t", "data": {{"folder": "d"}}, "model": {{"system": "toy", "width": 4}}}})
spec = DataSpec({{"look": 6}}, ("<bos>", "<eos>", "<unk>"))
model = build_system(settings.model, spec)
hgr.checkpoint.save_checkpoint(
    sys.argv[1], settings=settings, spec=spec, weights=model.state_dict(), step=n, state={{"a": torch.ones(3)}}
)
print(count)
"""


@pytest.mark.slow
def test_killed_at_every_step_of_a_save(tmp_path) -> None:
    """After a SIGKILL before each file operation the old or the new checkpoint opens, and the next save succeeds."""
    script = KILLED.format(tests=str(Path(__file__).parent))
    path = tmp_path / "last"
    seen, n, kills = 0, 1, 0
    while True:
        run = subprocess.run(
            [sys.executable, "-c", script, str(path), str(n)], capture_output=True, text=True, timeout=120
        )
        if run.returncode == 0:
            if n == 1 or kills:
                seen = n
                break
        else:
            assert run.returncode == -9, run.stderr
            kills += 1
            if seen:
                found = open_checkpoint(path, with_state=True).step
                assert found in (seen, n)
                seen = found
            elif path.exists():
                seen = open_checkpoint(path, with_state=True).step
        n += 1
        assert n < 200
    assert kills >= 9
    assert open_checkpoint(path, with_state=True).step == n
    assert {entry.name for entry in tmp_path.iterdir()} == {"last"}
