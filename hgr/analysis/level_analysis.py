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
    check_levels,
    check_selection,
    choose_weights,
    fused_difference,
    oracle_row,
    subset_rows,
    tuned_row,
)
from hgr.analysis.mean_precision import mean_average_precision
from hgr.analysis.slices import caption_labels, slice_rows
from hgr.analysis.stored import FUSED, StoredSimilarity
from hgr.data.items import Caption
from hgr.data.protocols import CUSTOM, VIDEO_TO_TEXT, VideoToText, check_expected, stamp
from hgr.errors import DataError
from hgr.metrics.corrections import CORRECTIONS
from hgr.metrics.grouping import best_of_group
from hgr.metrics.ranking import Ranks, ranks
from hgr.metrics.summary import CUTOFFS, RankingSummary, summarize

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

    Raises:
        DataError: NaN or infinite scores, an unknown selection or correction, validation with other levels.
    """
    check_selection(selection)
    if validation is not None:
        check_levels(validation, stored)
    measured = dict(protocol) if protocol else make_stamp(stored)
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "version": 1,
        "protocol": measured,
        "texts": len(stored.texts),
        "videos": len(stored.videos),
        "levels": list(stored.levels),
        "videos_without_text": len(stored.videos) - len(stored.answered()),
        "absent": {n: {"texts": len(a[0]), "videos": len(a[1])} for n, a in stored.absent.items()},
        "matrices": {
            name: matrix_numbers(stored, name, measured.get("video_to_text", "all_captions"))
            for name in stored.matrices
        },
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
    complete = not found["videos_without_text"]
    if not graded and graphs and complete and all(row.text in graphs for row in stored.texts):
        graded = ("role_graph_overlap",)
    if graded:
        found["graded"] = graded_rows(
            stored, ranking, graded, knowledge or CaptionKnowledge(graphs=graphs or {})
        )
    if validation is not None:
        if ranking not in validation.matrices:
            raise DataError(f"{validation.source}: validation has no matrix {ranking!r}")
        calibration = calibrate(top_scores(validation, ranking), top_scores(stored, ranking))
        found["calibration"] = {"matrix": ranking, "chosen_on": "validation", **asdict(calibration)}
    labels = caption_labels([row.text for row in stored.texts], graphs, training)
    clusters = [row.videos[0] for row in stored.texts]
    rows = slice_rows(_text_ranks(stored, ranking), labels, clusters)
    known = any(row.text for row in stored.texts)
    found["slices"] = [_json_keys(asdict(row)) for row in rows] if known else []
    return _clean(found)


def matrix_numbers(
    stored: StoredSimilarity, name: str, definition: VideoToText = "all_captions"
) -> dict[str, Any]:
    """Both directions of one matrix and their rsum; bounds where ties leave something open.

    Video-to-text ranks the videos that some text describes, by both definitions where every text has one video.

    Args:
        stored: The similarities.
        name: The matrix.
        definition: Which video-to-text stands in rsum.
    """
    answered = torch.from_numpy(stored.answered())
    scores, relevant = torch.from_numpy(stored.scores(name)), torch.from_numpy(stored.relevant())
    found = {"text_to_video": _direction(scores, relevant)}
    if len(answered) < len(stored.videos):
        scores, relevant = scores[:, answered], relevant[:, answered]
    found["video_to_text"] = _direction(scores.T, relevant.T)
    if all(len(row.videos) == 1 for row in stored.texts):
        grouped = best_of_group(scores, relevant.int().argmax(dim=1), len(answered))
        found["video_to_text_grouped"] = _direction(grouped.T, torch.eye(len(answered), dtype=torch.bool))
    wanted = VIDEO_TO_TEXT.get(definition, "video_to_text")
    sides = ("text_to_video", wanted if wanted in found else "video_to_text")
    return {**found, "rsum": sum(found[side][f"R@{k}"] for side in sides for k in CUTOFFS)}


def make_stamp(
    stored: StoredSimilarity, name: str = CUSTOM, split: str = "test", *, strict: bool = False
) -> dict[str, Any]:
    """The protocol stamp of a stored matrix, from its own ids and captions.

    Args:
        stored: The similarities.
        name: Name of the protocol.
        split: Name of the split.
        strict: Refuse what is not as the protocol expects.

    Raises:
        DataError: Unknown protocol; with `strict`, a deviation from it.
    """
    captions = [Caption(row.id, " ".join(row.videos), row.text) for row in stored.texts]
    made = stamp(name, split, captions, stored.videos)
    if strict:
        check_expected(made)
    return made.to_json()


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


def _direction(scores: torch.Tensor, relevant: torch.Tensor) -> dict[str, Any]:
    found = ranks(scores, relevant)
    result = {
        **numbers(summarize(found)),
        "mAP": mean_average_precision(scores, relevant, found),
    }
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
        "video_to_text": numbers(row.video_to_text),
    }


def _text_ranks(stored: StoredSimilarity, name: str) -> Ranks:
    if name in stored.levels:
        one = tuple(float(level == name) for level in stored.levels)
        return fused_ranks(stored, [one])[0].text_to_video
    return ranks(stored.scores(name), stored.relevant())


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
