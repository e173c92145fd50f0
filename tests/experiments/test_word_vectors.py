from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.word_vectors import word_vectors, write_vectors
from hgr.data.words import read_word_vectors

CAPTIONS = [
    f"a {animal} {verb} in the {place}".split()
    for animal in ("dog", "cat", "horse")
    for verb in ("runs", "sleeps")
    for place in ("snow", "park")
] * 3


def test_words_of_one_kind_lie_together_and_the_vectors_are_reproducible() -> None:
    words, vectors = word_vectors(CAPTIONS, width=8)
    again = word_vectors(CAPTIONS, width=8)[1]
    np.testing.assert_array_equal(vectors, again)
    place = {word: i for i, word in enumerate(words)}
    cosine = (vectors @ vectors.T) / np.linalg.norm(vectors, axis=1) ** 2
    assert cosine[place["dog"], place["cat"]] > cosine[place["dog"], place["snow"]]


def test_the_file_is_one_that_training_reads(tmp_path: Path) -> None:
    count = write_vectors(tmp_path / "words.npz", CAPTIONS, width=20)
    found = read_word_vectors(tmp_path / "words.npz", ("<bos>", "dog", "zebra"))
    assert found.vectors.shape == (3, 20) and count >= 8
    assert np.isfinite(found.vectors[1]).all() and np.isnan(found.vectors[2]).all()
