"""Texts of several sentences and videos of several clips, as batches and as padded groups."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from hgr.data.items import Segment, TextItem, VideoItem
from hgr.errors import DataError
from hgr.models.base import Batch
from hgr.nn.frames import FrameBatch, frame_batch
from hgr.nn.word_batch import WordBatch, word_batch

Sequences = FrameBatch | WordBatch


@dataclass(frozen=True)
class SegmentedBatch(Batch):
    """Items and their segments: a video and its clips, or a paragraph and its sentences.

    An item without segments is its own only segment, but has none of the rows of a segment level.

    Attributes:
        whole: The items, (B, L, ...).
        parts: All segments of all items, in item order, (S, L, ...).
        counts: Segments of each item, at least 1.
        rows: (rows,) long, which of the parts are real segments.
    """

    whole: Sequences
    parts: Sequences
    counts: tuple[int, ...]
    rows: Tensor

    def __len__(self) -> int:
        return len(self.counts)


def segmented_videos(
    items: Sequence[VideoItem],
    streams: Mapping[str, int],
    *,
    max_frames: int | None = 80,
    extra_frames: int = 0,
    least_frames: int = 1,
) -> SegmentedBatch:
    """Videos and their clips.

    Args:
        items: The videos.
        streams: Stream name -> width.
        max_frames: Frames kept of a video and of a clip; see `even_choice`.
        extra_frames, least_frames: See `segment_range`.

    Raises:
        DataError: A video without frames.
    """
    whole = [VideoItem(i.id, {n: _thin(a, max_frames) for n, a in i.streams.items()}) for i in items]
    parts = []
    for item, video in zip(items, whole, strict=True):
        seconds = item.duration or max((segment.end for segment in item.segments), default=0.0)
        for number, segment in enumerate(item.segments):
            arrays = {}
            for name, array in item.streams.items():
                start, stop = segment_range(len(array), seconds, segment, extra_frames, least_frames)
                arrays[name] = _thin(array[start:stop], max_frames)
            parts.append(VideoItem(f"{item.id}#{number}", arrays))
        if not item.segments:
            parts.append(video)
    counts, rows = _layout([len(item.segments) for item in items])
    return SegmentedBatch(frame_batch(whole, streams), frame_batch(parts, streams), counts, rows)


def segmented_words(items: Sequence[TextItem], ids: Mapping[str, int]) -> SegmentedBatch:
    """Captions and their sentences as words.

    Raises:
        DataError: A caption or sentence without words.
    """
    whole = [item.graph.words for item in items]
    parts = []
    for item in items:
        parts += [graph.words for graph in item.segment_graphs] or [item.graph.words]
    counts, rows = _layout([len(item.segment_graphs) for item in items])
    return SegmentedBatch(word_batch(whole, ids), word_batch(parts, ids), counts, rows)


def segmented_features(items: Sequence[TextItem], streams: Mapping[str, int]) -> SegmentedBatch:
    """Captions and their sentences as precomputed features of their words.

    Raises:
        DataError: A caption lacks the features, or has them for another number of sentences.
    """
    whole, parts = [], []
    for item in items:
        caption = item.caption
        if len(item.segment_streams) != len(caption.segments):
            raise DataError(
                f"caption {caption.id!r}: text features of {len(item.segment_streams)} sentences, "
                f"expected {len(caption.segments)}"
            )
        whole.append(VideoItem(caption.id, item.streams))
        parts += [VideoItem(f"{caption.id}#{k}", s) for k, s in enumerate(item.segment_streams)] or [
            whole[-1]
        ]
    counts, rows = _layout([len(item.segment_streams) for item in items])
    return SegmentedBatch(frame_batch(whole, streams), frame_batch(parts, streams), counts, rows)


def _layout(segments: Sequence[int]) -> tuple[tuple[int, ...], Tensor]:
    counts = tuple(max(count, 1) for count in segments)
    real = [count > 0 for count in segments for _ in range(max(count, 1))]
    return counts, torch.tensor(real, dtype=torch.bool).nonzero().squeeze(1)


def segment_range(
    num_frames: int, seconds: float, segment: Segment, extra: int = 0, least: int = 1
) -> tuple[int, int]:
    """The frames of a segment: floor(F t0 / T) to ceil(F t1 / T) + extra, exclusive, widened to `least`.

    Args:
        num_frames: Frames F of the whole video.
        seconds: Its duration T.
        segment: Start t0 and end t1 in seconds.
        extra: Frames added at the end.
        least: Widen a shorter segment by turns to the left and to the right, as far as the video goes.

    Returns:
        First frame, and the one after the last; never empty.
    """
    rate = num_frames / seconds
    start = min(max(math.floor(rate * segment.start), 0), num_frames - 1)
    stop = min(max(math.ceil(rate * segment.end) + extra, start + 1), num_frames)
    left = True
    while stop - start < min(least, num_frames):
        if (left and start > 0) or stop == num_frames:
            start -= 1
        else:
            stop += 1
        left = not left
    return start, stop


def even_choice(num_frames: int, most: int) -> np.ndarray:
    """The centers of `most` equal intervals, floor((i + 0.5) F / most); all frames where there are no more."""
    if num_frames <= most:
        return np.arange(num_frames)
    return ((np.arange(most) + 0.5) * num_frames / most).astype(np.int64)


def _thin(array: np.ndarray, most: int | None) -> np.ndarray:
    return array if most is None or len(array) <= most else array[even_choice(len(array), most)]


def group(values: Tensor, counts: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Segments, flat in item order, as one padded row an item.

    Args:
        values: (S, ...).
        counts: Segments of each item, S in sum.

    Returns:
        Values (B, K, ...) with K the largest count and 0 on padding, mask (B, K).
    """
    lengths = torch.tensor(counts, device=values.device)
    mask = torch.arange(max(counts), device=values.device) < lengths.unsqueeze(1)
    grid = values.new_zeros(*mask.shape, *values.shape[1:])
    grid[mask] = values
    return grid, mask


def same_segments(same: Tensor, batch: SegmentedBatch) -> Tensor:
    """Which real segments of a batch are the same: equal places in items that are the same.

    Args:
        same: (B, B) bool, which items are the same; each is the same as itself.
        batch: Their segments.

    Returns:
        (rows, rows) bool.
    """
    counts = torch.tensor(batch.counts, device=same.device)
    owner = torch.repeat_interleave(torch.arange(len(counts), device=same.device), counts)
    place = torch.arange(len(owner), device=same.device) - (counts.cumsum(0) - counts)[owner]
    owner, place = owner[batch.rows], place[batch.rows]
    return same[owner][:, owner] & (place.unsqueeze(1) == place)
