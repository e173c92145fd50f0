"""The numbers of an evaluation as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hgr.data.protocols import PROTOCOLS, SHOWN_DIGITS, VIDEO_TO_TEXT, protocol_title
from hgr.metrics.ranking import Ties
from hgr.metrics.summary import RankingSummary, rsum
from hgr.models.base import FUSED

if TYPE_CHECKING:
    from hgr.evaluation_result import EvaluationResult

TITLES = {
    ("text_to_video", "every_caption"): "text to video, every caption",
    ("text_to_video", "unique_strings"): "text to video, unique strings",
    ("video_to_text", "every_caption"): "video to text, all captions",
    ("video_to_text", "unique_strings"): "video to text, all unique strings",
}
GROUPED_TITLE = "video to text, captions grouped by video"
BOUNDS: tuple[Ties, Ties] = ("pessimistic", "optimistic")
GROUPED = VIDEO_TO_TEXT["grouped"]
Block = Mapping[str, RankingSummary]
"""Matrix -> numbers of one direction."""


def result_table(result: EvaluationResult) -> str:
    """What was measured on, and one table for each direction and convention, what the protocol reports first."""
    parts = [_head(result)]
    conventions = sorted(result.summaries, key=lambda name: name != result.headline)
    for convention in conventions:
        if convention == "unique_strings" and _all_different(result):
            parts.append(
                ["unique strings: no caption occurs twice, so the numbers are those of every caption"]
            )
            continue
        for direction in ("text_to_video", result.to_text, *_others(result)):
            if direction != GROUPED or convention == conventions[0]:
                parts.append(list(_block(result, convention, direction)))
    parts.append(_absent(result) + _uncounted(result))
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _others(result: EvaluationResult) -> list[str]:
    return [direction for direction in VIDEO_TO_TEXT.values() if direction != result.to_text]


def _head(result: EvaluationResult) -> list[str]:
    stamp = result.notes.get("protocol")
    if stamp is None:
        return []
    return [
        f"protocol {protocol_title(stamp)}, split {stamp['split']}: {stamp['num_texts']:,} captions, "
        f"{stamp['num_videos']:,} videos{_expected(stamp)}, digest {stamp['digest'][:SHOWN_DIGITS]}",
        *stamp.get("deviations", ()),
    ]


def _expected(stamp: Mapping[str, Any]) -> str:
    """That the counts are those of a published protocol, where they are."""
    return " as expected" if stamp["protocol"] in PROTOCOLS and not stamp.get("deviations") else ""


def _all_different(result: EvaluationResult) -> bool:
    """Whether every caption is a string of its own, so that both conventions have the same queries."""
    sides = [result.summaries.get(name, {}).get(FUSED, {}) for name in ("every_caption", "unique_strings")]
    counts = {side["text_to_video"].num_queries for side in sides if "text_to_video" in side}
    return all(sides) and len(counts) == 1


def _block(result: EvaluationResult, convention: str, direction: str) -> Iterator[str]:
    rows = {
        matrix: sides[direction]
        for matrix, sides in result.summaries[convention].items()
        if direction in sides
    }
    if not rows:
        return
    title = TITLES.get((direction, convention), GROUPED_TITLE)
    size = rows.get(FUSED) or next(iter(rows.values()))
    if direction == GROUPED and _one_a_video(result, convention):
        yield f"{title}: every video has one caption, so the numbers are those of all captions"
        return
    yield f"{title}: {size.num_queries:,} queries, {size.num_candidates:,} candidates"
    sums = {} if direction == "text_to_video" else _sums(result, convention, direction)
    yield from _rows(rows, sums)
    yield from _ties(result, convention, direction, rows)


def _one_a_video(result: EvaluationResult, convention: str) -> bool:
    return all(
        GROUPED in sides and sides[GROUPED].num_candidates == sides["video_to_text"].num_candidates
        for sides in result.summaries[convention].values()
    )


def _sums(result: EvaluationResult, convention: str, direction: str) -> dict[str, float]:
    return {
        matrix: rsum([sides["text_to_video"], sides[direction]])
        for matrix, sides in result.summaries[convention].items()
        if direction in sides
    }


def _rows(rows: Block, sums: Mapping[str, float]) -> Iterator[str]:
    width = max(map(len, (*rows, "level"))) + 1
    recalls = next(iter(rows.values())).recall
    head = "".join(f"{f'R@{k}':>7}" for k in recalls)
    total = f"{'rsum':>8}" if sums else ""
    yield f"{'level':<{width}}{head}{'GM':>7}{'MdR':>9}{'MnR':>9}{'MRR':>8}{'mAP':>8}{total}"
    for matrix, row in rows.items():
        cells = "".join(f"{100 * value:>7.1f}" for value in (*row.recall.values(), row.geometric_mean))
        precision = "-" if row.average_precision is None else f"{row.average_precision:.3f}"
        total = f"{sums[matrix]:>8.1f}" if sums else ""
        yield (
            f"{matrix:<{width}}{cells}{row.median:>9.1f}{row.mean:>9.1f}{row.mrr:>8.3f}{precision:>8}{total}"
        )


def _ties(result: EvaluationResult, convention: str, direction: str, rows: Block) -> Iterator[str]:
    """How many ranks a tie leaves open, and between what the recalls then lie."""
    undecided = sum(row.num_undecided for row in rows.values())
    if not undecided:
        return
    yield f"{undecided:,} ranks depend on the order of a tie; recalls are {_meaning(result)}"
    for matrix in (name for name, row in rows.items() if row.num_undecided):
        low, high = (result.bounds[matrix, direction, convention][rule] for rule in BOUNDS)
        spans = [
            f"R@{k} {100 * low.recall[k]:.1f} to {100 * high.recall[k]:.1f}"
            for k in low.recall
            if f"{100 * low.recall[k]:.1f}" != f"{100 * high.recall[k]:.1f}"
        ]
        if spans:
            yield f"  {matrix}, by the order: {', '.join(spans)}"


def _meaning(result: EvaluationResult) -> str:
    return {"average": "their means over all orders", "optimistic": "the best", "pessimistic": "the worst"}[
        result.ties
    ]


def _absent(result: EvaluationResult) -> list[str]:
    return [
        f"{level}: {texts:,} of {result.num_texts:,} texts and {videos:,} of {result.num_videos:,} videos have no "
        "element"
        for level, (texts, videos) in result.absent.items()
        if texts or videos
    ]


def _uncounted(result: EvaluationResult) -> list[str]:
    """Why some average precisions are missing, where others are there."""
    rows = [row for sides in result.summaries.values() for row in sides.values()]
    missing = any(summary.average_precision is None for row in rows for summary in row.values())
    if not missing:
        return []
    return ["mAP -: not counted for matrices this large; that of every caption and the fused matrix is"]
