"""Word vectors from the words around, learnt from plain text: what a small treebank cannot say of rare words.

python -m parsing.training.word_vectors --data FOLDER --output vectors.npz
    [--captions FILE.json.gz --labelled FILE.json]
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parsing.training.frame_examples import read_examples
from parsing.training.npz_file import write_npz
from parsing.training.treebank import read_treebank

_LOGGER = logging.getLogger(__name__)
OFFSETS = (-2, -1, 1, 2)
"""Which words around a word describe it; each place counts by itself, so that vectors tell verbs from nouns."""


@dataclass(frozen=True)
class VectorOptions:
    """How vectors are made.

    Attributes:
        width: Their size D.
        least: How often a word must occur.
        contexts: How many of the most frequent words are told apart as neighbors.
        smoothing: Exponent of the neighbors' frequencies.
    """

    width: int = 96
    least: int = 3
    contexts: int = 1500
    smoothing: float = 0.75


@dataclass(frozen=True)
class WordVectors:
    """Lower-case words and their vectors (words, D), each of length 1."""

    words: tuple[str, ...]
    values: NDArray[np.float32]


def learn(sentences: Iterable[Sequence[str]], options: VectorOptions) -> WordVectors:
    """Positive pointwise mutual information of words with (place, neighbor), cut to its D largest directions.

    Paper: Levy and Goldberg, Neural Word Embedding as Implicit Matrix Factorization, NeurIPS 2014; places as in Levy
    and Goldberg, Linguistic Regularities in Sparse and Explicit Word Representations, CoNLL 2014.

    Args:
        sentences: Words of each; case is ignored.
        options: Sizes.

    Raises:
        ValueError: Too few frequent words for the width.
    """
    lower = [[word.lower() for word in sentence] for sentence in sentences]
    counts = Counter(word for sentence in lower for word in sentence)
    words = sorted((w for w, n in counts.items() if n >= options.least), key=lambda w: (-counts[w], w))
    if len(words) < options.width:
        raise ValueError(f"{len(words)} words occur {options.least} times, expected at least {options.width}")
    information = _information(lower, words, options)
    strength, directions = np.linalg.eigh(information.T @ information)
    chosen = np.argsort(-strength, kind="stable")[: options.width]
    values = information @ (directions[:, chosen] / np.sqrt(np.sqrt(np.maximum(strength[chosen], 1e-6))))
    values /= np.linalg.norm(values, axis=1, keepdims=True) + 1e-6
    return WordVectors(tuple(words), values.astype(np.float32))


def _information(
    sentences: Sequence[Sequence[str]], words: Sequence[str], options: VectorOptions
) -> NDArray[np.float32]:
    """(words, places * neighbors): positive information; the last neighbor of a place is the sentence's end."""
    number = {word: i for i, word in enumerate(words)}
    neighbors = min(options.contexts, len(words)) + 1
    gap = [-1] * max(map(abs, OFFSETS))
    flat = list(gap)
    for sentence in sentences:
        flat += [number.get(word, len(words)) for word in sentence]
        flat += gap
    ids = np.array(flat)
    here = np.flatnonzero((ids >= 0) & (ids < len(words)))
    table = np.zeros((len(words), len(OFFSETS) * neighbors), dtype=np.float32)
    for place, offset in enumerate(OFFSETS):
        other = ids[np.clip(here + offset, 0, len(ids) - 1)]
        other = np.where(other < 0, neighbors - 1, other)
        kept = (other < neighbors - 1) | (other == neighbors - 1) & (ids[(here + offset) % len(ids)] < 0)
        cells, found = np.unique(ids[here[kept]] * neighbors + other[kept], return_counts=True)
        table[cells // neighbors, place * neighbors + cells % neighbors] = found
    rows = table.sum(1, keepdims=True)
    columns = table.sum(0, keepdims=True) ** options.smoothing
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(table / (rows * (columns / columns.sum())))
    return np.where(np.isfinite(information) & (information > 0), information, np.float32(0.0))


def read_texts(
    data: Path, captions: Mapping[str, Sequence[str]], left_out: Collection[str]
) -> Iterator[Sequence[str]]:
    """The words of everything that vectors may be learnt from.

    Args:
        data: Folder of the treebank's training part and the frame files' examples.
        captions: Captions by video.
        left_out: Captions that a parser is measured on; no caption of their videos is read.
    """
    hidden = set(left_out)
    kept = [texts for texts in captions.values() if not hidden.intersection(texts)]
    _LOGGER.info("captions of %d of %d videos", len(kept), len(captions))
    for text in dict.fromkeys(text for texts in kept for text in texts):
        yield text.split()
    for sentence in read_treebank(data / "ewt_train.jsonl.gz"):
        yield [token.text for token in sentence.tokens]
    for example in read_examples(data / "frames_examples.jsonl.gz"):
        yield example.words


def read_captions(captions: Path | None, labelled: Path | None) -> tuple[dict[str, list[str]], list[str]]:
    """Captions by video, and the captions that a parser is measured on; empty where no file is given."""
    found: dict[str, list[str]] = {}
    if captions is not None:
        with gzip.open(captions, "rt", encoding="utf-8") as file:
            found = json.load(file)
    measured = [] if labelled is None else json.loads(labelled.read_text(encoding="utf-8"))
    return found, [entry["text"] for entry in measured]


def write_vectors(path: Path, vectors: WordVectors) -> None:
    """Write vectors (npz); the same vectors give the same bytes."""
    words = np.frombuffer("\n".join(vectors.words).encode(), dtype=np.uint8)
    write_npz(path, {"words": words, "values": vectors.values})


def read_vectors(path: Path) -> WordVectors:
    """Vectors that `write_vectors` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        return WordVectors(tuple(bytes(arrays["words"]).decode().split("\n")), arrays["values"])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("data", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--captions", type=Path, help="gzipped JSON, {video: [captions]}")
    parser.add_argument("--labelled", type=Path, help="JSON, labelled captions whose videos are left out")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    texts = read_texts(chosen.data, *read_captions(chosen.captions, chosen.labelled))
    vectors = learn(texts, VectorOptions())
    _LOGGER.info("%d words, %d wide", *vectors.values.shape)
    write_vectors(chosen.output, vectors)


if __name__ == "__main__":
    main()
