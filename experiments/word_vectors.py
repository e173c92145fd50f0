"""Word vectors from captions alone: no download, a minute of work, better than random ones on small data sets.

    python -m experiments.word_vectors CAPTIONS.json[.gz] OUT.npz

CAPTIONS is a list of captions, or {video: [caption, ...]}. The vectors are the leading singular vectors of the
positive pointwise mutual information of words within five words of each other (Levy and Goldberg, Neural Word
Embedding as Implicit Matrix Factorization, NIPS 2014), with contexts smoothed by the power 0.75.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch

WINDOW, SMOOTHING, ITERATIONS = 5, 0.75, 4


def word_vectors(
    captions: Sequence[Sequence[str]],
    *,
    width: int = 300,
    length: float = 3.0,
    min_count: int = 3,
    seed: int = 0,
) -> tuple[list[str], np.ndarray]:
    """Words and their vectors (words, width), each of the given length.

    Args:
        captions: Words of each caption.
        width: Size of a vector.
        length: Its Euclidean length.
        min_count: Rarer words get no vector.
        seed: Of the randomized decomposition.
    """
    counts = Counter(word for caption in captions for word in caption)
    words = [word for word, count in counts.most_common() if count >= min_count]
    near = _cooccurrences(captions, {word: i for i, word in enumerate(words)})
    contexts = near.sum(0) ** SMOOTHING
    expected = near.sum(1, keepdims=True) * (contexts / contexts.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.nan_to_num(np.log(near / expected), nan=0.0, neginf=0.0).clip(min=0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        left, values, _ = torch.svd_lowrank(
            torch.from_numpy(information.astype(np.float32)), q=min(width, len(words)), niter=ITERATIONS
        )
    vectors = (left * values.sqrt()).numpy()
    vectors *= length / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return words, np.pad(vectors, ((0, 0), (0, width - vectors.shape[1])))


def _cooccurrences(captions: Iterable[Sequence[str]], ids: dict[str, int]) -> np.ndarray:
    near = np.zeros((len(ids), len(ids)), dtype=np.float64)
    for caption in captions:
        known = [ids.get(word, -1) for word in caption]
        for i, word in enumerate(known):
            for distance in range(1, WINDOW + 1):
                other = known[i + distance] if i + distance < len(known) else -1
                if word >= 0 and other >= 0:
                    near[word, other] += 1 / distance
                    near[other, word] += 1 / distance
    return near


def read_captions(path: Path) -> list[list[str]]:
    """Lower-case words of every caption of a JSON file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        content = json.load(file)
    texts = [text for group in content.values() for text in group] if isinstance(content, dict) else content
    return [text.lower().split() for text in texts]


def write_vectors(out: Path, captions: Sequence[Sequence[str]], **options: float) -> int:
    """Write `words` and `vectors` as npz, as `data.word_vectors` reads it; returns the number of words."""
    words, vectors = word_vectors(captions, **options)  # type: ignore[arg-type]
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(out, words=np.array(words), vectors=vectors.astype(np.float16))
    return len(words)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("captions", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--width", type=int, default=300)
    parser.add_argument("--length", type=float, default=3.0)
    given = parser.parse_args()
    count = write_vectors(given.out, read_captions(given.captions), width=given.width, length=given.length)
    print(f"{given.out}: {count} words")


if __name__ == "__main__":
    main()
