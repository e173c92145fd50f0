"""Probe sets and their results as Markdown and JSON."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hgr.analysis.level_tables import table
from hgr.analysis.probes.generation import Probe
from hgr.analysis.probes.probe_set import Passport
from hgr.analysis.probes.results import KindResult, mean_accuracy

SCHEMA = "hgr.probe_results"
_HACKABLE = {True: "the text gives it away", False: "", None: "too few to tell"}
FORMULA_STARTS = ("=", "+", "-", "@")
"""A cell that starts with one of these would be run by a spreadsheet."""
MAX_SIBLINGS = 20
"""Captions of the same video in one cell of the sheet; more are counted only."""


def passports_markdown(passports: Sequence[Passport]) -> str:
    """How many pairs of each kind there are, and what a blind reader makes of them."""
    rows = [
        [
            p.kind,
            f"{p.made:,}",
            f"{p.kept:,}",
            _percent(p.blind_before),
            _percent(p.blind_after),
            "" if p.blind_after is None else f"{100 * p.low:.1f} to {100 * p.high:.1f}",
            _verdict(p),
        ]
        for p in passports
    ]
    return "\n".join(table(["kind", "made", "kept", "blind before", "blind after", "95 %", ""], rows)) + "\n"


def results_markdown(
    results: Sequence[KindResult], passports: Sequence[Passport], spreads_from: str | None = None
) -> str:
    """Accuracy by kind beside its baselines, then which level noticed what.

    Args:
        results: One a kind.
        passports: Of the probe set; a kind whose text gives the answer away is marked.
        spreads_from: What the levels' spreads were measured on, where that is to be said.
    """
    blind = {p.kind: p for p in passports}
    rows = [
        [
            r.kind,
            r.effect,
            f"{r.pairs:,} / {r.videos:,}",
            _percent(r.accuracy),
            f"{100 * r.low:.1f} to {100 * r.high:.1f}",
            _percent(blind[r.kind].blind_after if r.kind in blind else None),
            "" if r.effect == "control" else _verdict(blind.get(r.kind)),
            _percent(r.single_frame),
            _percent(r.other_video),
            f"{r.shift:.2f}",
            " ".join(f"{n} {100 * v:.0f}" for n, v in r.by_level.items()),
        ]
        for r in results
    ]
    head = [
        "kind",
        "effect",
        "pairs / videos",
        "accuracy",
        "95 %",
        "blind",
        "",
        "one frame",
        "other video",
        "shift",
        "by level alone",
    ]
    lines = [*table(head, rows), "", _mean_line(results, passports)]
    if spreads_from is not None:
        lines.append(f"Spreads of the levels from: {spreads_from}")
    owned = [r for r in results if r.largest]
    if owned:
        levels = list(owned[0].largest)
        lines += ["", "Which level's margin is the largest, in units of its spread:", ""]
        lines += table(
            ["kind", *levels, "owner", "right level", "permuted", "p"],
            [
                [
                    r.kind,
                    *(_percent(r.largest[n]) for n in levels),
                    r.owner or "-",
                    _percent(r.right_level),
                    _percent(r.permuted),
                    "-" if r.p_value is None else f"{r.p_value:.4f}",
                ]
                for r in owned
            ],
        )
    return "\n".join(lines) + "\n"


def results_json(
    results: Sequence[KindResult], passports: Sequence[Passport], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything, with its baselines; the mean leaves out kinds that the text gives away."""
    mean = mean_accuracy(results, _told_by_text(passports))
    return {
        "about": dict(about),
        "mean_accuracy": None if mean != mean else mean,
        "kinds": [asdict(result) for result in results],
        "passports": [asdict(passport) for passport in passports],
    }


def _verdict(passport: Passport | None) -> str:
    """Whether the text alone gives the answer away, in words; nothing where no blind reader was asked."""
    if passport is None or passport.blind_after is None:
        return ""
    return _HACKABLE[passport.hackable]


def _told_by_text(passports: Sequence[Passport]) -> list[str]:
    return [passport.kind for passport in passports if passport.hackable]


def _mean_line(results: Sequence[KindResult], passports: Sequence[Passport]) -> str:
    told = _told_by_text(passports)
    out = [r.kind for r in results if r.effect == "contradiction" and r.kind in told]
    without = f", without {', '.join(out)} (the text gives it away)" if out else ""
    return f"Mean accuracy over contradictions{without}: {_percent(mean_accuracy(results, told))}"


def check_sheet(
    probes: Sequence[Probe], number: int, captions: Mapping[str, Sequence[str]], seed: int = 0
) -> str:
    """A random sample as CSV, for reading by eye: is it fluent, does it contradict, does a sibling support it?

    Args:
        probes: The probes.
        number: How many to draw.
        captions: Video -> all its captions; those other than the probe's own stand beside it.
        seed: Of the sample.
    """
    rng = random.Random(seed)
    chosen = rng.sample(list(probes), min(number, len(probes)))
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    asked = ["fluent", "contradicts", "supported by a sibling"]
    writer.writerow(["id", "kind", "caption", "altered", "siblings", *asked])
    for probe in chosen:
        siblings = _siblings(probe, captions.get(probe.video, ()))
        cells = (probe.id, probe.kind, probe.text, probe.altered, siblings)
        writer.writerow([*map(_cell, cells), *("" for _ in asked)])
    return buffer.getvalue()


def _siblings(probe: Probe, captions: Sequence[str]) -> str:
    others = [text for text in dict.fromkeys(captions) if text != probe.text]
    more = [f"and {len(others) - MAX_SIBLINGS} more"] if len(others) > MAX_SIBLINGS else []
    return " | ".join([*others[:MAX_SIBLINGS], *more])


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _percent(value: float | None) -> str:
    return "-" if value is None or value != value else f"{100 * value:.1f} %"
