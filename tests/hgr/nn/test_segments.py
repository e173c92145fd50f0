"""Segments: which frames belong to a clip, batches, groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from hgr.data.items import Segment, VideoItem
from hgr.errors import DataError
from hgr.nn.segments import (
    even_choice,
    group,
    same_segments,
    segment_range,
    segmented_features,
    segmented_videos,
    segmented_words,
)
from tests.hgr import sample_items

TEXTS, VIDEOS = sample_items.texts(), sample_items.videos()
IDS = {word: i + 3 for i, word in enumerate(sample_items.WORDS)}


@pytest.mark.parametrize(
    ("segment", "extra", "least", "expected"),
    [
        ((2.0, 5.0), 0, 1, (2, 5)),
        ((2.1, 4.2), 0, 1, (2, 5)),
        ((2.1, 4.2), 1, 1, (2, 6)),
        ((8.0, 10.0), 2, 1, (8, 10)),
        ((4.0, 5.0), 0, 4, (2, 6)),
        ((0.0, 1.0), 0, 4, (0, 4)),
        ((9.0, 10.0), 0, 4, (6, 10)),
        ((3.0, 4.0), 0, 99, (0, 10)),
        ((12.0, 13.0), 0, 1, (9, 10)),
    ],
)
def test_range_of_a_segment(
    segment: tuple[float, float], extra: int, least: int, expected: tuple[int, int]
) -> None:
    assert segment_range(10, 10.0, Segment(*segment), extra, least) == expected


def test_even_choice_takes_centers() -> None:
    assert even_choice(10, 4).tolist() == [1, 3, 6, 8]
    assert even_choice(3, 4).tolist() == [0, 1, 2]


def test_videos_and_clips() -> None:
    frames = np.arange(12, dtype=np.float32).reshape(12, 1)
    video = VideoItem("v", {"a": frames}, (Segment(0, 3), Segment(3, 6)), 6.0)
    batch = segmented_videos([video, VideoItem("w", {"a": frames[:2]})], {"a": 1}, max_frames=4)
    assert batch.counts == (2, 1) and batch.rows.tolist() == [0, 1]
    assert batch.whole.frames[0, :, 0].tolist() == [1, 4, 7, 10]  # type: ignore[union-attr]
    assert batch.parts.frames[0, :, 0].tolist() == [0, 2, 3, 5]  # type: ignore[union-attr]
    assert batch.parts.frames[1, :, 0].tolist() == [6, 8, 9, 11]  # type: ignore[union-attr]
    assert batch.parts.mask.sum(1).tolist() == [4, 4, 2]


def test_without_a_duration_the_last_segment_ends_the_video() -> None:
    video = VideoItem(
        "v", {"a": np.arange(8, dtype=np.float32).reshape(8, 1)}, (Segment(0, 2), Segment(2, 4))
    )
    batch = segmented_videos([video], {"a": 1})
    assert batch.parts.frames[1, :, 0].tolist() == [4, 5, 6, 7]  # type: ignore[union-attr]


def test_sentences_as_words() -> None:
    lonely = replace(TEXTS[1], segment_graphs=())
    batch = segmented_words([TEXTS[0], lonely], IDS)
    assert batch.counts == (3, 1) and batch.rows.tolist() == [0, 1, 2]
    assert batch.parts.lengths == (
        *(len(graph.words) for graph in TEXTS[0].segment_graphs),
        len(lonely.graph.words),
    )  # type: ignore[union-attr]


def test_sentences_as_features() -> None:
    parts = tuple({"bert": np.full((k + 1, 4), k, dtype=np.float32)} for k in range(3))
    item = replace(TEXTS[0], streams={"bert": np.zeros((6, 4), np.float32)}, segment_streams=parts)
    batch = segmented_features([item], {"bert": 4})
    assert batch.whole.mask.sum(1).tolist() == [6] and batch.parts.mask.sum(1).tolist() == [1, 2, 3]
    with pytest.raises(DataError, match="of 2 sentences, expected 3"):
        segmented_features([replace(item, segment_streams=parts[:2])], {"bert": 4})


def test_groups() -> None:
    values, mask = group(torch.arange(1.0, 7.0).unsqueeze(1), (1, 3, 2))
    assert mask.tolist() == [[True, False, False], [True, True, True], [True, True, False]]
    assert values[..., 0].tolist() == [[1, 0, 0], [2, 3, 4], [5, 6, 0]]


def test_same_segments_have_equal_places_in_the_same_items() -> None:
    batch = segmented_words([TEXTS[0], replace(TEXTS[1], segment_graphs=()), TEXTS[2]], IDS)
    same = torch.tensor([[True, False, True], [False, True, False], [True, False, True]])
    eye = torch.eye(3, dtype=torch.bool)
    assert torch.equal(
        same_segments(same, batch), torch.cat([torch.cat([eye, eye]), torch.cat([eye, eye])], dim=1)
    )
    assert torch.equal(same_segments(eye, batch), torch.eye(6, dtype=torch.bool))
