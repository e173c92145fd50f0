"""The whole level analysis of one split as one JSON object."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

import torch

from graphs.role_graph import RoleGraph
from hgr.analysis.agreement import level_agreement
from hgr.analysis.calibration import calibrate, top_scores
from hgr.analysis.decisions import decisions
from hgr.analysis.extra_rows import correction_rows
from hgr.analysis.fusion import fused_ranks
from hgr.analysis.graded_rows import CaptionKnowledge, graded_rows
from hgr.analysis.hubness import hubness
from hgr.analysis.levels import (
    FusionRow,
    choose_weights,
    fused_difference,
    oracle_row,
    subset_rows,
    tuned_row,
)
from hgr.analysis.slices import caption_labels, slice_rows
from hgr.analysis.stored import FUSED, StoredSimilarity
from hgr.data.items import Caption
from hgr.data.protocols import CUSTOM, stamp
from hgr.metrics.corrections import CORRECTIONS
from hgr.metrics.grouping import best_of_group
from hgr.metrics.ranking import Ranks, ranks
from hgr.metrics.summary import RankingSummary, summarize

SCHEMA = "hgr.analysis"
BOUNDS: tuple[Literal["optimistic", "pessimistic"], ...] = ("optimistic", "pessimistic")


def analyze(
    stored: StoredSimilarity,
    *,
    validation: StoredSimilarity | None = None,
    graphs: Mapping[str, RoleGraph] | None = None,
    training: Iterable[RoleGraph] | None = None,
    protocol: Mapping[str, Any] | None = None,
    steps: int = 10,
    selection: str = "rsum",
    corrections: Mapping[str, float] | None = None,
    bank: torch.Tensor | None = None,
    graded: Sequence[str] = (),
    knowledge: CaptionKnowledge | None = None,
) -> dict[str, Any]:
    """Metrics of every matrix, and with several levels what each is worth.

    Args:
        stored: The split that is reported.
        validation: Where weights, the calibration and the threshold are chosen; without it they are left out.
        graphs: Caption -> role graph, for slices.
        training: Role graphs of the training captions, for seen and unseen compositions.
        protocol: The stamp of the evaluation; made here, as "custom", where None.
        steps: Grid step of the fusion weights is 1 / steps.
        selection: What "best" means on validation.
        corrections: Names of corrections -> temperatures, for rows of their own.
        bank: (B, V) scores of training captions, for query-bank normalization.
        graded: Keys of `hgr.analysis.graded_rows.PROXIES`, for nDCG and mAP against each; by default role-graph
            overlap where every caption has its graph.
        knowledge: What these look at; role graphs alone where None.

    Returns:
        A JSON object of schema "hgr.analysis"; numbers that do not exist are null.
    """
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "version": 1,
        "protocol": dict(protocol) if protocol else make_stamp(stored),
        "texts": len(stored.texts),
        "videos": len(stored.videos),
        "levels": list(stored.levels),
        "absent": {n: {"texts": len(a[0]), "videos": len(a[1])} for n, a in stored.absent.items()},
        "matrices": {name: matrix_numbers(stored, name) for name in stored.matrices},
    }
    if len(stored.levels) > 1:
        found |= _level_sections(stored, validation, steps, selection)
    ranking = FUSED if FUSED in stored.matrices else stored.levels[0]
    found["hubness"] = _hubs(stored, ranking)
    if corrections:
        found["corrections"] = [
            {
                "name": name,
                "temperature": temperature,
                "looked_at": CORRECTIONS[name].looked_at,
                "transductive": CORRECTIONS[name].transductive,
                **{direction: numbers(summary) for direction, summary in rows.items()},
            }
            for name, temperature, rows in correction_rows(stored, ranking, corrections, bank)
        ]
    if not graded and graphs and all(row.text in graphs for row in stored.texts):
        graded = ("role_graph_overlap",)
    if graded:
        found["graded"] = graded_rows(
            stored, ranking, graded, knowledge or CaptionKnowledge(graphs=graphs or {})
        )
    if validation is not None and ranking in validation.matrices:
        calibration = calibrate(top_scores(validation, ranking), top_scores(stored, ranking))
        found["calibration"] = {"matrix": ranking, "chosen_on": "validation", **asdict(calibration)}
    labels = caption_labels([row.text for row in stored.texts], graphs, training)
    clusters = [row.videos[0] for row in stored.texts]
    rows = slice_rows(_text_ranks(stored, ranking), labels, clusters)
    known = any(row.text for row in stored.texts)
    found["slices"] = [_json_keys(asdict(row)) for row in rows] if known else []
    return _clean(found)


def matrix_numbers(stored: StoredSimilarity, name: str) -> dict[str, Any]:
    """Both directions of one matrix; bounds where ties leave something open; both definitions of
    video-to-text."""
    relevant = torch.from_numpy(stored.relevant())
    scores = torch.from_numpy(stored.matrices[name].astype("float32"))
    numbers: dict[str, Any] = {"text_to_video": _with_bounds(ranks(scores, relevant))}
    if relevant.any(dim=0).all():
        numbers["video_to_text"] = _with_bounds(ranks(scores.T, relevant.T))
        if all(len(row.videos) == 1 for row in stored.texts):
            group = relevant.int().argmax(dim=1)
            grouped = best_of_group(scores, group, len(stored.videos))
            numbers["video_to_text_grouped"] = _with_bounds(
                ranks(grouped.T, torch.eye(len(stored.videos), dtype=torch.bool))
            )
    return numbers


def make_stamp(stored: StoredSimilarity, name: str = CUSTOM, split: str = "test") -> dict[str, Any]:
    """The protocol stamp of a stored matrix, from its own ids and captions."""
    captions = [Caption(row.id, " ".join(row.videos), row.text) for row in stored.texts]
    return stamp(name, split, captions, stored.videos).to_json()


def numbers(summary: RankingSummary) -> dict[str, Any]:
    """A summary in the units of papers: recalls in percent."""
    return {
        **{f"R@{k}": 100.0 * value for k, value in summary.recall.items()},
        "MdR": summary.median,
        "MnR": summary.mean,
        "MRR": summary.mrr,
        "geometric_mean": 100.0 * summary.geometric_mean,
        "queries": summary.num_queries,
        "candidates": summary.num_candidates,
    }


def _with_bounds(found: Ranks) -> dict[str, Any]:
    result = numbers(summarize(found))
    if found.num_undecided:
        result["undecided"] = found.num_undecided
        result["bounds"] = {rule: numbers(summarize(found.under(rule))) for rule in BOUNDS}
    return result


def _level_sections(
    stored: StoredSimilarity, validation: StoredSimilarity | None, steps: int, selection: str
) -> dict[str, Any]:
    decided = decisions(stored)
    sections: dict[str, Any] = {
        "fused_difference": fused_difference(stored),
        "subsets": [fusion_json(row) for row in subset_rows(stored)],
        "oracle": fusion_json(oracle_row(stored)),
        "agreement": [
            {"levels": list(pair), "kendall": tau} for pair, tau in level_agreement(stored).items()
        ],
        "decisions": {
            "won": float(decided.won.mean()),
            "shares": decided.shares(),
            "needed": decided.needed(),
        },
    }
    if validation is not None:
        sections["tuned"] = fusion_json(tuned_row(validation, stored, steps, selection))
        _, grid = choose_weights(validation, steps, selection)
        sections["grid"] = [{"weights": dict(r.weights), "validation_rsum": r.rsum} for r in grid]
    return sections


def fusion_json(row: FusionRow) -> dict[str, Any]:
    """One row of the level table."""
    return {
        "name": row.name,
        "weights": dict(row.weights),
        "chosen_on": row.chosen_on,
        "rsum": row.rsum,
        "text_to_video": numbers(row.text_to_video),
        "video_to_text": None if row.video_to_text is None else numbers(row.video_to_text),
    }


def _text_ranks(stored: StoredSimilarity, name: str) -> Ranks:
    if name in stored.levels:
        one = tuple(float(level == name) for level in stored.levels)
        return fused_ranks(stored, [one])[0].text_to_video
    return ranks(stored.matrices[name].astype("float32"), stored.relevant())


def _hubs(stored: StoredSimilarity, name: str) -> dict[str, Any]:
    found = hubness(stored.matrices[name])
    result = asdict(found)
    result["hubs"] = [{"video": stored.videos[i], "times": n} for i, n in found.hubs]
    return {"matrix": name, **result}


def _json_keys(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "recall": {f"R@{k}": 100.0 * v for k, v in row["recall"].items()}}


def _clean(value: Any) -> Any:
    """The same value with NaN and infinite numbers as None."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
