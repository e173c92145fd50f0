"""A run's folder: where everything is, who holds it, in what surroundings it was made."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from hgr import __version__
from hgr.errors import DataError
from parsing.atomic_file import atomic_write

SCHEMA, VERSION = "hgr.environment", 1
ORPHAN_SECONDS = 20.0
"""Worker processes of a killed training notice that and end within a few seconds; until then they hold its lock."""
LIBRARIES = (
    "torch",
    "torch-geometric",
    "numpy",
    "safetensors",
    "pydantic",
    "pyyaml",
    "spacy",
    "stanza",
    "transformers",
    "decord",
    "av",
)


class RunFolder:
    """Paths of a run. Making one creates nothing.

    Args:
        path: The run's folder.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.config = self.path / "config.yaml"
        self.environment = self.path / "environment.json"
        self.metrics = self.path / "metrics.jsonl"
        self.checkpoints = self.path / "checkpoints"
        self.last = self.checkpoints / "last"
        self.best = self.checkpoints / "best"
        self.report = self.path / "report.html"
        self.tensorboard = self.path / "tensorboard"
        self.lock_file = self.path / ".lock"

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    def results(self, split: str) -> Path:
        """The result file of a split."""
        return self.path / "results" / f"{split}.json"

    def similarity(self, split: str) -> Path:
        """The folder of a split's similarity matrices, <level>.npy with texts.json and videos.json."""
        return self.path / "similarity" / split

    def checkpoint(self, which: str = "best") -> Path:
        """The folder of a checkpoint, "best" or "last"; "best" is "last" in a run that never validated.

        Raises:
            DataError: The run has no such checkpoint.
        """
        if which not in ("best", "last"):
            raise DataError(f"checkpoint {which!r}: expected 'best' or 'last'")
        candidates = (self.best, self.last) if which == "best" else (self.last,)
        for path in candidates:
            if path.exists() or path.with_name(f".{path.name}.previous").exists():
                return path
        what = "no such folder" if not self.path.exists() else f"no checkpoint in {self.checkpoints}"
        raise DataError(f"run {self.path}: {what}")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run; a second process on the same folder is refused, a dead one's hold is taken over.

        The hold is the operating system's (flock) and ends with the process, however that ends; who holds it is
        written into the file for the message.

        Raises:
            DataError: Another living process holds it; the message says which, and where.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file = open(self.lock_file, "a+", encoding="utf-8")  # noqa: SIM115 (closed below)
        except OSError as error:
            raise DataError(f"run {self.path}: cannot be written: {error.strerror}") from None
        with file:
            self._acquire(file)
            file.truncate(0)
            json.dump(
                {"pid": os.getpid(), "host": socket.gethostname(), "start": _process_start(os.getpid())}, file
            )
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)

    def _acquire(self, file: IO[str]) -> None:
        end = time.monotonic() + ORPHAN_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                file.seek(0)
                holder = _holder(file.read())
            except OSError as error:
                raise DataError(
                    f"{self.lock_file}: this file system has no locks: {error.strerror}"
                ) from None
            host, pid = holder.get("host"), holder.get("pid")
            here = host == socket.gethostname()
            gone = here and _process_start(pid) != holder.get("start")
            if (holder and not gone) or time.monotonic() > end:
                raise DataError(f"run {self.path}: held by process {pid} on {'this host, ' * here}{host}")
            time.sleep(0.05)  # its worker processes end in a moment, or it is just writing its name


def _holder(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except ValueError:
        return {}


def _process_start(pid: int | None) -> str | None:
    """When a process of this host started, so that a reused number is not taken for it; None if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def environment(digests: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a result depends on beside its settings: versions, machine, threads, code, digests of the data."""
    import torch

    return {
        "schema": SCHEMA,
        "version": VERSION,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.machine(),
        "libraries": {name: version for name in LIBRARIES if (version := _version(name))},
        "hgr": __version__,
        "git": _git(),
        "threads": torch.get_num_threads(),
        "cuda": torch.version.cuda,
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "data": dict(digests or {}),
    }


def write_environment(run: RunFolder, digests: Mapping[str, str] | None = None) -> None:
    """Write `environment.json` of a run."""
    with atomic_write(run.environment) as file:
        file.write((json.dumps(environment(digests), indent=1) + "\n").encode())


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _git() -> dict[str, Any] | None:
    folder = Path(__file__).resolve().parent

    def ask(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, timeout=10
        ).stdout.strip()

    try:
        if ask("ls-files", "--error-unmatch", Path(__file__).name) == "":
            return None
        return {"commit": ask("rev-parse", "HEAD"), "changed": bool(ask("status", "--porcelain", "-uno"))}
    except (OSError, subprocess.SubprocessError):
        return None
