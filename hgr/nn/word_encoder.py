"""Words to contextual word vectors."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from hgr.errors import DataError
from hgr.nn.packed_gru import packed_gru


class WordEncoder(nn.Module):
    """Word embedding and a bidirectional recurrent network whose directions are averaged.

    Weights: embeddings uniform within 1 / sqrt(width), recurrent matrices orthogonal, biases 0 (an LSTM's forget
    gate 1), as in HGR's released code.

    Args:
        num_words: Size of the vocabulary.
        word_width: Size of a word embedding.
        width: Size D of the output.
        cell: "gru" or "lstm".
        bidirectional: Read in both directions and average, or only forward.
        layers: Number of recurrent layers.
        dropout: Dropout on word embeddings, and between layers.
    """

    def __init__(
        self,
        num_words: int,
        word_width: int,
        width: int,
        cell: Literal["gru", "lstm"] = "gru",
        bidirectional: bool = True,
        layers: int = 1,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_words, word_width)
        bound = 1 / math.sqrt(word_width)
        nn.init.uniform_(self.embedding.weight, -bound, bound)
        self.dropout = nn.Dropout(dropout)
        kind = {"gru": nn.GRU, "lstm": nn.LSTM}[cell]
        self.recurrent = kind(
            word_width,
            width,
            layers,
            batch_first=True,
            bidirectional=bidirectional,
            dropout=dropout if layers > 1 else 0.0,
        )
        for name, parameter in self.recurrent.named_parameters():
            if name.startswith("weight"):
                nn.init.orthogonal_(parameter)
            else:
                nn.init.zeros_(parameter)
                if cell == "lstm" and name.startswith("bias_ih"):
                    parameter.data[width : 2 * width] = 1.0

    def forward(self, word_ids: Tensor, lengths: Tensor) -> Tensor:
        """Encode captions.

        Args:
            word_ids: (B, W) long, padded with any id.
            lengths: (B,) long on the CPU, each at least 1.

        Returns:
            (B, W, D), 0 on padding.
        """
        embedded = self.dropout(self.embedding(word_ids))
        packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self._run(packed), batch_first=True, total_length=word_ids.shape[1])[0]

    def _run(self, packed: PackedSequence) -> PackedSequence:
        """States of real words, directions averaged."""
        both = self.recurrent.bidirectional
        if self._trains_on_cpu(packed.data):
            data = packed_gru(packed, self.recurrent, reverse=False)  # type: ignore[arg-type]
            if both:
                data = (data + packed_gru(packed, self.recurrent, reverse=True)) / 2  # type: ignore[arg-type]
        else:
            data = self.recurrent(packed)[0].data
            if both:
                forward, backward = data.chunk(2, dim=-1)
                data = (forward + backward) / 2
        return PackedSequence(data, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)

    def _trains_on_cpu(self, data: Tensor) -> bool:
        one_gru = isinstance(self.recurrent, nn.GRU) and self.recurrent.num_layers == 1
        plain = data.device.type == "cpu" and not torch.is_autocast_enabled("cpu")
        return one_gru and plain and torch.is_grad_enabled()


def set_word_vectors(embedding: nn.Embedding, vectors: Tensor) -> int:
    """Overwrite embedding rows by pretrained vectors.

    Args:
        embedding: num_words x width.
        vectors: (num_words, width); a row with NaN stands for a word without a vector and is left as it is.

    Returns:
        How many rows were set.

    Raises:
        DataError: The shapes differ.
    """
    if vectors.shape != embedding.weight.shape:
        raise DataError(
            f"word vectors have shape {tuple(vectors.shape)}, expected {tuple(embedding.weight.shape)}"
        )
    known = torch.isfinite(vectors).all(1)
    with torch.no_grad():
        embedding.weight[known] = vectors[known].to(embedding.weight)
    return int(known.sum())
