"""Which number decides that one checkpoint is better than another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hgr.metrics.summary import RankingSummary, rsum

SELECTIONS: dict[str, Callable[[RankingSummary, RankingSummary], float]] = {
    "rsum": lambda to_video, to_text: rsum([to_video, to_text]),
    "text_to_video_recall_sum": lambda to_video, to_text: to_video.recall_sum,
    "text_to_video_r1": lambda to_video, to_text: 100.0 * to_video.recall[1],
    "video_to_text_r1": lambda to_video, to_text: 100.0 * to_text.recall[1],
    "text_to_video_mrr": lambda to_video, to_text: to_video.mrr,
    "geometric_mean": lambda to_video, to_text: 100.0 * to_video.geometric_mean,
    "text_to_video_mean_rank": lambda to_video, to_text: -to_video.mean,
}
"""Name -> function of the fused ranking's two directions; bigger is better."""


def selection_value(name: str, text_to_video: RankingSummary, video_to_text: RankingSummary) -> float:
    """The value of a checkpoint; the checkpoint with the biggest one is kept as best.

    >>> good = RankingSummary(recall={1: 0.5, 5: 0.8, 10: 0.9}, median=1.5, mean=3.0, mrr=0.6)
    >>> round(selection_value("rsum", good, good), 6)
    440.0

    Args:
        name: A key of `SELECTIONS`.
        text_to_video: Summary of the fused ranking.
        video_to_text: Summary of the other direction.

    Raises:
        ValueError: Unknown name, or a recall that the summaries do not have.
    """
    if name not in SELECTIONS:
        raise ValueError(f"unknown selection {name!r}, expected one of {', '.join(SELECTIONS)}")
    try:
        return SELECTIONS[name](text_to_video, video_to_text)
    except KeyError as missing:
        raise ValueError(
            f"selection {name!r} needs the recall at {missing}, which was not computed"
        ) from None


def best_of(values: Mapping[str, float]) -> str:
    """Name of the first entry with the biggest value."""
    if not values:
        raise ValueError("nothing to choose from")
    return max(values, key=lambda name: values[name])
