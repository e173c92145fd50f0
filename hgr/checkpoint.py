"""Checkpoints: a folder of plain tensors and JSON, complete or absent, every byte checked against a manifest.

model.safetensors   the weights
state.safetensors   tensors of the training state: optimizer, random numbers
state.json          the rest of it: step, epoch, best value, ... (both are absent where only weights were kept)
config.yaml         the resolved settings
data.json           the DataSpec, and how the feature streams were made
manifest.json       size and SHA-256 of each file, step, schema; written last
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as tensor_bytes
from torch import Tensor, nn

from hgr.config import dump, parse_yaml
from hgr.data.spec import DataSpec
from hgr.errors import DataError
from hgr.models.base import RetrievalModel
from hgr.settings import Settings, check_settings
from hgr.state_values import join_tensors, split_tensors

SCHEMA, VERSION = "hgr.checkpoint", 1
MODEL, STATE_TENSORS, STATE = "model.safetensors", "state.safetensors", "state.json"
CONFIG, DATA, MANIFEST = "config.yaml", "data.json", "manifest.json"
PICKLES = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".npz")
LISTED = 5
"""How many tensors an error names."""


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint holds.

    Attributes:
        path: Its folder.
        step: Training steps done.
        settings: The resolved settings.
        spec: Sizes and vocabularies of the data.
        recipes: How the feature streams were made.
        weights: The model's tensors by name.
        state: The training state, None where only weights were kept.
    """

    path: Path
    step: int
    settings: Settings
    spec: DataSpec
    recipes: Mapping[str, Mapping[str, Any]]
    weights: Mapping[str, Tensor]
    state: Mapping[str, Any] | None = None


def save_checkpoint(
    path: str | Path,
    *,
    settings: Settings,
    spec: DataSpec,
    weights: Mapping[str, Tensor],
    step: int = 0,
    state: Mapping[str, Any] | None = None,
    recipes: Mapping[str, Mapping[str, Any]] | None = None,
) -> Path:
    """Write a checkpoint; killed at any moment, either the old or the new one can be opened.

    Args:
        path: Its folder; an older checkpoint there is replaced.
        settings: The resolved settings.
        spec: Sizes and vocabularies of the data.
        weights: The model's `state_dict`.
        step: Training steps done.
        state: What training needs to go on, None for the weights alone.
        recipes: How the feature streams were made.

    Raises:
        DataError: The disk does not take it, or something that is no checkpoint is in its place.
    """
    path = Path(path)
    if path.exists() and not (path / MANIFEST).exists():
        raise DataError(f"{path}: is in the way and no checkpoint (no {MANIFEST})")
    files = {
        MODEL: tensor_bytes(_independent(weights)),
        CONFIG: dump(settings).encode(),
        DATA: _json_bytes({"spec": asdict(spec), "recipes": dict(recipes or {})}),
    }
    if state is not None:
        tensors: dict[str, Tensor] = {}
        files[STATE] = _json_bytes(split_tensors(dict(state), tensors))
        files[STATE_TENSORS] = tensor_bytes(tensors)
    entries = {name: {"bytes": len(content), "sha256": _sha256(content)} for name, content in files.items()}
    files[MANIFEST] = _manifest_bytes({"schema": SCHEMA, "version": VERSION, "step": step, "files": entries})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _publish(path, files)
    except OSError as error:
        size = sum(map(len, files.values()))
        raise DataError(f"{path}: checkpoint of {size} bytes cannot be written: {error}") from error
    return path


def open_checkpoint(path: str | Path, *, with_state: bool = False) -> Checkpoint:
    """Read a checkpoint; every byte that is used is checked first.

    Args:
        path: Its folder.
        with_state: Read the training state too.

    Raises:
        DataError: No checkpoint, a pickle, a newer version, or files that differ from the manifest.
        ConfigError: Settings that this version does not know.
    """
    path = Path(path)
    _refuse_files(path)
    folder = _complete(path)
    manifest = _read_manifest(folder)
    wanted = [MODEL, CONFIG, DATA, *([STATE, STATE_TENSORS] if with_state else [])]
    if with_state and STATE not in manifest["files"]:
        raise DataError(f"{folder}: holds weights only, no training state; it cannot be resumed")
    content = {name: _read_file(folder, name, manifest["files"]) for name in wanted}
    state = None
    try:
        data = json.loads(content[DATA])
        weights = load_tensors(content[MODEL])
        if with_state:
            state = join_tensors(json.loads(content[STATE]), load_tensors(content[STATE_TENSORS]))
        spec = _spec(data["spec"])
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{folder}: not a valid checkpoint: {error}") from error
    settings = check_settings(
        parse_yaml(content[CONFIG].decode(), str(folder / CONFIG)), str(folder / CONFIG)
    )
    return Checkpoint(path, manifest["step"], settings, spec, data["recipes"], weights, state)


def load_model(path: str | Path) -> tuple[RetrievalModel, Checkpoint]:
    """The model of a checkpoint, in evaluation mode on the CPU, and what else the checkpoint holds.

    Raises:
        DataError: As `open_checkpoint`, or weights that do not fit the settings.
    """
    from hgr.systems import build_system

    checkpoint = open_checkpoint(path)
    with torch.random.fork_rng(devices=[]):  # fresh weights are overwritten; the caller's random numbers stay
        model = build_system(checkpoint.settings.model, checkpoint.spec)
    load_weights(model, checkpoint.weights, checkpoint.path)
    return model.eval(), checkpoint


def load_weights(module: nn.Module, weights: Mapping[str, Tensor], source: str | Path) -> None:
    """Put weights into a module: all of them, and nothing else.

    Raises:
        DataError: Missing, further, reshaped or not finite tensors, the first five of each kind by name; the module
            is untouched then.
    """
    expected = module.state_dict()
    both = [name for name in expected if name in weights]
    problems = {
        "missing": [name for name in expected if name not in weights],
        "unknown": [name for name in weights if name not in expected],
        "of another shape or type": [
            f"{name} (expected {_form(expected[name])}, found {_form(weights[name])})"
            for name in both
            if _form(expected[name]) != _form(weights[name])
        ],
        "not finite": [name for name in both if not torch.isfinite(weights[name]).all()],
    }
    said = [f"{len(names)} tensors {kind}: {_first(names)}" for kind, names in problems.items() if names]
    if said:
        raise DataError(f"{source}: weights do not fit the model: {'; '.join(said)}")
    module.load_state_dict(weights)


def _independent(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Contiguous CPU copies where tensors share memory, which safetensors does not store."""
    seen: set[int] = set()
    result = {}
    for name, tensor in weights.items():
        plain = tensor.detach().cpu().contiguous()
        if plain.untyped_storage().data_ptr() in seen:
            plain = plain.clone()
        seen.add(plain.untyped_storage().data_ptr())
        result[name] = plain
    return result


def _publish(path: Path, files: Mapping[str, bytes]) -> None:
    temporary = path.with_name(f".{path.name}.tmp-{uuid.uuid4().hex}")
    for stale in path.parent.glob(f".{path.name}.tmp-*"):
        shutil.rmtree(stale)
    previous = _previous(path)
    try:
        temporary.mkdir()
        for name, content in files.items():
            with open(temporary / name, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        _sync(temporary)
        if path.exists():
            if previous.exists():
                shutil.rmtree(previous)
            os.replace(path, previous)  # a folder cannot be replaced by another in one step
        os.replace(temporary, path)
        _sync(path.parent)
        if previous.exists():
            shutil.rmtree(previous)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        if not path.exists() and (previous / MANIFEST).exists():
            os.replace(previous, path)
        raise


def _previous(path: Path) -> Path:
    return path.with_name(f".{path.name}.previous")


def _complete(path: Path) -> Path:
    """The checkpoint's folder, or the older one that a kill between the two renames left."""
    if not path.exists() and (_previous(path) / MANIFEST).exists():
        return _previous(path)
    return path


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_files(path: Path) -> None:
    if not path.is_file():
        return
    with open(path, "rb") as file:
        start = file.read(4)
    if start[:2] == b"PK" or start[:1] == b"\x80" or path.suffix in PICKLES:
        raise DataError(
            f"{path}: a pickle or an archive of one, which can run code when it is read; expected a checkpoint's "
            "folder. `hgr import-checkpoint` converts published weights"
        )
    raise DataError(f"{path}: a file, expected a checkpoint's folder with {MANIFEST}")


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{folder}: no checkpoint, {MANIFEST} cannot be read: {error.strerror}") from None
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not JSON: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise DataError(f"{path}: not a manifest of schema {SCHEMA!r}")
    if not isinstance(manifest.get("version"), int) or manifest["version"] > VERSION:
        raise DataError(
            f"{path}: version {manifest.get('version')!r}, expected at most {VERSION}; update hgr"
        )
    body = {key: value for key, value in manifest.items() if key != "sha256"}
    if _manifest_bytes(body) != content:
        raise DataError(f"{path}: damaged, its content does not have the digest that it states")
    return body


def _read_file(folder: Path, name: str, entries: Mapping[str, Any]) -> bytes:
    path = folder / name
    if name not in entries:
        raise DataError(f"{folder / MANIFEST}: does not list {name}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    expected = entries[name]
    if len(content) != expected["bytes"]:
        raise DataError(f"{path}: damaged, {len(content)} bytes, expected {expected['bytes']}")
    if _sha256(content) != expected["sha256"]:
        raise DataError(f"{path}: damaged, its SHA-256 is not the one in {MANIFEST}")
    return content


def _manifest_bytes(body: Mapping[str, Any]) -> bytes:
    return _json_bytes({**body, "sha256": _sha256(_json_bytes(body))})


def _json_bytes(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _spec(value: Mapping[str, Any]) -> DataSpec:
    tables = {name: tuple(words) for name, words in value["tables"].items()}
    statistics = {
        name: (tuple(mean), tuple(scale)) for name, (mean, scale) in value.get("statistics", {}).items()
    }
    return DataSpec(value["streams"], tuple(value["words"]), tables, value["text_streams"], statistics)


def _form(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"


def _first(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:LISTED]) + (f" and {len(listed) - LISTED} more" if len(listed) > LISTED else "")
