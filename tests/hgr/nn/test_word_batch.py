"""Words to one padded batch."""

from __future__ import annotations

import pytest
import torch

from hgr.errors import DataError
from hgr.nn.word_batch import word_batch

IDS = {"a": 3, "dog": 4, "runs": 5}


def test_texts_are_padded_and_masked() -> None:
    batch = word_batch([("a", "dog", "runs"), ("dog",)], IDS)
    assert batch.word_ids.shape == (2, 3) and batch.word_ids[1, 0] == 4
    assert batch.lengths == (3, 1) and len(batch) == 2
    assert batch.mask.tolist() == [[True, True, True], [True, False, False]]


def test_unknown_words_and_cut() -> None:
    assert word_batch([("cat", "a", "dog")], IDS, max_words=2).word_ids.tolist() == [[2, 3]]


def test_a_text_without_words_is_an_error() -> None:
    with pytest.raises(DataError, match="text 1"):
        word_batch([("a",), ()], IDS)


def test_the_batch_moves_as_one() -> None:
    moved = word_batch([("a", "dog")], IDS).to(torch.device("meta"))
    assert moved.word_ids.device.type == "meta" and moved.lengths == (2,)
