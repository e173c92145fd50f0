"""What a system must know of the data before it can be built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class DataSpec:
    """Sizes and vocabularies read from the data, saved with every checkpoint.

    Attributes:
        streams: Video feature streams, name -> width.
        words: The vocabulary; position is the word's id. 0 "<bos>", 1 "<eos>", 2 "<unk>" as in HGR's files.
        tables: Further vocabularies that a system learned from the training captions, by name.
        text_streams: Text feature streams, name -> width.
        statistics: Stream name -> mean and deviation that its frames are standardized by; none for streams as they are.
    """

    streams: Mapping[str, int]
    words: tuple[str, ...] = ()
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text_streams: Mapping[str, int] = field(default_factory=dict)
    statistics: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class WordVectors:
    """Pretrained word vectors for a vocabulary: `vectors` (len(words), D) float32, NaN rows where a word has none."""

    words: tuple[str, ...]
    vectors: np.ndarray
