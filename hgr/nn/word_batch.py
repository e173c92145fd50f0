"""Plain word sequences as one padded batch, for systems that need no role graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from hgr.data.vocabulary import UNKNOWN
from hgr.errors import DataError
from hgr.models.base import Batch


@dataclass(frozen=True)
class WordBatch(Batch):
    """Word ids of a batch of texts.

    Attributes:
        word_ids: (B, W) long, padded.
        lengths: Words of each text, on the CPU whatever the device.
        mask: (B, W), True where real.
    """

    word_ids: Tensor
    lengths: tuple[int, ...]
    mask: Tensor

    def __len__(self) -> int:
        return len(self.lengths)


def word_batch(
    texts: Sequence[Sequence[str]], ids: Mapping[str, int], *, max_words: int | None = None
) -> WordBatch:
    """Words to ids, padded to the longest text.

    Args:
        texts: Words of each text.
        ids: Word -> id; other words get the id of "<unk>".
        max_words: Cut longer texts; None for not at all.

    Raises:
        DataError: A text without words.
    """
    rows = [[ids.get(word, UNKNOWN) for word in text[:max_words]] for text in texts]
    for number, row in enumerate(rows):
        if not row:
            raise DataError(f"text {number} of the batch has no words")
    lengths = tuple(len(row) for row in rows)
    word_ids = torch.full((len(rows), max(lengths, default=0)), UNKNOWN, dtype=torch.long)
    for target, row in zip(word_ids, rows, strict=True):
        target[: len(row)] = torch.tensor(row)
    mask = torch.arange(word_ids.shape[1]) < torch.tensor(lengths, dtype=torch.long).unsqueeze(1)
    return WordBatch(word_ids, lengths, mask)
