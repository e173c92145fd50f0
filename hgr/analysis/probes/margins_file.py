"""Margins of a run on a probe set on disk, so that the runs of several seeds can be read as one."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from hgr.analysis.probes.generation import Probe
from hgr.errors import DataError
from parsing.atomic_file import atomic_write

MARGIN, SPREAD = "margin/", "spread/"
BASELINES = ("single_frame", "other_video")


@dataclass(frozen=True)
class StoredMargins:
    """What a run made of a probe set, pair by pair.

    Attributes:
        margins: Matrix name, "fused" among them, -> (N,) margins.
        spreads: Matrix name -> the spread that they are measured in.
        single_frame: (N,) fused margins with one frame of each video, None where not measured.
        other_video: (N,) fused margins with another video each, None where not measured.
    """

    margins: Mapping[str, np.ndarray]
    spreads: Mapping[str, float]
    single_frame: np.ndarray | None
    other_video: np.ndarray | None = None


def margins_path(results: Path) -> Path:
    """Where the margins lie that belong to a file of results."""
    return results.with_suffix(".margins.npz")


def write_margins(path: Path, probes: Sequence[Probe], stored: StoredMargins) -> None:
    """Write margins with the digest of the probes that they belong to."""
    arrays: dict[str, np.ndarray] = {MARGIN + name: values for name, values in stored.margins.items()}
    arrays |= {SPREAD + name: np.array(value) for name, value in stored.spreads.items()}
    for name in BASELINES:
        if (values := getattr(stored, name)) is not None:
            arrays[name] = values
    with atomic_write(path) as file:
        np.savez_compressed(file, allow_pickle=False, digest=np.array(_digest(probes)), **arrays)


def read_margins(path: Path, probes: Sequence[Probe]) -> StoredMargins:
    """Read margins.

    Raises:
        DataError: Missing, damaged, or of other probes.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        digest = str(arrays["digest"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as problem:
        raise DataError(f"{path}: no readable margins ({problem}); run: hgr probe run RUN PROBES") from None
    if digest != _digest(probes):
        raise DataError(f"{path}: margins of other probes; run hgr probe run again")
    found = StoredMargins(
        {n[len(MARGIN) :]: a for n, a in arrays.items() if n.startswith(MARGIN)},
        {n[len(SPREAD) :]: float(a) for n, a in arrays.items() if n.startswith(SPREAD)},
        *(arrays.get(name) for name in BASELINES),
    )
    if not found.margins or any(a.shape != (len(probes),) for a in found.margins.values()):
        raise DataError(f"{path}: expected margins of {len(probes)} probes")
    return found


def _digest(probes: Sequence[Probe]) -> str:
    lines = "\n".join("\t".join((p.id, p.video, p.text, p.altered)) for p in probes)
    return hashlib.sha256(lines.encode()).hexdigest()
