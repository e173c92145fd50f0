"""Writing a feature store: append, resume after a kill, and one atomic move into place at the end."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from hgr import __version__
from hgr.data.features import DTYPES, FAILURES_FILE, INDEX_FILE, SCHEMA, VERSION, FeatureStore, check_features
from hgr.data.recipes import Recipe, recipe_difference
from hgr.errors import DataError

JOURNAL_FILE, PLAN_FILE, LOCK_FILE = "journal.jsonl", "plan.json", "lock"
HEADER_BYTES = 128
"""Room for the npy header, written last when the number of rows is known; a multiple of 64."""
STREAM_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]*")
PRODUCER = f"hgr {__version__}"


@dataclass(frozen=True)
class StreamPlan:
    """A stream that is going to be written: its width D, how it is made, and how it is stored."""

    dim: int
    recipe: Recipe
    dtype: str = "float16"


class FeatureStoreWriter:
    """Writes a store beside its final place (`<path>.partial`) and moves it there in `finish`.

    Every added video is in the journal once its values are in the files, so a killed extraction is taken up
    where it stopped. A finished store can be extended: with further videos, and with further streams.

    Args:
        path: Where the store shall be.
        streams: The streams to write.
        resume: Take up an unfinished or extend a finished store at `path`, which is an error otherwise.

    Raises:
        DataError: A store is there already, another process writes it, or it was made in another way.
    """

    def __init__(
        self, path: str | os.PathLike[str], streams: Mapping[str, StreamPlan], *, resume: bool = False
    ) -> None:
        self.path = Path(path)
        self.partial = partial_path(path)
        for name, plan in streams.items():
            if not STREAM_NAME.fullmatch(name):
                raise DataError(f"{self.path}: stream name {name!r}: expected letters, digits, '_' and '-'")
            if plan.dtype not in DTYPES or plan.dim < 1:
                raise DataError(
                    f"{self.path}: stream {name!r}: expected dtype of {DTYPES} and dim >= 1, found {plan}"
                )
        if not resume and (self.path.exists() or self.partial.exists()):
            found = self.path if self.path.exists() else self.partial
            raise DataError(f"{found}: exists already; resume it, or remove it first")
        if self.path.exists() and not (self.path / INDEX_FILE).exists():
            raise DataError(f"{self.path}: exists and is not a feature store")
        if (self.partial / INDEX_FILE).exists() and not (self.partial / JOURNAL_FILE).exists():
            _move(self.partial, self.path)  # a kill came between completing the store and moving it
        self.partial.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self.partial / LOCK_FILE)
        self.streams = _merge_plans(self._old_plans(), streams, self.path)
        self._rows: dict[str, dict[str, int]] = {name: {} for name in self.streams}
        self._failures: dict[str, dict[str, str]] = {}
        self._files: dict[str, BufferedRandom] = {}
        self._start()

    def _old_plans(self) -> dict[str, StreamPlan]:
        plan_file = self.partial / PLAN_FILE
        if plan_file.exists():
            entries = json.loads(plan_file.read_text(encoding="utf-8"))
            return {n: StreamPlan(e["dim"], Recipe(**e["recipe"]), e["dtype"]) for n, e in entries.items()}
        if self.path.exists():
            store = FeatureStore.open(self.path)
            for name, info in store.streams.items():
                shutil.copyfile(self.path / f"{name}.npy", self.partial / f"{name}.npy")
                if not _has_room(self.partial / f"{name}.npy", info.dim, info.dtype, info.frames):
                    raise DataError(f"{self.path / name}.npy: not written by hgr, cannot be extended")
            with (self.partial / JOURNAL_FILE).open("w", encoding="utf-8") as journal:
                for name in store.streams:
                    for video in store.stream(name):
                        journal.write(
                            _line({"id": video, "rows": {name: store.stream(name).num_frames(video)}})
                        )
                for failure in store.failures():
                    journal.write(_line({"failure": failure}))
            return {n: StreamPlan(i.dim, i.recipe, i.dtype) for n, i in store.streams.items()}
        return {}

    def _start(self) -> None:
        entries = {name: asdict(plan) for name, plan in self.streams.items()}
        _write(self.partial / PLAN_FILE, json.dumps(entries, indent=1))
        (self.partial / INDEX_FILE).unlink(missing_ok=True)
        journal = self.partial / JOURNAL_FILE
        complete = _complete_lines(journal)
        for line in complete.splitlines():
            self._replay(json.loads(line))
        journal.write_bytes(complete)
        self._journal = journal.open("ab")
        for name, plan in self.streams.items():
            file = self.partial / f"{name}.npy"
            if not file.exists():
                file.write_bytes(bytes(HEADER_BYTES))
            handle = file.open("r+b")
            end = HEADER_BYTES + sum(self._rows[name].values()) * plan.dim * np.dtype(plan.dtype).itemsize
            if handle.seek(0, os.SEEK_END) < end:
                raise DataError(
                    f"{file}: shorter than its journal says; remove {self.partial} and start again"
                )
            handle.truncate(end)
            handle.seek(end)
            self._files[name] = handle

    def _replay(self, entry: dict[str, Any]) -> None:
        if "failure" in entry:
            self._failures[entry["failure"]["id"]] = entry["failure"]
            return
        for name, rows in entry["rows"].items():
            self._rows[name][entry["id"]] = rows
        self._failures.pop(entry["id"], None)

    def is_done(self, video: str, streams: tuple[str, ...] | None = None) -> bool:
        """Whether the video has these streams (all of the writer's, if not given)."""
        return all(video in self._rows[name] for name in (streams or tuple(self.streams)))

    def add(self, video: str, features: Mapping[str, np.ndarray]) -> None:
        """Append a video's features; streams that it lacks are left out.

        Args:
            video: Its id.
            features: Stream name -> (F, D), or (D,) for one row.

        Raises:
            DataError: No or an unknown stream, one that the video has, a wrong width, values not finite.
        """
        where = str(self.path)
        if not features:
            raise DataError(f"{where}: video {video!r}: no stream given")
        arrays = {}
        for name, values in features.items():
            if name not in self.streams:
                raise DataError(
                    f"{where}: video {video!r}: no stream {name!r}; there are: {', '.join(self.streams)}"
                )
            if video in self._rows[name]:
                raise DataError(f"{where}: video {video!r}: stream {name!r} has it already")
            plan = self.streams[name]
            arrays[name] = check_features(values, plan.dim, plan.dtype, f"{where}: stream {name!r}", video)
        for name, array in arrays.items():
            self._files[name].write(array.data)
            self._files[name].flush()
        self._note({"id": video, "rows": {name: len(array) for name, array in arrays.items()}})

    def fail(self, video: str, file: str, reason: str) -> None:
        """Record that a video could not be read. A later `add` of it removes the record."""
        self._note({"failure": {"id": video, "file": file, "reason": reason}})

    @property
    def failures(self) -> list[dict[str, str]]:
        """The recorded failures, as {id, file, reason}."""
        return list(self._failures.values())

    def _note(self, entry: dict[str, Any]) -> None:
        self._replay(entry)
        self._journal.write(_line(entry).encode())
        self._journal.flush()

    def finish(self) -> FeatureStore:
        """Complete the store, move it into place, replacing an older one there, and open it."""
        self._close_files()
        index: dict[str, Any] = {"schema": SCHEMA, "version": VERSION, "producer": PRODUCER, "streams": {}}
        for name, plan in self.streams.items():
            offsets = np.cumsum([0, *self._rows[name].values()], dtype=np.int64)
            frames = int(offsets[-1])
            with (self.partial / f"{name}.npy").open("r+b") as handle:
                handle.write(_header((frames, plan.dim), plan.dtype))
                os.fsync(handle.fileno())
            np.save(self.partial / f"{name}.offsets.npy", offsets)
            entry = {"dim": plan.dim, "dtype": plan.dtype, "videos": len(offsets) - 1, "frames": frames}
            index["streams"][name] = {**entry, "recipe": asdict(plan.recipe), "ids": list(self._rows[name])}
        failures = self.partial / FAILURES_FILE
        failures.unlink(missing_ok=True)
        if self._failures:
            _write(failures, "".join(_line(failure) for failure in self._failures.values()))
        _write(self.partial / INDEX_FILE, json.dumps(index, indent=1, ensure_ascii=False))
        (self.partial / JOURNAL_FILE).unlink()
        self._lock.close()
        _move(self.partial, self.path)
        return FeatureStore.open(self.path)

    def close(self) -> None:
        """Stop without finishing: what was added stays in `<path>.partial` for a later resume."""
        self._close_files()
        self._lock.close()

    def discard(self) -> None:
        """Stop and remove what was not finished; a finished store at `path` stays as it was."""
        self.close()
        shutil.rmtree(self.partial, ignore_errors=True)

    def _close_files(self) -> None:
        for handle in (*self._files.values(), self._journal):
            handle.close()

    def __enter__(self) -> FeatureStoreWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def partial_path(path: str | os.PathLike[str]) -> Path:
    """Where a store that is not finished lies."""
    path = Path(path)
    return path.with_name(path.name + ".partial")


def _merge_plans(
    old: Mapping[str, StreamPlan], new: Mapping[str, StreamPlan], path: Path
) -> dict[str, StreamPlan]:
    for name in old.keys() & new.keys():
        for part in ("dim", "dtype"):
            if getattr(old[name], part) != getattr(new[name], part):
                was, wanted = getattr(old[name], part), getattr(new[name], part)
                raise DataError(f"{path}: stream {name!r} has {part} {was}, asked for {wanted}")
        if difference := recipe_difference(asdict(new[name].recipe), asdict(old[name].recipe)):
            raise DataError(f"{path}: stream {name!r}: {difference}")
    return {**old, **{name: plan for name, plan in new.items() if name not in old}}


def _header(shape: tuple[int, int], dtype: str) -> bytes:
    text = f"{{'descr': '{np.dtype(dtype).str}', 'fortran_order': False, 'shape': {shape}, }}"
    body = text.ljust(HEADER_BYTES - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + (HEADER_BYTES - 10).to_bytes(2, "little") + body.encode("latin1")


def _has_room(path: Path, dim: int, dtype: str, frames: int) -> bool:
    return path.stat().st_size == HEADER_BYTES + frames * dim * np.dtype(dtype).itemsize


def _complete_lines(path: Path) -> bytes:
    """The journal without a last line that a kill cut short."""
    if not path.exists():
        return b""
    content = path.read_bytes()
    return content[: content.rfind(b"\n") + 1]


def _line(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False) + "\n"


def _write(path: Path, content: str) -> None:
    partial = path.with_name(path.name + ".new")
    with partial.open("w", encoding="utf-8") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)


def _move(source: Path, target: Path) -> None:
    """Put a folder in the place of another; between the two renames the old one lies at `<target>.old`."""
    old = target.with_name(target.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    for name in (PLAN_FILE, LOCK_FILE):
        (source / name).unlink(missing_ok=True)
    source.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _lock(path: Path) -> Any:
    """An open file that one process holds locked; unlocked where the system has no such locks."""
    handle = path.open("w")
    try:
        import fcntl
    except ImportError:  # Windows
        return handle
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise DataError(f"{path.parent}: another process writes this store") from error
    return handle
