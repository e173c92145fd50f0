"""Evaluation: encode everything once, stream similarity in blocks, count ranks while the blocks go by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from torch import Tensor

from hgr.analysis.stored import SimilarityWriter, TextRow
from hgr.data.items import TextItem, VideoItem
from hgr.errors import DataError
from hgr.evaluation_result import EvaluationResult
from hgr.models.base import Inputs, RetrievalModel
from hgr.rank_tracking import Tracker, all_rankings, make_trackers, mean_precisions
from hgr.retrieval.encoded import Encoded, encode
from hgr.score_blocks import Blocks
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
    trackers = make_trackers(model, texts, videos, position)
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
    rankings = all_rankings(trackers, settings.ties)
    return EvaluationResult(
        rankings=rankings,
        mean_precisions=mean_precisions(trackers, rankings),
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


def _writer(
    folder: Path | None, texts: Sequence[TextItem], videos: Sequence[VideoItem], model: RetrievalModel
) -> SimilarityWriter | None:
    if folder is None:
        return None
    names = [name for name, level in model.levels.items() if level.unit == "video"] + list(model.matrices)
    rows = [TextRow(text.caption.id, (text.caption.video,), text.caption.text) for text in texts]
    return SimilarityWriter(folder, rows, [video.id for video in videos], names)


def _stream(
    blocks: Blocks,
    trackers: list[Tracker],
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
    blocks: Blocks, trackers: list[Tracker], workers: Workers
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


def _blocks_with_pairs(trackers: list[Tracker], blocks: Blocks) -> list[tuple[int, int]]:
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
