"""hgr/nn/segment_levels.py: what systems of videos and clips share."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from hgr.embeddings import single
from hgr.losses.spread import spread
from hgr.nn.frames import FrameBatch
from hgr.nn.segment_levels import (
    SegmentedInputs,
    check_levels,
    cluster_terms,
    element_features,
    levels_of,
)
from hgr.nn.segments import same_segments
from hgr.nn.word_batch import WordBatch, word_batch
from tests.hgr import sample_items


def test_levels_and_their_units() -> None:
    assert [(name, one.unit) for name, one in levels_of(["video", "clip"]).items()] == [
        ("video", "video"),
        ("clip", "segment"),
    ]
    assert check_levels(("video", "context")) == ("video", "context")
    for levels in ((), ("clip",), ("video", "video")):
        with pytest.raises(ValueError, match="'video' among them"):
            check_levels(levels)  # type: ignore[arg-type]


def test_inputs_are_words_where_the_data_have_no_text_features() -> None:
    inputs = SegmentedInputs(sample_items.spec(), max_frames=3, extra_frames=0)
    text, video = inputs.text(sample_items.texts(2)), inputs.video(sample_items.videos(2))
    assert isinstance(text.whole, WordBatch) and isinstance(video.whole, FrameBatch)
    assert text.counts == video.counts == (sample_items.SEGMENTS,) * 2
    assert video.whole.frames.shape[1] <= 3


def test_words_need_an_embedding() -> None:
    words = word_batch([("a", "man")], {"a": 3, "man": 4})
    assert element_features(words, nn.Embedding(9, 5)).shape == (1, 2, 5)
    with pytest.raises(ValueError, match="built for text features"):
        element_features(words, None)


def test_cluster_terms_are_half_of_both_sides() -> None:
    text = SegmentedInputs(sample_items.spec(), max_frames=3, extra_frames=0).text(sample_items.texts(2))
    rows = 2 * sample_items.SEGMENTS
    sides = tuple(
        {"video": single(torch.randn(2, 4)), "clip": single(torch.randn(rows, 4))} for _ in range(2)
    )
    same = torch.eye(2, dtype=torch.bool)
    found = cluster_terms(["video", "clip"], text, sides, same, margin=0.2, reduction="sum")  # type: ignore[arg-type]
    assert list(found) == ["cluster_video", "cluster_clip"]
    pairs = same_segments(same, text)
    expected = sum(spread(side["clip"], pairs, margin=0.2, reduction="sum") for side in sides) / 2
    torch.testing.assert_close(found["cluster_clip"], expected)
