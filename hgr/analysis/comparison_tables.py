"""A comparison as Markdown, LaTeX and JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hgr.analysis.comparison import Comparison, Score, Test
from hgr.data.protocols import SHOWN_DIGITS, protocol_title

ALPHA = 0.05
LATEX_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def to_markdown(comparison: Comparison) -> str:
    """Tables of scores and of tests, with what they rest on."""
    metrics = comparison.metrics
    lines = [*_heading(comparison), ""]
    lines += _markdown_table(
        ["run", "seeds", *metrics],
        [
            [_markdown(name), str(comparison.seeds[name]), *(_score_text(scores[m], m, "±") for m in metrics)]
            for name, scores in comparison.scores.items()
        ],
    )
    lines += [
        "",
        "Differences are second minus first; intervals are 95 % bootstrap intervals over videos.",
        "",
    ]
    lines += _markdown_table(
        [
            "first",
            "second",
            "metric",
            "difference",
            "interval",
            "p",
            "p (Holm)",
            "detectable",
            "win / tie / loss",
        ],
        [_test_cells(test, _markdown) for test in comparison.tests],
    )
    return "\n".join(lines) + "\n"


def to_latex(comparison: Comparison) -> str:
    """The table of scores for a paper; a dagger where an entrant differs from the first (Holm, 5 %)."""
    names = list(comparison.scores)
    different = {(t.second, t.metric) for t in comparison.tests if t.first == names[0] and t.adjusted < ALPHA}
    rows = []
    for name, scores in comparison.scores.items():
        cells = [
            _score_text(scores[m], m, r"\,$\pm$\,") + (r"$^\dagger$" if (name, m) in different else "")
            for m in comparison.metrics
        ]
        rows.append(" & ".join([_latex(name), *cells]) + r" \\")
    head = " & ".join(["", *(_latex(m) for m in comparison.metrics)]) + r" \\"
    note = _latex(" ".join(_heading(comparison)))
    columns = "l" + "r" * len(comparison.metrics)
    return "\n".join(
        [f"% {note}", rf"\begin{{tabular}}{{{columns}}}", r"\hline", head, r"\hline", *rows, r"\hline",
         r"\end{tabular}", r"% $^\dagger$ differs from the first row: paired randomization test clustered by video,",
         r"% Holm-corrected over all tests of the comparison, p < 0.05", ""]
    )  # fmt: skip


def to_json(comparison: Comparison) -> dict[str, Any]:
    """Everything, with NaN as null."""
    return {
        "schema": "hgr.comparison",
        "version": 1,
        "protocol": dict(comparison.protocol),
        "matrix": comparison.matrix,
        "convention": comparison.convention,
        "num_clusters": comparison.num_clusters,
        "seeds": dict(comparison.seeds),
        "scores": {n: {m: asdict(s) for m, s in scores.items()} for n, scores in comparison.scores.items()},
        "tests": [
            {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in asdict(t).items()}
            for t in comparison.tests
        ],
    }


def _heading(comparison: Comparison) -> list[str]:
    stamp = comparison.protocol
    return [
        f"Protocol {protocol_title(stamp)}, split {stamp.get('split')}, {stamp.get('num_texts')} texts, "
        f"{stamp.get('num_videos')} videos, digest {str(stamp.get('digest'))[:SHOWN_DIGITS]}; {comparison.matrix} "
        f"ranking, convention {comparison.convention}; {comparison.num_clusters} videos are the independent units.",
        *(f"{found}." for found in stamp.get("deviations", ())),
        *_definitions(comparison),
    ]


def _definitions(comparison: Comparison) -> list[str]:
    """What the two kinds of video-to-text metrics are, where both stand in the tables."""
    if not any(metric.startswith("v2t grouped") for metric in comparison.metrics):
        return []
    return [
        "v2t ranks a video's captions among all captions, v2t grouped its best one among every video's best."
    ]


def _score_text(score: Score, metric: str, plus_minus: str) -> str:
    digits = 3 if metric.endswith("MRR") else 1
    text = f"{score.mean:.{digits}f}"
    return text if score.deviation is None else f"{text}{plus_minus}{score.deviation:.{digits}f}"


def _test_cells(test: Test, escape: Any) -> list[str]:
    digits = 4 if test.metric.endswith("MRR") else 2
    return [
        escape(test.first),
        escape(test.second),
        test.metric,
        f"{test.difference:+.{digits}f}",
        f"{test.low:+.{digits}f} to {test.high:+.{digits}f}",
        f"{test.p:.4f}",
        f"{test.adjusted:.4f}" + (" *" if test.adjusted < ALPHA else ""),
        f"{test.detectable:.{digits}f}",
        f"{test.wins} / {test.ties} / {test.losses}",
    ]


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _markdown(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def _latex(text: str) -> str:
    return "".join(LATEX_SPECIAL.get(c, c) for c in text)
