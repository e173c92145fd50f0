"""Probes in the report: what each kind found, and the altered captions that a query's own video preferred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hgr.analysis.probes.generation import Probe
from hgr.analysis.probes.operators import OPERATORS
from hgr.analysis.probes.probe_set import Passport, read_probes
from hgr.analysis.probes.results import FUSED, KindResult, kind_results
from hgr.analysis.probes.scoring import level_spreads, probe_margins
from hgr.analysis.report.content import DIGITS, Altered, Extra
from hgr.analysis.report.overview import Section
from hgr.analysis.report.source import ReportSource
from hgr.errors import DataError

CONTRADICTION = "contradiction"


def probe_extra(source: ReportSource, path: Path) -> Extra:
    """What a probe set adds to a report: a table of its kinds, its altered captions, a label on failed queries.

    Args:
        source: A run; probes of captions that its split does not have are left out.
        path: The probe set.

    Raises:
        DataError: No run, no such file, or no probe of this split's captions.
    """
    retriever = source.retriever
    if retriever is None:
        raise DataError(f"{path}: probes are scored by a run, but only similarities are known")
    listed, passports, _ = read_probes(path)
    probes = [probe for probe in listed if probe.caption in source.items]
    if not probes:
        raise DataError(f"{path}: none of its {len(listed)} probes is of a caption of split {source.split!r}")
    margins = probe_margins(retriever, probes)
    results = kind_results(probes, margins, level_spreads(retriever, probes, None))
    levels = source.stored.levels
    altered: dict[str, list[Altered]] = {}
    tags: dict[str, list[str]] = {}
    for i, probe in enumerate(probes):
        values = tuple(round(float(margins[name][i]), DIGITS) for name in (FUSED, *levels))
        altered.setdefault(probe.caption, []).append(Altered(probe.kind, probe.altered, values))
        failed = f"probe failed: {probe.kind}"
        if OPERATORS[probe.kind].effect == CONTRADICTION and values[0] < 0:
            found = tags.setdefault(probe.caption, [])
            found += [failed] if failed not in found else []
    return Extra((_section(path, probes, results, passports, levels),), tags, altered)


def _section(
    path: Path,
    probes: Sequence[Probe],
    results: Sequence[KindResult],
    passports: Sequence[Passport],
    levels: Sequence[str],
) -> Section:
    blind: Mapping[str, float | None] = {passport.kind: passport.blind_after for passport in passports}
    rows = tuple(
        (
            result.kind,
            result.effect,
            result.pairs,
            100 * result.accuracy,
            f"{100 * result.low:.1f} to {100 * result.high:.1f}",
            *(100 * result.by_level[level] for level in levels),
            _percent(blind.get(result.kind)),
            result.owner or "–",
            _percent(result.right_level),
            _percent(result.permuted),
        )
        for result in results
    )
    return Section(
        "Probes",
        f"{len(probes)} altered captions of {path.name}: how often the true caption scores higher with its own video. "
        "The right level is the one that owns the edit; its margin, in units of the level's spread, should be the "
        "largest more often than under permuted level labels. Blind is a reader of the texts alone.",
        ("kind", "effect", "pairs", "accuracy", "95 %", *levels, "blind", "owner", "right level", "permuted"),
        rows,
    )


def _percent(share: float | None) -> float | None:
    return None if share is None or not np.isfinite(share) else 100 * share
