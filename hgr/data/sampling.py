"""The order of the training pairs: a function of seed and epoch, so that any step can be taken up again."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch

from hgr.errors import DataError

ORDER, BATCH = 0, 1
"""What a derived seed is for; streams of different purpose never meet."""


def batches_of_epoch(
    num_pairs: int,
    *,
    batch_size: int,
    seed: int,
    epoch: int,
    drop_last: bool = False,
    related: Sequence[tuple[str, str]] | None = None,
) -> list[np.ndarray]:
    """The batches of an epoch, each as positions of its pairs; every pair occurs once.

    Args:
        num_pairs: How many (caption, video) pairs there are.
        batch_size: Pairs of a batch; the last one may be smaller.
        seed: Seed of the run.
        epoch: 0-based.
        drop_last: Leave a smaller last batch out.
        related: Group and video of each pair. One caption of each video of a group follow one another in the order, so
            that they stand in one batch (but for groups that its end cuts), as hard negatives of each other.

    Raises:
        DataError: There would be no batch.
    """
    generator = np.random.default_rng([seed, epoch, ORDER])
    order = generator.permutation(num_pairs)
    if related is not None:
        order = _side_by_side(order, related, generator)
    end = num_pairs - num_pairs % batch_size if drop_last else num_pairs
    if not end:
        raise DataError(f"{num_pairs} training pairs give no batch of {batch_size} (drop_last: {drop_last})")
    return [order[start : min(start + batch_size, end)] for start in range(0, end, batch_size)]


def _side_by_side(
    order: np.ndarray, related: Sequence[tuple[str, str]], generator: np.random.Generator
) -> np.ndarray:
    groups: dict[str, dict[str, list[int]]] = {}
    for position in order.tolist():
        group, video = related[position]
        groups.setdefault(group, {}).setdefault(video, []).append(position)
    rounds = [
        [positions[k] for positions in videos.values() if k < len(positions)]
        for videos in groups.values()
        for k in range(max(map(len, videos.values())))
    ]
    return np.array([position for k in generator.permutation(len(rounds)).tolist() for position in rounds[k]])


def related_pairs(videos: Sequence[str], pattern: str | None) -> list[tuple[str, str]] | None:
    """Group and video of each pair, a group being what a regular expression matches in the video's id.

    Args:
        videos: Video id of each pair.
        pattern: The expression; an id that it does not match is a group of its own. None for no groups.
    """
    if pattern is None:
        return None
    expression = re.compile(pattern)
    found = (expression.match(video) for video in videos)
    return [(match.group() if match else video, video) for video, match in zip(videos, found, strict=True)]


@contextmanager
def random_state_of_batch(seed: int, epoch: int, position: int) -> Iterator[None]:
    """Python, NumPy and torch random numbers as a function of the batch, then as they were.

    Preparing a batch gives the same result in the main process and in any number of workers, and takes
    nothing from the training's own random numbers.
    """
    before = random.getstate(), np.random.get_state(), torch.get_rng_state()
    words = np.random.SeedSequence([seed, epoch, BATCH, position]).generate_state(3)
    random.seed(int(words[0]))
    np.random.seed(int(words[1]))
    torch.default_generator.manual_seed(int(words[2]))
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])
        torch.set_rng_state(before[2])
