"""The vocabulary of the training captions, and pretrained vectors for it."""

from __future__ import annotations

import gzip
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from hgr.data.spec import WordVectors
from hgr.data.vocabulary import RESERVED
from hgr.errors import DataError

MAX_RATIO = 200
"""Real vectors hardly compress; an archive that unpacks to more than this many times its size is a trap."""
MAX_LINE = 100_000
"""Bytes of one line of a GloVe text file; 300 numbers take about 3,000."""


def build_vocabulary(captions: Iterable[Sequence[str]], min_count: int = 1) -> tuple[str, ...]:
    """Words by falling count, equally frequent ones in order of appearance, after the reserved ones.

    Args:
        captions: Words of each training caption.
        min_count: Rarer words are left out and become "<unk>".
    """
    counts = Counter(word for words in captions for word in words)
    kept = [word for word, count in counts.most_common() if count >= min_count and word not in RESERVED]
    return (*RESERVED, *kept)


def read_word_vectors(path: str | Path, words: Sequence[str]) -> WordVectors:
    """Pretrained vectors of a vocabulary; a word without one in its own spelling gets its lower case's.

    Args:
        path: GloVe text (a word and its numbers a line, a word2vec header is skipped), the same gzipped, or npz
            with `words` (n,) and `vectors` (n, D).
        words: The vocabulary.

    Returns:
        Vectors (len(words), D), NaN rows for words without one.

    Raises:
        DataError: Not such a file, differing widths, values that are not finite, or no word in common.
    """
    path = Path(path)
    wanted = set(words) | {word.lower() for word in words}
    try:
        if path.suffix == ".npz":
            found = _from_npz(path, wanted)
        else:
            found = _from_text(path, wanted)
    except OSError as error:
        raise DataError(f"{path}: word vectors cannot be read: {error}") from error
    if not found:
        raise DataError(f"{path}: holds a vector of none of the {len(words)} words of the vocabulary")
    width = len(next(iter(found.values())))
    vectors = np.full((len(words), width), np.nan, dtype=np.float32)
    for row, word in enumerate(words):
        vector = found.get(word, found.get(word.lower()))
        if vector is not None:
            vectors[row] = vector
    return WordVectors(tuple(words), vectors)


def _from_text(path: Path, wanted: set[str]) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    width: int | None = None
    for number, line in _lines(path):
        word, _, rest = line.partition(" ")
        if width is None:
            numbers = rest.split()
            if len(numbers) == 1 and word.isdecimal():
                continue  # a word2vec header: number of words, width
            width = len(numbers)
        extra = line.count(" ") - width
        if extra > 0:  # a word with blanks in it
            word = line.rsplit(" ", width)[0]
            rest = line[len(word) + 1 :]
        if word not in wanted or word in found:
            continue
        found[word] = _vector(rest.split(), width, f"{path}:{number}: word {word!r}")
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with open(path, "rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        with gzip.open(raw) if zipped else nullcontext(raw) as file:
            number = 0
            while line := file.readline(MAX_LINE):
                number += 1
                if len(line) == MAX_LINE:
                    raise DataError(
                        f"{path}:{number}: a line of {MAX_LINE} bytes or more, expected a word and numbers"
                    )
                try:
                    yield number, line.decode("utf-8").rstrip()
                except UnicodeDecodeError as error:
                    raise DataError(f"{path}:{number}: not UTF-8 text: {error}") from error


def _vector(numbers: Sequence[str], width: int, where: str) -> np.ndarray:
    if len(numbers) != width or not width:
        raise DataError(f"{where}: expected {width or 'some'} numbers, found {len(numbers)}")
    try:
        vector = np.array(numbers, dtype=np.float32)
    except ValueError as error:
        raise DataError(f"{where}: {error}") from error
    if not np.isfinite(vector).all():
        raise DataError(f"{where}: expected finite numbers")
    return vector


def _from_npz(path: Path, wanted: set[str]) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_RATIO * path.stat().st_size:
            raise DataError(f"{path}: unpacks to {unpacked} bytes, more than {MAX_RATIO} times its size")
        with np.load(path, allow_pickle=False) as arrays:
            missing = {"words", "vectors"} - set(arrays.files)
            if missing:
                raise DataError(f"{path}: no array {' and '.join(sorted(missing))}, found {arrays.files}")
            words, vectors = arrays["words"], arrays["vectors"]
    except (zipfile.BadZipFile, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: not an npz of plain arrays: {error}") from error
    if words.ndim != 1 or words.dtype.kind != "U" or vectors.ndim != 2 or len(words) != len(vectors):
        shapes = f"{words.dtype} {words.shape} and {vectors.dtype} {vectors.shape}"
        raise DataError(f"{path}: expected words (n,) as text and vectors (n, D), found {shapes}")
    rows = {str(word): row for row, word in enumerate(words) if str(word) in wanted}
    bad = [word for word, row in rows.items() if not np.isfinite(vectors[row]).all()]
    if bad:
        raise DataError(f"{path}: vectors of {', '.join(bad[:20])} are not finite")
    return {word: vectors[row].astype(np.float32) for word, row in rows.items()}
