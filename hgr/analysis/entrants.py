"""From what a user names on the command line to the ranks that are compared."""

from __future__ import annotations

from pathlib import Path

from hgr.analysis.comparison import Entrant
from hgr.analysis.stored_ranks import StoredRanks
from hgr.errors import DataError
from hgr.runs import RunFolder


def ranks_file(run: RunFolder, split: str) -> Path:
    """Where a run keeps the ranks of every query of a split."""
    return run.results(split).with_suffix(".ranks.npz")


def load_entrant(description: str, split: str) -> Entrant:
    """An entrant from `RUN`, `NAME=RUN` or `NAME=RUN,RUN,...`.

    A part that exists as a folder is taken as it stands, whatever signs its name has.

    Raises:
        DataError: A run that has no ranks of the split; the message says what to run.
    """
    name, runs = description, [description]
    if not Path(description).is_dir() and "=" in description:
        name, _, rest = description.partition("=")
        runs = [rest] if Path(rest).is_dir() else rest.split(",")
    elif not Path(description).is_dir() and "," in description:
        runs = description.split(",")
    return Entrant(name, tuple(_read(RunFolder(run), split) for run in runs))


def _read(run: RunFolder, split: str) -> StoredRanks:
    path = ranks_file(run, split)
    if not run.path.is_dir():
        raise DataError(f"{run.path}: no such run folder")
    if not path.is_file():
        raise DataError(f"{path}: no ranks of split {split!r}; run: hgr evaluate {run.path} --split {split}")
    return StoredRanks.read(path)
