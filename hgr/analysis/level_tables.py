"""A level analysis as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hgr.data.protocols import protocol_title

COLUMNS = ("R@1", "R@5", "R@10", "MdR", "MnR")


def to_markdown(found: Mapping[str, Any]) -> str:
    """Tables of an analysis, as `hgr.analysis.level_analysis.analyze` gives it."""
    lines = [*_head(found), "", *_matrices(found["matrices"])]
    if "subsets" in found:
        lines += ["", "## Levels", "", *_levels(found)]
    if "corrections" in found:
        lines += ["", "## Corrections, not plain rankings", "", *_corrections(found["corrections"])]
    if "graded" in found:
        lines += ["", "## Graded relevance", "", *_graded(found["graded"])]
    lines += ["", "## Hubs", "", *_hubs(found["hubness"])]
    if "calibration" in found:
        lines += ["", "## Calibration", "", *_calibration(found["calibration"])]
    if found["slices"]:
        lines += ["", "## Slices, text to video", "", *_slices(found["slices"])]
    return "\n".join(lines) + "\n"


def _head(found: Mapping[str, Any]) -> list[str]:
    stamp = found["protocol"]
    lines = [
        f"{found['texts']:,} texts, {found['videos']:,} videos; protocol {protocol_title(stamp)}, "
        f"digest {str(stamp.get('digest'))[:12]}",
        *stamp.get("deviations", ()),
    ]
    if stamp.get("video_to_text") == "grouped":
        lines.append(
            "rsum of the matrices adds video to text grouped, as the protocol has it; further tables do not"
        )
    without = found.get("videos_without_text", 0)
    if without:
        have = "1 video has" if without == 1 else f"{without:,} videos have"
        lines.append(f"{have} no text: candidates for the texts, left out of the queries of video to text")
    return lines


def _matrices(matrices: Mapping[str, Any]) -> list[str]:
    rows, notes = [], []
    for name, directions in matrices.items():
        total = f"{directions['rsum']:.1f}"
        for direction, numbers in directions.items():
            if direction == "rsum":
                continue
            means = [f"{numbers['geometric_mean']:.1f}", f"{numbers['MRR']:.3f}", f"{numbers['mAP']:.3f}"]
            rows.append([name, direction.replace("_", " "), *_cells(numbers), *means, total])
            total = ""
            if "bounds" in numbers:
                low, high = numbers["bounds"]["pessimistic"], numbers["bounds"]["optimistic"]
                notes.append(
                    f"{name}, {direction.replace('_', ' ')}: {numbers['undecided']} ranks depend on the order of a "
                    f"tie; R@1 {low['R@1']:.1f} to {high['R@1']:.1f}, R@10 {low['R@10']:.1f} to {high['R@10']:.1f}"
                )
    head = ["matrix", "direction", *COLUMNS, "geometric mean", "MRR", "mAP", "rsum"]
    return [*table(head, rows), *([""] + notes if notes else [])]


def _levels(found: Mapping[str, Any]) -> list[str]:
    rows = [*found["subsets"], *([found["tuned"]] if "tuned" in found else []), found["oracle"]]
    lines = table(
        ["levels", "weights", *(f"t2v {c}" for c in COLUMNS[:3]), *(f"v2t {c}" for c in COLUMNS[:3]), "rsum"],
        [
            [
                row["name"],
                " ".join(f"{w:.2g}" for w in row["weights"].values()),
                *_cells(row["text_to_video"], COLUMNS[:3]),
                *_cells(row["video_to_text"], COLUMNS[:3]),
                f"{row['rsum']:.1f}",
            ]
            for row in rows
        ],
    )
    if (found.get("fused_difference") or 0.0) > 1e-4:
        lines += [
            "",
            f"The stored fused scores are not the mean of the levels (up to {found['fused_difference']:.2g}).",
        ]
    shares = found["decisions"]["shares"]
    lines += ["", *table(
        ["level", "decides a won query", "decides a lost query", "needed where won"],
        [
            [n, _percent(shares["won"][n]), _percent(shares["lost"][n]), _percent(found["decisions"]["needed"][n])]
            for n in found["levels"]
        ],
    )]  # fmt: skip
    lines += ["", *table(
        ["levels", "Kendall's tau"],
        [[" and ".join(a["levels"]), _number(a["kendall"], 3)] for a in found["agreement"]],
    )]  # fmt: skip
    return lines


def _corrections(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return table(
        ["correction", "looked at", "direction", *COLUMNS],
        [
            [
                f"{row['name']}, temperature {row['temperature']:g}",
                row["looked_at"],
                d.replace("_", " "),
                *_cells(row[d]),
            ]
            for row in rows
            for d in ("text_to_video", "video_to_text")
            if d in row
        ],
    )


def _graded(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return table(
        ["relevance", "captions", "direction", "nDCG", "mAP", "skipped"],
        [
            [
                row["relevance"],
                f"{row['captions']:,}",
                d.replace("_", " "),
                _number(row[d]["nDCG"], 4),
                _number(row[d]["mAP"], 4),
                str(row[d]["skipped"]),
            ]
            for row in rows
            for d in ("text_to_video", "video_to_text")
        ],
    )


def _hubs(found: Mapping[str, Any]) -> list[str]:
    top = ", ".join(f"{_escape(h['video'])} ({h['times']})" for h in found["hubs"])
    return [
        f"Among the first {found['k']}: skewness {found['skewness']:.2f}, {_percent(found['never'])} of the videos "
        f"never appear, the most frequent one appears for {_percent(found['largest'])} of the queries. Top: {top}."
    ]


def _calibration(found: Mapping[str, Any]) -> list[str]:
    return [
        f"Chosen on {found['chosen_on']}: a best score below {_number(found['threshold'], 4)} means that nothing "
        f"matches. False rejects {_percent(found['false_rejects'])}, false accepts "
        f"{_percent(found['false_accepts'])}, separation (AUROC) {_number(found['separation'], 3)}, expected "
        f"calibration error {found['error']:.3f}.",
        "",
        *table(
            ["answered", *(f"{part} %" for part in range(10, 101, 10))],
            [["wrong", *(_percent(r) for r in found["risk"])]],
        ),
    ]


def _slices(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    recalls = list(rows[0]["recall"])
    return table(
        ["by", "value", "queries", *recalls, f"95 % of {recalls[-1]}", "MdR"],
        [
            [
                row["kind"],
                _escape(row["value"]),
                str(row["num_queries"]),
                *(f"{v:.1f}" for v in row["recall"].values()),
                f"{100 * row['low']:.1f} to {100 * row['high']:.1f}",
                f"{row['median']:.1f}",
            ]
            for row in rows
        ],
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _cells(numbers: Mapping[str, Any] | None, columns: Sequence[str] = COLUMNS) -> list[str]:
    return [_number(None if numbers is None else numbers[c], 1) for c in columns]


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _escape(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")
