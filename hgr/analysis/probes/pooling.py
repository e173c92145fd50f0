"""One system with several seeds on one probe set: all their margins together, still by video."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hgr.analysis.probes.margins_file import BASELINES, margins_path, read_margins
from hgr.analysis.probes.probe_set import read_probes
from hgr.analysis.probes.results import kind_results
from hgr.analysis.probes.running import Ran
from hgr.errors import DataError
from hgr.runs import RunFolder


def pool_probes(probes: Path, runs: Sequence[Path], *, seed: int = 0) -> Ran:
    """Results over all pairs of all runs, each run's margins in units of its own spreads.

    A video is one cluster over all runs: a permutation renames its levels in all of them alike, the bootstrap draws it
    with all its pairs. So more runs take away the noise of training, and not that of having few videos.

    Args:
        probes: The probe set.
        runs: Folders of runs on which `run_probes` was called with it.
        seed: Of permutations and bootstrap.

    Raises:
        DataError: No runs, a run without margins of these probes, runs with different levels.
    """
    listed, passports, made = read_probes(probes)
    if not listed or not runs:
        raise DataError(f"{probes}: {len(listed)} probes and {len(runs)} runs: nothing to pool")
    stored = [
        read_margins(margins_path(RunFolder(run).results(f"probes.{probes.stem}")), listed) for run in runs
    ]
    names = list(stored[0].margins)
    for run, one in zip(runs, stored, strict=True):
        if list(one.margins) != names:
            raise DataError(f"{run}: its matrices are {list(one.margins)}, those of {runs[0]} {names}")
    margins = {
        name: np.concatenate([one.margins[name] / max(one.spreads[name], 1e-12) for one in stored])
        for name in names
    }
    single, other = (_joined([getattr(one, name) for one in stored]) for name in BASELINES)
    results = kind_results(listed * len(runs), margins, dict.fromkeys(names, 1.0), single, other, seed)
    about = {"probes": probes.name, "made_from": made, "runs": [run.name for run in runs]}
    return Ran(tuple(results), tuple(passports), about)


def _joined(parts: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """All of them in a row, None where one is missing."""
    found = [part for part in parts if part is not None]
    return np.concatenate(found) if len(found) == len(parts) else None
