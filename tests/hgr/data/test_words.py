"""hgr/data/words.py: vocabulary and pretrained vectors."""

from __future__ import annotations

import gzip
import zipfile

import numpy as np
import pytest

from hgr.data.words import build_vocabulary, read_word_vectors
from hgr.errors import DataError

WORDS = ("<bos>", "<eos>", "<unk>", "a", "Dog", "new york", "unicorn")


def test_vocabulary_orders_by_count_then_appearance() -> None:
    captions = [("b", "a"), ("a", "c"), ("c", "d", "<unk>")]
    assert build_vocabulary(captions) == ("<bos>", "<eos>", "<unk>", "a", "c", "b", "d")
    assert build_vocabulary(captions, min_count=2) == ("<bos>", "<eos>", "<unk>", "a", "c")


def check(vectors) -> None:
    assert vectors.words == WORDS
    assert vectors.vectors.dtype == np.float32
    np.testing.assert_allclose(vectors.vectors[3], [1, 2])
    np.testing.assert_allclose(vectors.vectors[4], [3, 4])  # "Dog" takes the vector of "dog"
    assert np.isnan(vectors.vectors[[0, 1, 2, 6]]).all()


@pytest.mark.parametrize("header", ["", "3 2\n"])
@pytest.mark.parametrize("opener", [open, gzip.open])
def test_glove_text(tmp_path, header, opener) -> None:
    path = tmp_path / "glove.txt"
    with opener(path, "wt", encoding="utf-8") as file:
        file.write(header + "a 1 2\ndog 3.0 4e0\nnew york 5 6\nzebra x y\n")
    vectors = read_word_vectors(path, WORDS)
    check(vectors)
    np.testing.assert_allclose(vectors.vectors[5], [5, 6])


def test_npz(tmp_path) -> None:
    path = tmp_path / "vectors.npz"
    np.savez(path, words=np.array(["zebra", "dog", "a"]), vectors=np.array([[np.nan, 0], [3, 4], [1, 2]]))
    check(read_word_vectors(path, WORDS))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a 1 2\nDog 1 nan\n", "glove.txt:2: word 'Dog': expected finite numbers"),
        (b"a 1 2\nDog 1\n", "glove.txt:2: word 'Dog': expected 2 numbers, found 1"),
        (b"a 1 x\n", "glove.txt:1: word 'a': could not convert"),
        (b"zebra 1 2\n", "holds a vector of none of the 7 words"),
        (b"", "holds a vector of none"),
        (b"\xff\xfe 1 2\n", "glove.txt:1: not UTF-8"),
        (b"a" * 200_000, "glove.txt:1: a line of"),
    ],
)
def test_bad_text_is_an_error_with_file_and_line(tmp_path, content: bytes, message: str) -> None:
    path = tmp_path / "glove.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_word_vectors(path, WORDS)


def test_missing_file(tmp_path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_word_vectors(tmp_path / "none.txt", WORDS)


def test_npz_without_pickles_bombs_or_other_arrays(tmp_path) -> None:
    path = tmp_path / "v.npz"
    np.savez(path, words=np.array(["a"], dtype=object), vectors=np.ones((1, 2)))
    with pytest.raises(DataError, match="not an npz of plain arrays"):
        read_word_vectors(path, WORDS)
    np.savez(path, words=np.array(["a"]))
    with pytest.raises(DataError, match="no array vectors"):
        read_word_vectors(path, WORDS)
    np.savez(path, words=np.array(["a", "b"]), vectors=np.ones((1, 2)))
    with pytest.raises(DataError, match="expected words"):
        read_word_vectors(path, WORDS)
    np.savez(path, words=np.array(["a"]), vectors=np.array([[np.inf, 1]]))
    with pytest.raises(DataError, match="vectors of a are not finite"):
        read_word_vectors(path, WORDS)
    path.write_bytes(b"PK not a zip")
    with pytest.raises(DataError, match="not an npz"):
        read_word_vectors(path, WORDS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vectors.npy", b"\0" * 50_000_000)
    with pytest.raises(DataError, match="times its size"):
        read_word_vectors(path, WORDS)
