"""Word vectors: words in the same places are alike, and nothing of measured captions' videos is read."""

from __future__ import annotations

import numpy as np
import pytest

from parsing.training.word_vectors import (
    VectorOptions,
    WordVectors,
    _information,
    learn,
    read_texts,
    read_vectors,
    write_vectors,
)
from tests.parsing.training.test_train_all import folder

SENTENCES = [
    f"{article} {noun} {verb} {article} {thing}".split()
    for article in ("a", "The")
    for noun in ("man", "woman", "boy")
    for verb in ("sees", "holds", "washes")
    for thing in ("ball", "cup", "box")
]
OPTIONS = VectorOptions(width=4, least=2, contexts=6)


def test_words_of_the_same_places_are_alike() -> None:
    vectors = learn(SENTENCES, OPTIONS)
    assert "the" in vectors.words and "The" not in vectors.words
    assert np.allclose(np.linalg.norm(vectors.values, axis=1), 1, atol=1e-3)
    of = dict(zip(vectors.words, vectors.values, strict=True))
    assert of["sees"] @ of["holds"] > 0.95 > 0.5 > of["sees"] @ of["man"]
    assert of["ball"] @ of["cup"] > 0.95 > 0.5 > of["ball"] @ of["sees"]
    again = learn(SENTENCES, OPTIONS)
    assert again.words == vectors.words and np.array_equal(again.values, vectors.values)


def test_information_equals_the_loops() -> None:
    sentences = [["a", "b", "a"], ["b", "c"], ["c", "a", "d", "b"]]
    words = ["a", "b", "c"]
    options = VectorOptions(contexts=2)
    neighbors = ["a", "b", "end"]
    counts = np.zeros((3, 4, 3))
    for sentence in sentences:
        for i, word in enumerate(sentence):
            for place, offset in enumerate((-2, -1, 1, 2)):
                other = sentence[i + offset] if 0 <= i + offset < len(sentence) else "end"
                if word in words and other in neighbors:
                    counts[words.index(word), place, neighbors.index(other)] += 1
    counts = counts.reshape(3, 12)
    weight = counts.sum(0) ** 0.75
    expected = np.zeros_like(counts)
    for i in range(3):
        for j in range(12):
            if counts[i, j]:
                expected[i, j] = max(0, np.log(counts[i, j] / counts[i].sum() / (weight[j] / weight.sum())))
    assert np.allclose(_information(sentences, words, options), expected, atol=1e-5)


def test_too_few_words_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 words occur 2 times, expected at least 4"):
        learn([["a", "b"], ["a", "b", "c"]], OPTIONS)


def test_captions_of_measured_videos_are_left_out(tmp_path) -> None:
    captions = {"v1": ["a man runs", "he runs"], "v2": ["a dog jumps", "it jumps"], "v3": ["a man runs"]}
    texts = [" ".join(words) for words in read_texts(folder(tmp_path / "data"), captions, ["it jumps"])]
    assert texts[:2] == ["a man runs", "he runs"]
    assert not any("jumps" in text for text in texts)
    assert len(texts) == 2 + 24 + 9


def test_written_vectors_are_read(tmp_path) -> None:
    vectors = WordVectors(("a", "é"), np.arange(4, dtype=np.float32).reshape(2, 2))
    write_vectors(tmp_path / "v.npz", vectors)
    found = read_vectors(tmp_path / "v.npz")
    assert found.words == vectors.words and np.array_equal(found.values, vectors.values)
