"""Which pairs are relevant, and their ranks while blocks of scores go by: one tracker a matrix and query convention."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from hgr.analysis.stored_ranks import Convention, RankingKey, StoredRanking
from hgr.data.items import TextItem, VideoItem
from hgr.errors import DataError
from hgr.metrics.ranking import Ties
from hgr.metrics.streaming import GroupCounter, PairScores, RankCounter
from hgr.metrics.streaming_precision import PrecisionCounter
from hgr.metrics.summary import reciprocal
from hgr.models.base import FUSED, RetrievalModel

PRECISION_SCORES = 1 << 25
"""Scores of a matrix up to which its average precision is counted; of larger ones that of `fused` and every caption."""


@dataclass
class Tracker:
    """Ranks of one matrix under one query convention, in both directions.

    Where every query belongs to one video, also with the captions of a video grouped.

    Attributes:
        rows: Which rows of the matrix are queries, ascending; None for all.
        texts, videos: The relevant pairs, as positions among the queries and the columns.
    """

    matrix: str
    unit: str
    convention: Convention
    rows: Tensor | None
    texts: Tensor
    videos: Tensor
    query_ids: Sequence[str]
    query_clusters: Sequence[str]
    video_ids: Sequence[str]
    video_clusters: Sequence[str]
    pairs: PairScores = field(init=False)
    counters: tuple[RankCounter, RankCounter] = field(init=False)
    answered: Tensor = field(init=False)
    grouped: GroupCounter | None = field(init=False, default=None)
    precision: tuple[PrecisionCounter, PrecisionCounter] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.pairs = PairScores(self.texts, self.videos)

    def queries(self, block: Tensor, start: int) -> tuple[Tensor, int]:
        """The rows of a block that are queries, and the number of the first query."""
        if self.rows is None:
            return block, start
        first, last = torch.searchsorted(self.rows, torch.tensor([start, start + len(block)])).tolist()
        if last - first == len(block):
            return block, first
        return block[(self.rows[first:last] - start).to(block.device)], first

    def collect(self, block: Tensor, text_start: int, video_start: int) -> None:
        """First pass: take the scores of the relevant pairs out of a block."""
        self.pairs.add(*self.queries(block, text_start), video_start)

    def start_counting(self) -> None:
        """Between the passes: every relevant pair has its score."""
        sizes = {"num_queries": len(self.query_ids), "num_candidates": len(self.video_ids)}
        turned = {"num_queries": len(self.video_ids), "num_candidates": len(self.query_ids)}
        scores, answered = self.pairs.scores, torch.unique(self.videos)
        # Videos that no text describes are candidates, not queries.
        place = torch.full((len(self.video_ids),), -1).index_copy(0, answered, torch.arange(len(answered)))
        self.answered = answered
        turned["num_queries"] = len(answered)
        self.counters = (
            RankCounter(self.texts, self.videos, scores, **sizes),
            RankCounter(place[self.videos], self.texts, scores, **turned),
        )
        if self.counts_precision:
            self.precision = (
                PrecisionCounter(self.texts, self.videos, scores, **sizes),
                PrecisionCounter(place[self.videos], self.texts, scores, **turned),
            )
        if self.has_groups and not self.one_a_group:
            groups = place[self.videos[torch.argsort(self.texts)]]
            self.grouped = GroupCounter(groups, self.counters[1].best)

    @property
    def has_groups(self) -> bool:
        """Whether every text belongs to one video; a string that describes several does not."""
        return self.convention == "every_caption"

    @property
    def counts_precision(self) -> bool:
        """Whether average precision is counted: it takes a sort of every row of every block."""
        small = len(self.query_ids) * len(self.video_ids) <= PRECISION_SCORES
        return small or (self.matrix == FUSED and self.convention == "every_caption")

    @property
    def one_a_group(self) -> bool:
        """Whether every video has one text: then grouping them changes nothing."""
        return len(self.answered) == len(self.query_ids)

    def count(self, block: Tensor, text_start: int, video_start: int) -> None:
        """Second pass: count the candidates above and beside the relevant ones."""
        block, text_start = self.queries(block, text_start)
        if not len(block):
            return
        self.counters[0].add(block, text_start, video_start)
        if self.precision is not None:
            self.precision[0].add(block, text_start, video_start)
        first, last = torch.searchsorted(
            self.answered, torch.tensor([video_start, video_start + block.shape[1]])
        ).tolist()
        if last > first:
            columns = (self.answered[first:last] - video_start).to(block.device)
            turned = block.T if last - first == block.shape[1] else block.T[columns]
            self.counters[1].add(turned, first, text_start)
            if self.grouped is not None:
                self.grouped.add(turned, first, text_start)
            if self.precision is not None:
                self.precision[1].add(turned, first, text_start)

    def rankings(self, ties: Ties) -> tuple[StoredRanking, ...]:
        """Both directions, and with captions grouped where they have groups, after every block was counted."""
        answered = self.answered.tolist()
        text_ranks, video_ranks = (counter.ranks(ties) for counter in self.counters)
        ids, owners = (tuple(side[i] for i in answered) for side in (self.video_ids, self.video_clusters))
        queries, clusters = tuple(self.query_ids), tuple(self.query_clusters)
        found = (
            StoredRanking(self.matrix, "text_to_video", self.convention, text_ranks, queries, clusters),
            StoredRanking(self.matrix, "video_to_text", self.convention, video_ranks, ids, owners),
        )
        if not self.has_groups:
            return found
        grouped = video_ranks if self.grouped is None else self.grouped.ranks(ties)
        return (
            *found,
            StoredRanking(self.matrix, "video_to_text_grouped", self.convention, grouped, ids, owners),
        )


def mean_precisions(
    trackers: Sequence[Tracker], rankings: Sequence[StoredRanking]
) -> dict[RankingKey, float]:
    """Mean average precision of every ranking for which it was counted; that of groups has one right one each.

    Args:
        trackers: After every block was counted.
        rankings: What `all_rankings` made of them.
    """
    counters = {
        (tracker.matrix, direction, tracker.convention): counter
        for tracker in trackers
        if tracker.precision is not None
        for direction, counter in zip(("text_to_video", "video_to_text"), tracker.precision, strict=True)
    }
    found = {}
    for ranking in rankings:
        if ranking.direction == "video_to_text_grouped":
            found[ranking.key] = reciprocal(ranking.ranks.under("average")).mean().item()
        elif ranking.key in counters:
            found[ranking.key] = counters[ranking.key].average_precision(ranking.ranks).mean().item()
    return found


def all_rankings(trackers: Sequence[Tracker], ties: Ties) -> tuple[StoredRanking, ...]:
    """Every ranking of every tracker.

    Equal strings of one video change nothing for its group, those of several videos are right for each of them:
    grouped ranks are the same for every caption and for unique strings, and stand under both.
    """
    found = [ranking for tracker in trackers for ranking in tracker.rankings(ties)]
    by_strings = {tracker.matrix for tracker in trackers if tracker.convention == "unique_strings"}
    return (
        *found,
        *(
            replace(ranking, convention="unique_strings")
            for ranking in found
            if ranking.direction == "video_to_text_grouped" and ranking.matrix in by_strings
        ),
    )


def make_trackers(
    model: RetrievalModel, texts: Sequence[TextItem], videos: Sequence[VideoItem], position: dict[str, int]
) -> list[Tracker]:
    """Trackers of every matrix: every caption and unique strings as queries, sentences on segment levels.

    Args:
        model: The system, for its levels and matrices.
        texts: The queries.
        videos: The candidates.
        position: Video id -> its column.

    Raises:
        DataError: A caption with more sentences than its video has clips.
    """
    names = [name for name, level in model.levels.items() if level.unit == "video"] + list(model.matrices)
    owners = [text.caption.video for text in texts]
    every = torch.tensor([position[video] for video in owners])
    video_ids = [video.id for video in videos]
    unique: dict[str, int] = {}
    for i, text in enumerate(texts):
        unique.setdefault(text.caption.text, i)
    rows = torch.tensor(sorted(unique.values()))
    query = {texts[int(row)].caption.text: k for k, row in enumerate(rows)}
    shared = torch.tensor(
        list(dict.fromkeys((query[text.caption.text], position[text.caption.video]) for text in texts))
    )
    ids = [text.caption.id for text in texts]
    trackers = []
    for name in names:
        trackers.append(
            Tracker(
                name,
                "video",
                "every_caption",
                None,
                torch.arange(len(texts)),
                every,
                ids,
                owners,
                video_ids,
                video_ids,
            )
        )
        trackers.append(
            Tracker(
                name, "video", "unique_strings", rows, shared[:, 0], shared[:, 1],
                [ids[row] for row in rows.tolist()], [owners[row] for row in rows.tolist()], video_ids, video_ids,
            )
        )  # fmt: skip
    segment_levels = [name for name, level in model.levels.items() if level.unit == "segment"]
    if segment_levels:
        sentences, clips, pairs = _segment_pairs(texts, videos, position)
        for name in segment_levels:
            trackers.append(
                Tracker(
                    name, "segment", "every_caption", None, pairs[:, 0], pairs[:, 1],
                    [f"{owner}#{k}" for owner, k in sentences], [texts[i].caption.video for i in _repeat(texts)],
                    [f"{owner}#{k}" for owner, k in clips], [owner for owner, _ in clips],
                )
            )  # fmt: skip
    return trackers


def _repeat(texts: Sequence[TextItem]) -> Iterator[int]:
    for i, text in enumerate(texts):
        yield from (i for _ in text.caption.segments)


def _segment_pairs(
    texts: Sequence[TextItem], videos: Sequence[VideoItem], position: dict[str, int]
) -> tuple[list[tuple[str, int]], list[tuple[str, int]], Tensor]:
    clips = [(video.id, k) for video in videos for k in range(len(video.segments))]
    place = {clip: i for i, clip in enumerate(clips)}
    sentences: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for text in texts:
        for k in range(len(text.caption.segments)):
            clip = place.get((text.caption.video, k))
            if clip is None:
                raise DataError(
                    f"caption {text.caption.id!r} has {len(text.caption.segments)} sentences, "
                    f"its video {text.caption.video!r} only {len(videos[position[text.caption.video]].segments)} clips"
                )
            pairs.append((len(sentences), clip))
            sentences.append((text.caption.id, k))
    return sentences, clips, torch.tensor(pairs).view(-1, 2)
