"""Probe sets on disk, and their passport: how many, how blind reading fares, before and after refinement."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphs.formats import from_record, to_record
from graphs.role_graph import RoleGraphError
from hgr.analysis.probes.blind import blind_accuracy, blind_gaps, refine
from hgr.analysis.probes.generation import Probe
from hgr.analysis.probes.operators import OPERATORS
from hgr.analysis.significance import wilson_interval
from hgr.errors import DataError
from parsing.json_lines import FormatError, read_header, read_lines, write_lines

SCHEMA, VERSION = "hgr.probes", 1
ROUNDS = 3
NEAR_CHANCE = 0.03
"""A blind accuracy within this of one half is near chance."""
SMALLEST = 20
"""Kinds with fewer pairs are not refined: a blind reader cannot be trained on them."""
FIELDS = ("id", "kind", "caption", "video", "text", "altered", "before", "after")


@dataclass(frozen=True)
class Passport:
    """What is known of one kind before any model has seen it.

    Attributes:
        kind: The kind.
        made: Pairs that were made.
        kept: Pairs after refinement.
        blind_before: Accuracy of a blind reader on all pairs made.
        blind_after: Accuracy of a fresh blind reader on the pairs kept.
        low: Lower end of the 95 % interval of `blind_after`.
        high: Its upper end.
        hackable: Whether the text alone gives the answer away: False where `blind_after` is within 3 % of one half,
            True where its interval leaves one half out, None where the pairs are too few to tell.
    """

    kind: str
    made: int
    kept: int
    blind_before: float | None
    blind_after: float | None
    low: float
    high: float
    hackable: bool | None


def refine_probes(probes: Sequence[Probe], seed: int = 0) -> tuple[list[Probe], list[Passport]]:
    """Adversarial refinement kind by kind, up to three rounds, each with a freshly trained blind reader.

    Controls, negations and dropped events are not refined: there is no wrong caption to hide, or it cannot be hidden.
    A round that leaves fewer than 20 pairs, or is farther from chance than the one before, is not taken; the passport
    says what gives the kind away.

    Args:
        probes: As made.
        seed: Of readers and choices.

    Returns:
        The probes kept, in their order, and one passport a kind.
    """
    kept: list[Probe] = []
    passports = []
    for kind in OPERATORS:
        own = [probe for probe in probes if probe.kind == kind]
        if not own:
            continue
        chosen, passport = _refine_kind(kind, own, seed)
        kept += chosen
        passports.append(passport)
    order = {probe.id: i for i, probe in enumerate(probes)}
    return sorted(kept, key=lambda probe: order[probe.id]), passports


def _refine_kind(kind: str, own: list[Probe], seed: int) -> tuple[list[Probe], Passport]:
    before = after = None
    chosen = own
    if len(own) >= SMALLEST and OPERATORS[kind].effect != "control":
        gaps = _gaps(own, seed)
        before = after = blind_accuracy(gaps)
        for round_ in range(1, ROUNDS + 1):
            if OPERATORS[kind].effect != "contradiction" or abs(after - 0.5) <= NEAR_CHANCE:
                break
            fewer = [chosen[i] for i in refine(gaps, seed=seed + round_)]
            if len(fewer) < SMALLEST:
                break
            fresh = _gaps(fewer, seed + round_)
            reached = blind_accuracy(fresh)
            if abs(reached - 0.5) >= abs(after - 0.5):
                break
            chosen, gaps, after = fewer, fresh, reached
    low, high = (0.0, 1.0) if after is None else wilson_interval(round(after * len(chosen)), len(chosen))
    hackable = None
    if after is not None and abs(after - 0.5) <= NEAR_CHANCE:
        hackable = False
    elif not low <= 0.5 <= high:
        hackable = True
    return chosen, Passport(kind, len(own), len(chosen), before, after, low, high, hackable)


def _gaps(probes: Sequence[Probe], seed: int) -> Any:
    return blind_gaps([p.text for p in probes], [p.altered for p in probes], [p.video for p in probes], seed)


def write_probes(
    path: str | Path,
    probes: Sequence[Probe],
    passports: Sequence[Passport],
    about: Mapping[str, Any],
) -> None:
    """Write a probe set: a header with the passports, then one probe a line.

    Args:
        path: The JSON lines file.
        probes: What to write.
        passports: One a kind.
        about: Where they came from: data set, parser, seed, digests.
    """
    header = {
        "schema": SCHEMA,
        "version": VERSION,
        "about": dict(about),
        "kinds": [passport.__dict__ for passport in passports],
    }
    write_lines(path, header, (_to_json(probe) for probe in probes))


def read_probes(path: str | os.PathLike[str]) -> tuple[list[Probe], list[Passport], dict[str, Any]]:
    """Probes, passports and provenance of a file.

    Raises:
        DataError: Not such a file, a newer version, or a line that is no probe.
    """
    where = Path(path)
    try:
        header = read_header(where, SCHEMA, VERSION)
        passports = [Passport(**entry) for entry in header["kinds"]]
        probes = [
            _from_json(record, f"{where}:{number}") for number, record in read_lines(where, SCHEMA, VERSION)
        ]
    except (FormatError, OSError, KeyError, TypeError) as problem:
        raise DataError(f"{where}: not a probe set: {problem}") from None
    return probes, passports, dict(header.get("about", {}))


def count(probes: Sequence[Probe]) -> dict[str, int]:
    """Number of probes of every kind, in the order of the operators."""
    numbers = Counter(probe.kind for probe in probes)
    return {kind: numbers[kind] for kind in OPERATORS if numbers[kind]}


def _to_json(probe: Probe) -> dict[str, Any]:
    graph = {k: v for k, v in to_record(probe.altered, probe.graph).items() if k != "text"}
    return {**{name: getattr(probe, name) for name in FIELDS}, "graph": graph}


def _from_json(record: Mapping[str, Any], where: str) -> Probe:
    values = {name: record.get(name) for name in FIELDS}
    wrong = [name for name, value in values.items() if not isinstance(value, str)]
    if wrong or values["kind"] not in OPERATORS or not isinstance(record.get("graph"), dict):
        raise DataError(f"{where}: {wrong[0] if wrong else 'kind or graph'} is missing or unknown")
    try:
        _, graph = from_record({**record["graph"], "text": values["altered"]})
    except RoleGraphError as problem:
        raise DataError(f"{where}: {problem}") from None
    return Probe(**values, graph=graph)  # type: ignore[arg-type]
