"""The first screen of the report: numbers, plots, tables, all made from stored similarities."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from hgr.analysis.level_analysis import analyze
from hgr.analysis.report.plots import bar_plot, line_plot
from hgr.analysis.stored import FUSED, StoredSimilarity
from hgr.data.protocols import VIDEO_TO_TEXT
from hgr.metrics.ranking import Ranks, ranks

DIRECTIONS = {"text_to_video": "text to video", "video_to_text": "video to text"}
COLUMNS = ("R@1", "R@5", "R@10", "MdR", "MnR", "MRR")
RANK_BINS = ((1, 1), (2, 5), (6, 10), (11, 50), (51, None))
CURVE_POINTS = 24
DEFINITIONS = {
    "video_to_text": "every caption is a candidate, the best own one counts",
    "video_to_text_grouped": "the captions of a video are one candidate, which scores its best caption",
}
SAME_MEAN = 0.01
"""Mean ranks of two evaluations of the same scores differ by rounding only."""


@dataclass(frozen=True)
class Section:
    """A table of the report, folded until it is opened. Other analyses add theirs as such.

    Attributes:
        title: Heading.
        note: What it says and how it was made.
        head: Column names.
        rows: Cells; numbers are set to the right.
        opened: Shown unfolded.
    """

    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]
    opened: bool = False


@dataclass(frozen=True)
class Overview:
    """The first screen.

    Attributes:
        numbers: Headline numbers, label -> value.
        table: Rows of the level x direction table: name, CSS class, direction -> column -> number, rsum.
        plots: (title, what it shows, SVG).
        sections: Further tables.
        notes: What a reader must know of the numbers.
        found: The analysis that they were made of.
        classes: Matrix name -> CSS class of its color.
    """

    numbers: Mapping[str, str]
    table: tuple[Mapping[str, Any], ...]
    plots: tuple[tuple[str, str, str], ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    found: Mapping[str, Any] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)


def level_classes(stored: StoredSimilarity) -> dict[str, str]:
    """Matrix name -> CSS class of its color: "c0", "c1", ... by level, "cf" for fused."""
    return {name: f"c{i % 6}" for i, name in enumerate(stored.levels)} | {FUSED: "cf"}


def make_overview(
    stored: StoredSimilarity,
    *,
    graphs: Mapping[str, Any] | None = None,
    protocol: Mapping[str, Any] | None = None,
    metrics: Path | None = None,
) -> Overview:
    """Numbers, plots and tables of one split.

    Args:
        stored: Similarities with a fused matrix.
        graphs: Caption -> role graph, for slices.
        protocol: Stamp of the evaluation.
        metrics: A training's metrics.jsonl, for its curve.

    Raises:
        ValueError: NaN or infinite scores.
    """
    found = analyze(stored, graphs=graphs, protocol=protocol)
    classes = level_classes(stored)
    relevant = torch.from_numpy(stored.relevant())
    ranked = {name: ranks(stored.scores(name), relevant) for name in stored.matrices}
    fused = found["matrices"][FUSED]["text_to_video"]
    numbers = {
        "R@1": f"{fused['R@1']:.1f} %",
        "R@5": f"{fused['R@5']:.1f} %",
        "R@10": f"{fused['R@10']:.1f} %",
        "median rank": f"{fused['MdR']:g}",
        "rsum": f"{_rsum(found['matrices'][FUSED], to_text(found)):.1f}",
    }
    return Overview(
        numbers,
        tuple(_table_rows(found, classes)),
        tuple(_plots(found, ranked, classes, metrics)),
        tuple(_sections(found)),
        tuple(_notes(found)),
        found,
        classes,
    )


def to_text(found: Mapping[str, Any]) -> str:
    """The definition of video to text that stands in the first table: the protocol's, where it was measured."""
    wanted = VIDEO_TO_TEXT.get(found.get("protocol", {}).get("video_to_text"), "video_to_text")
    return wanted if wanted in found["matrices"][FUSED] else "video_to_text"


def _rsum(directions: Mapping[str, Any], to_text: str = "video_to_text") -> float:
    sides = ("text_to_video", to_text)
    return sum(directions[d][f"R@{k}"] for d in sides if d in directions for k in (1, 5, 10))


def _table_rows(found: Mapping[str, Any], classes: Mapping[str, str]) -> list[dict[str, Any]]:
    first = to_text(found)
    return [
        {
            "name": name,
            "class": classes[name],
            "cells": [
                [_cell(found["matrices"][name].get(direction), column) for column in COLUMNS]
                for direction in ("text_to_video", first)
            ],
            "rsum": f"{_rsum(found['matrices'][name], first):.1f}",
        }
        for name in _names(found)
    ]


def _names(found: Mapping[str, Any]) -> list[str]:
    """The matrices, fused last."""
    return [*(name for name in found["matrices"] if name != FUSED), FUSED]


def _cell(numbers: Mapping[str, Any] | None, column: str) -> str:
    if numbers is None or numbers[column] is None:
        return "–"
    return f"{numbers[column]:.{3 if column == 'MRR' else 1}f}"


def _plots(
    found: Mapping[str, Any], ranked: Mapping[str, Ranks], classes: Mapping[str, str], metrics: Path | None
) -> list[tuple[str, str, str]]:
    size = next(iter(ranked.values())).num_candidates
    steps = sorted({max(1, round(size ** (i / (CURVE_POINTS - 1)))) for i in range(CURVE_POINTS)})
    curves = {name: [(k, 100 * found.hits(k).mean().item()) for k in steps] for name, found in ranked.items()}
    plots = [
        (
            "Recall by level",
            "Share of captions whose video is among the first K.",
            line_plot(
                curves,
                title="Recall at K by level, text to video",
                x_label="K",
                y_label="recall, %",
                log_x=True,
                classes=classes,
            ),
        )
    ]
    best = ranked[FUSED].best + 1
    bins = {
        (str(low) if low == high else f"{low}–{high}" if high else f"> {low - 1}"): {
            FUSED: ((best >= low) & (best < (high or size) + 1)).double().mean().item()
        }
        for low, high in RANK_BINS
        if low <= size
    }
    histogram = bar_plot(bins, title="Ranks of the right video", y_label="captions", classes=classes)
    plots.append(("Where the right video stands", "Rank of the right video, fused score.", histogram))
    if "decisions" in found:
        shares = found["decisions"]["shares"]
        groups = {
            f"{name} queries": {level: shares[name][level] or 0.0 for level in found["levels"]}
            for name in ("won", "lost")
            if any(value is not None for value in shares[name].values())
        }
        decided = bar_plot(groups, title="Which level decided", y_label="queries", classes=classes)
        what = "The level that added most to the margin between the right and the best wrong video."
        plots.append(("Which level decided", what, decided))
    curve = _training(metrics) if metrics is not None else []
    if len(curve) > 1:
        plot = line_plot(
            {FUSED: curve}, title="rsum on validation", x_label="epoch", y_label="rsum", classes=classes
        )
        plots.append(("Training", "rsum on validation after each epoch.", plot))
    return plots


def _training(metrics: Path) -> list[tuple[float, float]]:
    points = []
    for line in metrics.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if row.get("kind") == "validation" and isinstance(row.get("rsum"), (int, float)):
            points.append((float(row["epoch"]), float(row["rsum"])))
    return points


def _other_definition(found: Mapping[str, Any]) -> Section | None:
    """Video to text by the definition that is not in the first table; None where the two are the same."""
    first = to_text(found)
    other = next(direction for direction in DEFINITIONS if direction != first)
    fused = found["matrices"][FUSED]
    if other not in fused or fused[other]["candidates"] == fused[first]["candidates"]:
        return None
    rows = tuple(
        (
            name,
            *(found["matrices"][name][other][column] for column in COLUMNS),
            _rsum(found["matrices"][name], other),
        )
        for name in _names(found)
    )
    kind = "captions grouped by video" if other == VIDEO_TO_TEXT["grouped"] else "all captions"
    note = f"Here {DEFINITIONS[other]}; in the table above {DEFINITIONS[first]}."
    return Section(f"Video to text, {kind}", note, ("level", *COLUMNS, "rsum"), rows, opened=True)


def _means(found: Mapping[str, Any]) -> Section:
    """Means over cutoffs and over all relevant items."""
    sides = {"text_to_video": "t2v", "video_to_text": "v2t", "video_to_text_grouped": "v2t grouped"}
    here = {side: short for side, short in sides.items() if side in found["matrices"][FUSED]}
    columns = {"geometric_mean": "geometric mean", "mAP": "mAP"}
    rows = tuple(
        (name, *(found["matrices"][name][side].get(column) for side in here for column in columns))
        for name in _names(found)
    )
    head = ("level", *(f"{short} {title}" for short in here.values() for title in columns.values()))
    note = (
        "The geometric mean of R@1, R@5 and R@10, in percent; mean average precision over all relevant items."
    )
    return Section("Geometric means and average precision", note, head, rows)


def _sections(found: Mapping[str, Any]) -> list[Section]:
    sections = [section for section in (_other_definition(found), _means(found)) if section is not None]
    if "subsets" in found:
        rows = [*found["subsets"], found["oracle"]]
        sections.append(
            Section(
                "Every subset of levels",
                "Mean of the levels named; the oracle takes for every query the level that ranks best, "
                "an upper bound for any way to weigh them.",
                ("levels", "t2v R@1", "t2v R@10", "v2t R@1", "v2t R@10", "rsum"),
                tuple(_subset(row) for row in rows),
            )
        )
    if "agreement" in found:
        sections.append(
            Section(
                "Agreement between levels",
                "Kendall's tau between the orders in which two levels rank the videos; 1 the same, 0 unrelated.",
                ("levels", "tau"),
                tuple((" and ".join(a["levels"]), a["kendall"]) for a in found["agreement"]),
            )
        )
    slices = found.get("slices") or []
    if slices:
        sections.append(
            Section(
                "Slices of the captions",
                "Text to video, fused score.",
                ("by", "value", "captions", "R@1", "R@10", "median rank"),
                tuple(_slice(row) for row in slices),
            )
        )
    return sections


def unique_strings(result: Mapping[str, Any], found: Mapping[str, Any]) -> Section | None:
    """The other query convention, each different string once as HGR counted.

    Args:
        result: What `hgr evaluate` wrote.
        found: The analysis of the report's own scores.

    Returns:
        None where the result lacks the convention, or is not of the same scores.
    """
    conventions = result.get("conventions", {})
    matrices = conventions.get("unique_strings")
    same = conventions.get("every_caption", {}).get(FUSED, {}).get("text_to_video", {}).get("MnR")
    if (
        not matrices
        or same is None
        or abs(same - found["matrices"][FUSED]["text_to_video"]["MnR"]) > SAME_MEAN
    ):
        return None
    rows = tuple(
        (
            name,
            *(sides[d].get(f"R@{k}") for d in DIRECTIONS if d in sides for k in (1, 5, 10)),
            _rsum(sides),
        )
        for name, sides in matrices.items()
    )
    head = ("level", *(f"{short} R@{k}" for short in ("t2v", "v2t") for k in (1, 5, 10)), "rsum")
    note = "Every different string is one query, right for all that it describes; the table above counts captions."
    return Section("Unique strings as queries", note, head, rows)


def _subset(row: Mapping[str, Any]) -> tuple[str | float | None, ...]:
    def of(direction: str, column: str) -> float | None:
        return row[direction][column] if row.get(direction) else None

    directions = ("text_to_video", "video_to_text")
    return (row["name"], *(of(d, c) for d in directions for c in ("R@1", "R@10")), row["rsum"])


def _slice(row: Mapping[str, Any]) -> tuple[str | float | None, ...]:
    share = [row["recall"].get(column) for column in ("R@1", "R@10")]
    return (row["kind"], row["value"], row["num_queries"], *share, row["median"])


def _notes(found: Mapping[str, Any]) -> list[str]:
    notes = [
        f"{absent['texts']} captions and {absent['videos']} videos have nothing on the level {level}."
        for level, absent in found["absent"].items()
        if absent["texts"] or absent["videos"]
    ]
    if "candidates" in found["matrices"][FUSED].get(to_text(found), {}):
        notes.append(f"Video to text: {DEFINITIONS[to_text(found)]}.")
    stamp = found.get("protocol", {})
    if stamp.get("deviations"):
        notes.append(f"This deviates from {stamp.get('protocol')}: {'; '.join(stamp['deviations'])}.")
    return [*notes, *_tie_notes(found)]


def _tie_notes(found: Mapping[str, Any]) -> list[str]:
    """How many ranks a tie leaves open, and the bounds of the recalls where these differ."""
    notes = []
    for name in _names(found):
        for side in ("text_to_video", *DEFINITIONS):
            numbers = found["matrices"][name].get(side, {})
            if numbers.get("undecided"):
                notes.append(
                    f"{name}, {side.replace('_', ' ')}: {numbers['undecided']} ranks depend on the order of a tie; "
                    f"recalls are their expected values{_spans(numbers['bounds'])}."
                )
    return notes


def _spans(bounds: Mapping[str, Mapping[str, float]]) -> str:
    low, high = bounds["pessimistic"], bounds["optimistic"]
    spans = [
        f"{column} {low[column]:.1f} to {high[column]:.1f}"
        for column in COLUMNS
        if column.startswith("R@") and f"{low[column]:.1f}" != f"{high[column]:.1f}"
    ]
    return f", by the order {', '.join(spans)}" if spans else ""


def as_text(cell: str | float | None) -> str:
    """A cell of a section's table."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    return f"{cell:g}" if float(cell).is_integer() else f"{cell:.2f}" if abs(cell) < 1 else f"{cell:.1f}"


def is_number(cell: str | float | None) -> bool:
    """Whether a cell is set to the right."""
    return not isinstance(cell, str)


def sorted_classes(classes: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """(matrix, CSS class), for the legend, fused last."""
    return [(name, css) for name, css in classes.items() if css != "cf"] + [
        (name, css) for name, css in classes.items() if css == "cf"
    ]
