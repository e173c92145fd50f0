"""What an evaluation found: ranks, and the numbers made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from hgr.analysis.stored_ranks import Convention, Direction, RankingKey, StoredRanking
from hgr.data.protocols import VIDEO_TO_TEXT, VideoToText
from hgr.errors import DataError
from hgr.evaluation_table import result_table
from hgr.metrics.ranking import Ties
from hgr.metrics.summary import RankingSummary, rsum, summarize
from hgr.models.base import FUSED

SCHEMA, VERSION = "hgr.results", 1
DIRECTIONS: tuple[str, ...] = get_args(Direction)
BOUNDS: tuple[Ties, ...] = ("optimistic", "pessimistic")
Summaries = dict[str, dict[str, dict[str, RankingSummary]]]


@dataclass(frozen=True)
class EvaluationResult:
    """Ranks of every level and fused matrix, in both directions, under both query conventions.

    Attributes:
        rankings: One an matrix, direction and convention.
        cutoffs: The K of R@K.
        headline: The convention that `value` reads and that is printed first.
        num_texts: Captions.
        num_videos: Candidate videos.
        absent: Level -> how many (texts, videos) have no element on it.
        notes: What else a reader must know of the data: dropped captions, protocol.
        video_to_text: The definition of video-to-text that is printed first and stands in `rsum`.
        mean_precisions: Ranking -> mean average precision over all relevant items, where it was counted.
    """

    rankings: tuple[StoredRanking, ...]
    cutoffs: tuple[int, ...]
    headline: Convention
    num_texts: int
    num_videos: int
    absent: Mapping[str, tuple[int, int]]
    notes: Mapping[str, Any] = field(default_factory=dict)
    video_to_text: VideoToText = "all_captions"
    mean_precisions: Mapping[RankingKey, float] = field(default_factory=dict)

    @property
    def to_text(self) -> str:
        """The direction that stands for video to text in `rsum`."""
        return VIDEO_TO_TEXT[self.video_to_text]

    @property
    def ties(self) -> Ties:
        """The tie rule of the numbers."""
        return self.rankings[0].ranks.ties

    @cached_property
    def bounds(self) -> dict[RankingKey, dict[Ties, RankingSummary]]:
        """Numbers under the best and the worst order of all ties, where some rank depends on one."""
        return {
            ranking.key: {rule: summarize(ranking.ranks.under(rule), self.cutoffs) for rule in BOUNDS}
            for ranking in self.rankings
            if ranking.ranks.num_undecided
        }

    @cached_property
    def summaries(self) -> Summaries:
        """Convention -> matrix -> direction -> numbers."""
        found: Summaries = {}
        for ranking in self.rankings:
            by_matrix = found.setdefault(ranking.convention, {}).setdefault(ranking.matrix, {})
            by_matrix[ranking.direction] = summarize(
                ranking.ranks, self.cutoffs, self.mean_precisions.get(ranking.key)
            )
        return found

    @property
    def matrices(self) -> tuple[str, ...]:
        """Names of what was ranked, levels first."""
        return tuple(dict.fromkeys(ranking.matrix for ranking in self.rankings))

    def rsum(self, matrix: str = FUSED) -> float:
        """Sum of all recalls of both directions, in percent."""
        return self._rsum(self.summaries[self.headline][matrix])

    def _rsum(self, sides: Mapping[str, RankingSummary]) -> float:
        return rsum([sides[side] for side in ("text_to_video", self.to_text) if side in sides])

    def value(self, monitor: str = "rsum") -> float:
        """One number, bigger is better.

        Args:
            monitor: "rsum", "<matrix>/rsum", "text_to_video/R@10", "<matrix>/video_to_text/MRR" and so on;
                without a matrix "fused" is meant.

        Raises:
            DataError: There is no such number; the message lists what there is.
        """
        *where, name = monitor.split("/")
        directions = [part for part in where if part in DIRECTIONS]
        matrices = [part for part in where if part not in DIRECTIONS] or [FUSED]
        found = self.summaries[self.headline]
        if len(matrices) == 1 and matrices[0] in found and len(directions) <= 1:
            if name == "rsum":
                sides = found[matrices[0]]
                return rsum([sides[directions[0]]]) if directions else self._rsum(sides)
            if directions:
                numbers = _numbers(found[matrices[0]][directions[0]])
                if name in numbers and name not in ("MdR", "MnR"):
                    return numbers[name]
        cutoffs = ", ".join(f"R@{k}" for k in self.cutoffs)
        raise DataError(
            f"monitor {monitor!r}: expected rsum, MATRIX/rsum or [MATRIX/]DIRECTION/NAME with matrix in "
            f"{', '.join(found)}, direction in {', '.join(DIRECTIONS)}, name in rsum, {cutoffs}, MRR, mAP, "
            "geometric_mean"
        )

    def to_json(self) -> dict[str, Any]:
        """Everything but the ranks, as `results/<split>.json` holds it. Recalls are in percent."""
        return {
            "schema": SCHEMA,
            "version": VERSION,
            "headline": self.headline,
            "video_to_text": self.video_to_text,
            "num_texts": self.num_texts,
            "num_videos": self.num_videos,
            "absent": {level: {"texts": t, "videos": v} for level, (t, v) in self.absent.items()},
            **self.notes,
            "conventions": {
                convention: {
                    matrix: {
                        **{
                            direction: self._entry((matrix, direction, convention), summary)
                            for direction, summary in sides.items()
                        },
                        "rsum": self._rsum(sides),
                    }
                    for matrix, sides in matrices.items()
                }
                for convention, matrices in self.summaries.items()
            },
        }

    def table(self) -> str:
        """The numbers as text: one table for each direction and convention."""
        return result_table(self)

    def _entry(self, key: RankingKey, summary: RankingSummary) -> dict[str, Any]:
        entry: dict[str, Any] = {
            **_numbers(summary),
            "queries": summary.num_queries,
            "candidates": summary.num_candidates,
        }
        if key in self.bounds:
            entry["undecided"] = summary.num_undecided
            entry["bounds"] = {rule: _numbers(bound) for rule, bound in self.bounds[key].items()}
        return entry


def _numbers(summary: RankingSummary) -> dict[str, float]:
    return {
        **{f"R@{k}": 100 * value for k, value in summary.recall.items()},
        "MdR": summary.median,
        "MnR": summary.mean,
        "MRR": summary.mrr,
        "geometric_mean": 100 * summary.geometric_mean,
        **({} if summary.average_precision is None else {"mAP": summary.average_precision}),
    }


def check_result(data: Mapping[str, Any], source: str) -> None:
    """Raise DataError unless `data` is a result that this version can read."""
    if data.get("schema") != SCHEMA:
        raise DataError(f"{source}: expected schema {SCHEMA!r}, found {data.get('schema')!r}")
    if not isinstance(data.get("version"), int) or data["version"] > VERSION:
        raise DataError(
            f"{source}: version {data.get('version')!r} is newer than this package reads ({VERSION})"
        )
