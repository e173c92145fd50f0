"""What of the public data sets is there, what is missing, what does not match its protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hgr.data.datasets import DATASETS
from hgr.data.datasets.adapter import Dataset, SplitData
from hgr.data.protocols import PROTOCOLS, deviations, digest
from hgr.errors import DataError


@dataclass(frozen=True)
class SplitReport:
    """One split of a protocol that could be read.

    Attributes:
        split: Its name.
        videos: Number of videos.
        captions: Number of captions.
        digest: SHA-256 over ids and captions.
        problems: Where it differs from the protocol, with ids.
    """

    split: str
    videos: int
    captions: int
    digest: str
    problems: tuple[str, ...]


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

    A data set's files are looked for in a folder of its name below the root, or in the whole root.

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
    """Key -> path of a data set's files; the first of equally named ones in the order of their paths."""
    own = [p for p in sorted(root.iterdir()) if p.is_dir() and p.name.lower() == dataset.name]
    base = own[0] if own else root
    by_name: dict[str, Path] = {}
    for path in sorted(base.rglob("*")):
        if path.is_file():
            by_name.setdefault(path.name, path)
    found = {}
    for key, names in dataset.files.items():
        for name in names:
            if name in by_name:
                found[key] = by_name[name]
                break
    return found


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
            reports.append(ProtocolReport(name, (), (), str(problem)))
    return DatasetReport(
        dataset.name, tuple(str(p.relative_to(root)) for p in files.values()), tuple(reports)
    )


def _split(name: str, split: str, data: SplitData) -> SplitReport:
    problems = deviations(PROTOCOLS[name], split, len(data.captions), len(data.videos))
    return SplitReport(
        split,
        len(data.videos),
        len(data.captions),
        digest(data.captions, [video.id for video in data.videos]),
        (*data.notes, *problems),
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
                state = "differs" if split.problems else "ok"
                lines.append(
                    f"  {protocol.protocol} {split.split}: {split.videos:,} videos, {split.captions:,} captions, "
                    f"digest {split.digest[:12]}: {state}"
                )
                lines += [f"    {problem}" for problem in split.problems]
    return lines
