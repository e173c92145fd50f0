"""What an evaluation found: ranks, and the numbers made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from hgr.analysis.stored_ranks import Convention, Direction, StoredRanking
from hgr.errors import DataError
from hgr.metrics.summary import RankingSummary, rsum, summarize
from hgr.models.base import FUSED

SCHEMA, VERSION = "hgr.results", 1
DIRECTIONS: tuple[str, ...] = get_args(Direction)
Summaries = dict[str, dict[str, dict[str, RankingSummary]]]


@dataclass(frozen=True)
class EvaluationResult:
    """Ranks of every level and fused matrix, in both directions, under both query conventions.

    Attributes:
        rankings: One an matrix, direction and convention.
        cutoffs: The K of R@K.
        headline: The convention that `value` reads.
        num_texts: Captions.
        num_videos: Candidate videos.
        absent: Level -> how many (texts, videos) have no element on it.
        notes: What else a reader must know of the data: dropped captions, protocol.
    """

    rankings: tuple[StoredRanking, ...]
    cutoffs: tuple[int, ...]
    headline: Convention
    num_texts: int
    num_videos: int
    absent: Mapping[str, tuple[int, int]]
    notes: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def summaries(self) -> Summaries:
        """Convention -> matrix -> direction -> numbers."""
        found: Summaries = {}
        for ranking in self.rankings:
            by_matrix = found.setdefault(ranking.convention, {}).setdefault(ranking.matrix, {})
            by_matrix[ranking.direction] = summarize(ranking.ranks, self.cutoffs)
        return found

    @property
    def matrices(self) -> tuple[str, ...]:
        """Names of what was ranked, levels first."""
        return tuple(dict.fromkeys(ranking.matrix for ranking in self.rankings))

    def rsum(self, matrix: str = FUSED) -> float:
        """Sum of all recalls of both directions, in percent."""
        return rsum([*self.summaries[self.headline][matrix].values()])

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
                return rsum([sides[directions[0]]] if directions else [*sides.values()])
            if directions:
                numbers = _numbers(found[matrices[0]][directions[0]])
                if name in numbers and name not in ("MdR", "MnR"):
                    return numbers[name]
        cutoffs = ", ".join(f"R@{k}" for k in self.cutoffs)
        raise DataError(
            f"monitor {monitor!r}: expected rsum, MATRIX/rsum or [MATRIX/]DIRECTION/NAME with matrix in "
            f"{', '.join(found)}, direction in {', '.join(DIRECTIONS)}, name in rsum, {cutoffs}, MRR"
        )

    def to_json(self) -> dict[str, Any]:
        """Everything but the ranks, as `results/<split>.json` holds it. Recalls are in percent."""
        return {
            "schema": SCHEMA,
            "version": VERSION,
            "headline": self.headline,
            "num_texts": self.num_texts,
            "num_videos": self.num_videos,
            "absent": {level: {"texts": t, "videos": v} for level, (t, v) in self.absent.items()},
            **self.notes,
            "conventions": {
                convention: {
                    matrix: {
                        **{direction: _numbers(summary) for direction, summary in sides.items()},
                        "rsum": rsum([*sides.values()]),
                    }
                    for matrix, sides in matrices.items()
                }
                for convention, matrices in self.summaries.items()
            },
        }

    def table(self) -> str:
        """The numbers as text: level x direction, once for each query convention."""
        names = [*(f"R@{k}" for k in self.cutoffs), "MdR", "MnR", "MRR"]
        width = max(map(len, (*self.matrices, "level"))) + 2
        lines = []
        for convention, matrices in self.summaries.items():
            first = next(iter(matrices.values()))
            sizes = " / ".join(str(summary.num_queries) for summary in first.values())
            lines.append(f"{convention.replace('_', ' ')} ({sizes} queries text to video / video to text)")
            header = "".join(f"{name:>8}" for name in names)
            lines.append(f"{'level':<{width}}{header} |{header}{'rsum':>8}")
            for matrix, sides in matrices.items():
                cells = [
                    "".join(f"{_numbers(summary)[name]:>8.{3 if name == 'MRR' else 1}f}" for name in names)
                    for summary in sides.values()
                ]
                lines.append(f"{matrix:<{width}}{' |'.join(cells)}{rsum([*sides.values()]):>8.1f}")
            undecided = sum(s.num_undecided for sides in matrices.values() for s in sides.values())
            if undecided:
                lines.append(
                    f"{undecided} ranks depend on the order of a tie; recalls are their expected values"
                )
            lines.append("")
        lines += [
            f"{level}: {texts} of {self.num_texts} texts and {videos} of {self.num_videos} videos have no element"
            for level, (texts, videos) in self.absent.items()
            if texts or videos
        ]
        return "\n".join(lines).rstrip()


def _numbers(summary: RankingSummary) -> dict[str, float]:
    return {
        **{f"R@{k}": 100 * value for k, value in summary.recall.items()},
        "MdR": summary.median,
        "MnR": summary.mean,
        "MRR": summary.mrr,
    }


def check_result(data: Mapping[str, Any], source: str) -> None:
    """Raise DataError unless `data` is a result that this version can read."""
    if data.get("schema") != SCHEMA:
        raise DataError(f"{source}: expected schema {SCHEMA!r}, found {data.get('schema')!r}")
    if not isinstance(data.get("version"), int) or data["version"] > VERSION:
        raise DataError(
            f"{source}: version {data.get('version')!r} is newer than this package reads ({VERSION})"
        )
