"""What of the public data sets is there, what is missing, what does not match its protocol."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hgr.data.datasets import DATASETS
from hgr.data.datasets.adapter import Dataset, SplitData
from hgr.data.protocols import PROTOCOLS, Counts, deviations, digest
from hgr.errors import DataError


@dataclass(frozen=True)
class SplitReport:
    """One split of a protocol that could be read.

    Attributes:
        split: Its name.
        videos: Number of videos.
        captions: Number of captions; where classes decide, of those that are queries.
        digest: SHA-256 over ids and captions.
        problems: Where it differs from the protocol, with ids.
        unchecked: Which of "videos" and "captions" the protocol expects no number of.
    """

    split: str
    videos: int
    captions: int
    digest: str
    problems: tuple[str, ...]
    unchecked: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """In words: whether it agrees with the protocol, as far as that says anything."""
        if self.problems:
            return "differs"
        if len(self.unchecked) == 2:
            return "not checked: no expected size is known"
        return f"ok, {self.unchecked[0]} not checked" if self.unchecked else "ok"


@dataclass(frozen=True)
class ProtocolReport:
    """One protocol.

    Attributes:
        protocol: Its name.
        missing: Names of the files without which it cannot be read.
        splits: What could be read.
        error: Why it could not be read though its files are there.
    """

    protocol: str
    missing: tuple[str, ...]
    splits: tuple[SplitReport, ...] = ()
    error: str | None = None

    @property
    def sound(self) -> bool:
        """True where it was read and agrees with the protocol."""
        return bool(self.splits) and self.error is None and not any(s.problems for s in self.splits)


@dataclass(frozen=True)
class DatasetReport:
    """One data set.

    Attributes:
        dataset: Its name.
        found: Files that are there, relative to the root.
        protocols: One report a protocol.
    """

    dataset: str
    found: tuple[str, ...]
    protocols: tuple[ProtocolReport, ...]


def check_root(root: Path, datasets: Sequence[str] | None = None) -> list[DatasetReport]:
    """Check a folder of original annotation files.

    A data set's files are looked for in a folder of its name below the root, or in the whole root less the folders
    of other data sets. What is wrong with one data set does not keep the others from being checked.

    Args:
        root: The folder.
        datasets: Names to check; all by default.

    Raises:
        DataError: No such folder, an unknown data set.
    """
    if not root.is_dir():
        raise DataError(f"{root}: no such folder")
    unknown = [name for name in datasets or () if name not in DATASETS]
    if unknown:
        raise DataError(f"unknown data set {unknown[0]!r}, expected one of {', '.join(DATASETS)}")
    return [_check(root, DATASETS[name]) for name in datasets or DATASETS]


def read_protocol(root: Path, protocol: str) -> dict[str, SplitData]:
    """The splits of one protocol.

    Raises:
        DataError: Unknown protocol, files that are missing or cannot be read.
    """
    for dataset in DATASETS.values():
        if protocol in dataset.readers:
            files = find_files(root, dataset)
            reader = dataset.readers[protocol]
            missing = [dataset.files[key][0] for key in reader.needs if key not in files]
            if missing:
                raise DataError(f"{root}: {protocol} needs {', '.join(missing)}, which is not there")
            return reader.read(files)
    known = ", ".join(name for dataset in DATASETS.values() for name in dataset.readers)
    raise DataError(f"no adapter reads {protocol!r}; there are: {known}")


def find_files(root: Path, dataset: Dataset) -> dict[str, Path]:
    """Key -> path of a data set's files; the first of equally named ones in the order of their paths.

    A folder is another data set's where it has that name, or has a file that only others have and none that only
    this one has: from such a folder names that several data sets use (`test.txt`) are not taken.

    Raises:
        DataError: No such folder.
    """
    if not root.is_dir():
        raise DataError(f"{root}: no such folder")
    own = [p for p in sorted(root.iterdir()) if p.is_dir() and p.name.lower() == dataset.name]
    others = {name for name in DATASETS if name != dataset.name}
    paths = _files(own[0], ()) if own else _files(root, others)
    foreign = set() if own else _folders_of(paths, others) - _folders_of(paths, {dataset.name})
    by_name: dict[str, Path] = {}
    for path in paths:
        if path.name in _names_of(dataset.name) or path.parent not in foreign:
            by_name.setdefault(path.name, path)
    found = {}
    for key, names in dataset.files.items():
        for name in names:
            if name in by_name:
                found[key] = by_name[name]
                break
    return found


def _files(base: Path, left_out: Collection[str]) -> list[Path]:
    """All files below a folder, without folders of some names."""
    found = []
    for folder, folders, names in os.walk(base):
        folders[:] = [name for name in folders if name.lower() not in left_out]
        found += [path for name in names if (path := Path(folder, name)).is_file()]
    return sorted(found)


def _folders_of(paths: Sequence[Path], datasets: Collection[str]) -> set[Path]:
    """Folders in which a file lies that only these data sets have."""
    names = {name for dataset in datasets for name in _names_of(dataset)}
    return {path.parent for path in paths if path.name in names}


@cache
def _names_of(dataset: str) -> frozenset[str]:
    """Names of files that one data set has and no other."""
    users = Counter(
        name for d in DATASETS.values() for name in {n for names in d.files.values() for n in names}
    )
    return frozenset(n for names in DATASETS[dataset].files.values() for n in names if users[n] == 1)


def _check(root: Path, dataset: Dataset) -> DatasetReport:
    files = find_files(root, dataset)
    reports = []
    for name, reader in dataset.readers.items():
        missing = tuple(dataset.files[key][0] for key in reader.needs if key not in files)
        if missing:
            reports.append(ProtocolReport(name, missing))
            continue
        try:
            splits = tuple(_split(name, split, data) for split, data in reader.read(files).items())
            reports.append(ProtocolReport(name, (), splits))
        except DataError as problem:
            reports.append(ProtocolReport(name, (), (), " ".join(str(problem).splitlines())))
    return DatasetReport(
        dataset.name, tuple(str(p.relative_to(root)) for p in files.values()), tuple(reports)
    )


def _split(name: str, split: str, data: SplitData) -> SplitReport:
    problems = deviations(PROTOCOLS[name], split, data.num_queries, len(data.videos))
    expected = PROTOCOLS[name].expected.get(split, Counts())
    return SplitReport(
        split,
        len(data.videos),
        data.num_queries,
        digest(data.captions, [video.id for video in data.videos]),
        (*data.notes, *problems),
        tuple(what for what in ("videos", "captions") if getattr(expected, what) is None),
    )


def report_lines(reports: Sequence[DatasetReport]) -> list[str]:
    """The check as text: what is there, what is missing, what does not match."""
    lines = []
    for report in reports:
        if not report.found:
            lines.append(f"{report.dataset}: nothing found")
            continue
        lines.append(f"{report.dataset}: {', '.join(report.found)}")
        for protocol in report.protocols:
            if protocol.missing:
                lines.append(f"  {protocol.protocol}: needs {', '.join(protocol.missing)}")
            if protocol.error:
                lines.append(f"  {protocol.protocol}: {protocol.error}")
            for split in protocol.splits:
                lines.append(
                    f"  {protocol.protocol} {split.split}: {split.videos:,} videos, {split.captions:,} captions, "
                    f"digest {split.digest[:12]}: {split.state}"
                )
                lines += [f"    {problem}" for problem in split.problems]
    return lines
