"""What each level is worth: every subset, weights chosen on validation, the best level of each query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from hgr.analysis.fusion import FusedRanks, Weights, fused_ranks, simplex, subsets
from hgr.analysis.stored import FUSED, StoredSimilarity
from hgr.errors import DataError
from hgr.metrics.ranking import Ranks
from hgr.metrics.selection import SELECTIONS, selection_value
from hgr.metrics.summary import RankingSummary, rsum, summarize


@dataclass(frozen=True)
class FusionRow:
    """One way to combine the levels, and what it reaches.

    Attributes:
        name: What the row is called.
        weights: Level -> weight; {} for a row that no fixed weights give.
        text_to_video: Its numbers.
        video_to_text: Its numbers, over the videos that some text describes.
        chosen_on: The split on which something was chosen for this row, None where nothing was.
    """

    name: str
    weights: Mapping[str, float]
    text_to_video: RankingSummary
    video_to_text: RankingSummary
    chosen_on: str | None = None

    @property
    def rsum(self) -> float:
        """Sum of the recalls of both directions, in percent."""
        return rsum([self.text_to_video, self.video_to_text])


def subset_rows(stored: StoredSimilarity) -> list[FusionRow]:
    """Every non-empty subset of the levels, the members weighing the same."""
    chosen = subsets(stored.levels)
    found = fused_ranks(stored, list(chosen.values()))
    return [_row(" + ".join(names), stored.levels, f) for names, f in zip(chosen, found, strict=True)]


def simplex_rows(stored: StoredSimilarity, steps: int = 10) -> list[FusionRow]:
    """Every weight vector of the grid; to be read on validation, never to choose on test."""
    return [
        _row(", ".join(f"{w:g}" for w in f.weights), stored.levels, f)
        for f in fused_ranks(stored, simplex(len(stored.levels), steps))
    ]


def check_selection(name: str) -> None:
    """Raise DataError where there is no such selection."""
    if name not in SELECTIONS:
        raise DataError(f"unknown selection {name!r}, expected one of {', '.join(SELECTIONS)}")


def check_levels(validation: StoredSimilarity, test: StoredSimilarity) -> None:
    """Raise DataError where two splits do not have the same levels."""
    if validation.levels != test.levels:
        sides = (", ".join(stored.levels) or "none" for stored in (validation, test))
        raise DataError("validation has the levels {}; the split that is reported has {}".format(*sides))


def choose_weights(
    validation: StoredSimilarity, steps: int = 10, selection: str = "rsum"
) -> tuple[Weights, list[FusionRow]]:
    """The weights that are best on validation, and the whole grid.

    Equal values are decided for the weights nearest to equal ones.

    Args:
        validation: Similarities of the validation split.
        steps: The grid's step is 1 / steps.
        selection: A key of `hgr.metrics.selection.SELECTIONS`.
    """
    rows = simplex_rows(validation, steps)
    even = 1.0 / len(validation.levels)

    def merit(row: FusionRow) -> tuple[float, float]:
        value = selection_value(selection, row.text_to_video, row.video_to_text)
        return round(value, 9), -sum((w - even) ** 2 for w in row.weights.values())

    best = max(rows, key=merit)
    return tuple(best.weights.values()), rows


def tuned_row(
    validation: StoredSimilarity, test: StoredSimilarity, steps: int = 10, selection: str = "rsum"
) -> FusionRow:
    """Weights chosen on validation, numbers from test.

    Raises:
        DataError: The two do not have the same levels.
    """
    check_levels(validation, test)
    weights, _ = choose_weights(validation, steps, selection)
    return _row("weights chosen on validation", test.levels, fused_ranks(test, [weights])[0], "validation")


def oracle(rankings: Sequence[Ranks]) -> Ranks:
    """For every query the ranks of the level on which it does best: an upper bound of any choice among them.

    Args:
        rankings: One a level, over the same queries.
    """
    best = torch.stack([r.best for r in rankings]).argmin(dim=0)
    queries = torch.arange(len(best))

    def pick(name: str) -> torch.Tensor:
        return torch.stack([getattr(r, name) for r in rankings])[best, queries]

    first = rankings[0]
    return Ranks(pick("above"), pick("tied"), pick("relevant_tied"), first.num_candidates, first.ties)


def oracle_row(stored: StoredSimilarity) -> FusionRow:
    """The best level of each query: not reachable, it looks at the answer."""
    count = len(stored.levels)
    single = fused_ranks(stored, [tuple(float(i == j) for j in range(count)) for i in range(count)])
    return FusionRow(
        "best level of each query (looks at the answer)",
        {},
        summarize(oracle([f.text_to_video for f in single])),
        summarize(oracle([f.video_to_text for f in single])),
        "the answers",
    )


def fused_difference(stored: StoredSimilarity) -> float | None:
    """Largest difference between the stored fused matrix and the mean of the levels present; None without
    one.

    Above rounding, the system fuses in another way, and rows of this analysis are not its own ranking.
    """
    if FUSED not in stored.matrices:
        return None
    present = [stored.present(level) for level in stored.levels]
    worst = 0.0
    step = max(1, (1 << 20) // len(stored.videos))
    for start in range(0, len(stored.texts), step):
        rows = slice(start, start + step)
        total = count = torch.zeros(1)
        for level, (texts, videos) in zip(stored.levels, present, strict=True):
            both = torch.from_numpy(texts[rows, None] & videos[None, :]).float()
            total = total + both * torch.from_numpy(stored.scores(level, start, start + step))
            count = count + both
        stored_block = torch.from_numpy(stored.scores(FUSED, start, start + step))
        worst = max(worst, (total / count.clamp(min=1) - stored_block).abs().max().item())
    return worst


def _row(name: str, levels: Sequence[str], found: FusedRanks, chosen_on: str | None = None) -> FusionRow:
    return FusionRow(
        name,
        dict(zip(levels, found.weights, strict=True)),
        summarize(found.text_to_video),
        summarize(found.video_to_text),
        chosen_on,
    )
