"""Evaluation: encode everything once, stream similarity in blocks, count ranks while the blocks go by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from torch import Tensor

from hgr.analysis.stored import SimilarityWriter, TextRow
from hgr.analysis.stored_ranks import Convention, StoredRanking
from hgr.data.items import TextItem, VideoItem
from hgr.errors import DataError
from hgr.evaluation_result import EvaluationResult
from hgr.metrics.ranking import Ties
from hgr.metrics.streaming import PairScores, RankCounter
from hgr.models.base import Inputs, RetrievalModel
from hgr.retrieval.encoded import Encoded, encode
from hgr.settings import EvaluationSettings
from hgr.workers import Workers

CACHED_SCORES = 1 << 26
"""Scores of blocks with relevant pairs that are kept between the passes (256 MiB); others are computed again."""

Progress = Callable[[Iterable[Any], str, int], Iterable[Any]]


def evaluate(
    model: RetrievalModel,
    inputs: Inputs,
    texts: Sequence[TextItem],
    videos: Sequence[VideoItem],
    settings: EvaluationSettings | None = None,
    *,
    device: torch.device | str = "cpu",
    precision: str = "float32",
    similarity_folder: Path | None = None,
    encoded_folder: Path | None = None,
    progress: Progress | None = None,
) -> EvaluationResult:
    """Rank every video for every text and the reverse, on every level and fused.

    Args:
        model: The system, on `device`.
        inputs: Its input preparation.
        texts: The queries.
        videos: The candidates; every text's video must be among them.
        settings: Batch and block sizes, cutoffs, tie rule, query convention.
        device: Where the model is and the products run.
        precision: "bfloat16" encodes under autocast; similarities are float32 either way.
        similarity_folder: Keep the video-level matrices there, memory-mapped, with ids.
        encoded_folder: Keep the encoded vectors there, memory-mapped, in place of memory.
        progress: (iterable, description, length) -> iterable, for a progress bar.

    Raises:
        DataError: No texts or videos, a text whose video is not a candidate, a video id that occurs twice.
        DataError: NaN or infinite similarities.
    """
    settings = settings or EvaluationSettings()
    bar = progress or (lambda iterable, description, length: iterable)
    position = _positions(texts, videos)
    order = sorted(range(len(texts)), key=lambda i: position[texts[i].caption.video])
    texts = [texts[i] for i in order]
    training = model.training
    model.eval()
    encoded_texts, encoded_videos = encode_all(
        model, inputs, texts, videos, settings.batch_size, device, precision, bar, folder=encoded_folder
    )
    result = evaluate_encoded(
        model,
        encoded_texts,
        encoded_videos,
        texts,
        videos,
        settings,
        device=device,
        similarity_folder=similarity_folder,
        progress=progress,
    )
    model.train(training)
    return result


def evaluate_encoded(
    model: RetrievalModel,
    encoded_texts: Encoded,
    encoded_videos: Encoded,
    texts: Sequence[TextItem],
    videos: Sequence[VideoItem],
    settings: EvaluationSettings | None = None,
    *,
    device: torch.device | str = "cpu",
    similarity_folder: Path | None = None,
    progress: Progress | None = None,
) -> EvaluationResult:
    """The same for texts and videos that are encoded already, in memory or memory-mapped.

    Least work where the texts come in the order of their videos; any order gives the same ranks.

    Args:
        model: The system that encoded them; only its `prepare_videos`, `score` and `fuse` run.
        encoded_texts: The queries.
        encoded_videos: The candidates.
        texts: What was encoded, for ids and relevance; graphs are not read.
        videos: What was encoded, for ids.
        settings: As for `evaluate`.
        device: As for `evaluate`.
        similarity_folder: As for `evaluate`.
        progress: As for `evaluate`.

    Raises:
        DataError: As for `evaluate`, and where items and encoded items differ in number.
        DataError: NaN or infinite similarities.
    """
    settings = settings or EvaluationSettings()
    bar = progress or (lambda iterable, description, length: iterable)
    position = _positions(texts, videos)
    for side, items, encoded in (("texts", texts, encoded_texts), ("videos", videos, encoded_videos)):
        if len(items) != len(encoded):
            raise DataError(f"{side}: expected {len(items)} encoded, found {len(encoded)}")
    trackers = _trackers(model, texts, videos, position)
    writer = _writer(similarity_folder, texts, videos, model)
    blocks = Blocks.of(model, encoded_texts, encoded_videos, settings, device)
    # bfloat16 products are switched on for the whole process around each product: one at a time.
    alone = torch.device(device).type != "cpu" or settings.products != "float32"
    with Workers(1 if alone else torch.get_num_threads()) as workers:
        _stream(blocks, trackers, writer, workers, bar)
    absent = {
        name: (
            (~encoded_texts.levels[name].present).nonzero().flatten().tolist(),
            (~encoded_videos.levels[name].present).nonzero().flatten().tolist(),
        )
        for name in model.levels
    }
    if writer is not None:
        for name, (missing_texts, missing_videos) in absent.items():
            if model.levels[name].unit == "video":
                writer.mark_absent(name, missing_texts, missing_videos)
        writer.close()
    return EvaluationResult(
        rankings=tuple(ranking for tracker in trackers for ranking in tracker.rankings(settings.ties)),
        cutoffs=settings.cutoffs,
        headline=settings.queries,
        num_texts=len(texts),
        num_videos=len(videos),
        absent={name: (len(t), len(v)) for name, (t, v) in absent.items()},
    )


def encode_all(
    model: RetrievalModel,
    inputs: Inputs,
    texts: Sequence[TextItem],
    videos: Sequence[VideoItem],
    batch_size: int,
    device: torch.device | str = "cpu",
    precision: str = "float32",
    progress: Progress | None = None,
    *,
    folder: Path | None = None,
) -> tuple[Encoded, Encoded]:
    """Every text and every video through its encoder, once; in files of `folder` where one is given."""
    bar = progress or (lambda iterable, description, length: iterable)
    autocast = (
        torch.autocast(torch.device(device).type, torch.bfloat16)
        if precision == "bfloat16"
        else nullcontext()
    )
    with autocast:
        encoded_texts = encode(
            model.encode_text,
            (
                inputs.text(chunk)
                for chunk in bar(_chunks(texts, batch_size), "texts", -(-len(texts) // batch_size))
            ),
            model.levels,
            [len(text.caption.segments) for text in texts],
            device,
            folder=None if folder is None else folder / "texts",
        )
        encoded_videos = encode(
            model.encode_video,
            (
                inputs.video(chunk)
                for chunk in bar(_chunks(videos, batch_size), "videos", -(-len(videos) // batch_size))
            ),
            model.levels,
            [len(video.segments) for video in videos],
            device,
            folder=None if folder is None else folder / "videos",
        )
    return encoded_texts, encoded_videos


def _chunks(items: Sequence[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(items), size):
        yield [items[i] for i in range(start, min(start + size, len(items)))]


def _positions(texts: Sequence[TextItem], videos: Sequence[VideoItem]) -> dict[str, int]:
    if not len(texts) or not len(videos):
        raise DataError(f"nothing to evaluate: {len(texts)} texts, {len(videos)} videos")
    position: dict[str, int] = {}
    for i in range(len(videos)):
        if videos[i].id in position:
            raise DataError(f"video {videos[i].id!r} occurs twice among the candidates")
        position[videos[i].id] = i
    strangers = [text.caption.id for text in texts if text.caption.video not in position]
    if strangers:
        raise DataError(
            f"{len(strangers)} captions describe a video that is no candidate, the first: {strangers[:20]}"
        )
    return position


@dataclass
class _Tracker:
    """Ranks of one matrix under one query convention, in both directions.

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

    def __post_init__(self) -> None:
        self.pairs = PairScores(self.texts, self.videos)

    def queries(self, block: Tensor, start: int) -> tuple[Tensor, int]:
        if self.rows is None:
            return block, start
        first, last = torch.searchsorted(self.rows, torch.tensor([start, start + len(block)])).tolist()
        if last - first == len(block):
            return block, first
        return block[(self.rows[first:last] - start).to(block.device)], first

    def collect(self, block: Tensor, text_start: int, video_start: int) -> None:
        self.pairs.add(*self.queries(block, text_start), video_start)

    def start_counting(self) -> None:
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

    def count(self, block: Tensor, text_start: int, video_start: int) -> None:
        block, text_start = self.queries(block, text_start)
        if not len(block):
            return
        self.counters[0].add(block, text_start, video_start)
        first, last = torch.searchsorted(
            self.answered, torch.tensor([video_start, video_start + block.shape[1]])
        ).tolist()
        if last > first:
            columns = (self.answered[first:last] - video_start).to(block.device)
            turned = block.T if last - first == block.shape[1] else block.T[columns]
            self.counters[1].add(turned, first, text_start)

    def rankings(self, ties: Ties) -> tuple[StoredRanking, StoredRanking]:
        answered = self.answered.tolist()
        text_ranks, video_ranks = (counter.ranks(ties) for counter in self.counters)
        ids, owners = (tuple(side[i] for i in answered) for side in (self.video_ids, self.video_clusters))
        queries, clusters = tuple(self.query_ids), tuple(self.query_clusters)
        return (
            StoredRanking(self.matrix, "text_to_video", self.convention, text_ranks, queries, clusters),
            StoredRanking(self.matrix, "video_to_text", self.convention, video_ranks, ids, owners),
        )


def _trackers(
    model: RetrievalModel, texts: Sequence[TextItem], videos: Sequence[VideoItem], position: dict[str, int]
) -> list[_Tracker]:
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
            _Tracker(
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
            _Tracker(
                name, "video", "unique_strings", rows, shared[:, 0], shared[:, 1],
                [ids[row] for row in rows.tolist()], [owners[row] for row in rows.tolist()], video_ids, video_ids,
            )
        )  # fmt: skip
    segment_levels = [name for name, level in model.levels.items() if level.unit == "segment"]
    if segment_levels:
        sentences, clips, pairs = _segment_pairs(texts, videos, position)
        for name in segment_levels:
            trackers.append(
                _Tracker(
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


def _writer(
    folder: Path | None, texts: Sequence[TextItem], videos: Sequence[VideoItem], model: RetrievalModel
) -> SimilarityWriter | None:
    if folder is None:
        return None
    names = [name for name, level in model.levels.items() if level.unit == "video"] + list(model.matrices)
    rows = [TextRow(text.caption.id, (text.caption.video,), text.caption.text) for text in texts]
    return SimilarityWriter(folder, rows, [video.id for video in videos], names)


@dataclass
class Blocks:
    """Scores of any block of texts and videos; a block is the same in both passes, to the last bit."""

    model: RetrievalModel
    texts: Encoded
    videos: Encoded
    text_edges: list[tuple[int, int]]
    video_edges: list[tuple[int, int]]
    settings: EvaluationSettings
    device: torch.device | str

    @classmethod
    def of(
        cls,
        model: RetrievalModel,
        texts: Encoded,
        videos: Encoded,
        settings: EvaluationSettings,
        device: torch.device | str = "cpu",
    ) -> Blocks:
        """All pairs in blocks of the sizes that the settings say."""
        edges = _edges(len(texts), settings.text_block), _edges(len(videos), settings.video_block)
        return cls(model, texts, videos, *edges, settings, device)

    def prepared(self, j: int) -> tuple[Any, dict[str, Tensor]]:
        """Block j of videos, and on which levels each has an element."""
        packed = self.videos.packed(*self.video_edges[j], self.device)
        with torch.inference_mode():
            made = self.model.prepare_videos(packed, products=self.settings.products)
        return made, {name: level.present for name, level in packed.items()}

    def scores(self, i: int, prepared: tuple[Any, dict[str, Tensor]]) -> dict[str, Tensor]:
        """Every matrix of block i of texts and a prepared block of videos."""
        videos, video_present = prepared
        text = self.texts.packed(*self.text_edges[i], self.device)
        with torch.inference_mode():
            found = self.model.score(text, videos)
            present = {name: (level.present, video_present[name]) for name, level in text.items()}
            return found | self.model.fuse(found, present)

    def start(self, unit: str, i: int, j: int) -> tuple[int, int]:
        """Where a block begins in a matrix of this unit."""
        row, column = self.text_edges[i][0], self.video_edges[j][0]
        return int(self.texts.rows[unit][row]), int(self.videos.rows[unit][column])


def _stream(
    blocks: Blocks,
    trackers: list[_Tracker],
    writer: SimilarityWriter | None,
    workers: Workers,
    bar: Progress,
) -> None:
    cached = _collect(blocks, trackers, workers)
    for tracker in trackers:
        tracker.start_counting()
    names = {tracker.matrix for tracker in trackers if tracker.unit == "video"}
    lock = Lock()
    for j in bar(range(len(blocks.video_edges)), "similarity", len(blocks.video_edges)):
        prepared = blocks.prepared(j)

        def count(i: int, j: int = j, prepared: Any = prepared) -> None:
            found = cached.pop((i, j), None)
            block = blocks.scores(i, prepared) if found is None else found
            with lock:
                for tracker in trackers:
                    tracker.count(block[tracker.matrix], *blocks.start(tracker.unit, i, j))
                if writer is not None:
                    row, column = blocks.start("video", i, j)
                    for name in names:
                        writer.add(name, block[name].float().cpu().numpy(), row, column)

        workers.run(count, range(len(blocks.text_edges)))


def _collect(
    blocks: Blocks, trackers: list[_Tracker], workers: Workers
) -> dict[tuple[int, int], dict[str, Tensor]]:
    """First pass: the scores of the relevant pairs; gives the blocks for which there is room."""
    cached: dict[tuple[int, int], dict[str, Tensor]] = {}
    room = CACHED_SCORES
    lock = Lock()
    by_video: dict[int, list[int]] = {}
    for i, j in _blocks_with_pairs(trackers, blocks):
        by_video.setdefault(j, []).append(i)
    for j, rows in sorted(by_video.items()):
        prepared = blocks.prepared(j)

        def collect(i: int, j: int = j, prepared: Any = prepared) -> None:
            nonlocal room
            block = blocks.scores(i, prepared)
            with lock:
                for tracker in trackers:
                    tracker.collect(block[tracker.matrix], *blocks.start(tracker.unit, i, j))
                room -= sum(matrix.numel() for matrix in block.values())
                if room > 0:
                    cached[i, j] = block

        workers.run(collect, rows)
    return cached


def _edges(count: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(start + size, count)) for start in range(0, count, size)]


def _blocks_with_pairs(trackers: list[_Tracker], blocks: Blocks) -> list[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for tracker in trackers:
        rows = tracker.texts if tracker.rows is None else tracker.rows[tracker.texts]
        text_starts = torch.tensor(
            [int(blocks.texts.rows[tracker.unit][start]) for start, _ in blocks.text_edges]
        )
        video_starts = torch.tensor(
            [int(blocks.videos.rows[tracker.unit][start]) for start, _ in blocks.video_edges]
        )
        i = torch.searchsorted(text_starts, rows.contiguous(), right=True) - 1
        j = torch.searchsorted(video_starts, tracker.videos.contiguous(), right=True) - 1
        found.update(zip(i.tolist(), j.tolist(), strict=True))
    return sorted(found)
