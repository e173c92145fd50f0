"""The order of the training pairs: a function of seed and epoch, so that any step can be taken up again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

ORDER, BATCH = 0, 1
"""What a derived seed is for; streams of different purpose never meet."""


def batches_of_epoch(
    num_pairs: int, *, batch_size: int, seed: int, epoch: int, drop_last: bool = False
) -> list[np.ndarray]:
    """The batches of an epoch, each as positions of its pairs; every pair occurs once.

    Args:
        num_pairs: How many (caption, video) pairs there are.
        batch_size: Pairs of a batch; the last one may be smaller.
        seed: Seed of the run.
        epoch: 0-based.
        drop_last: Leave a smaller last batch out.

    Raises:
        ValueError: There would be no batch.
    """
    order = np.random.default_rng([seed, epoch, ORDER]).permutation(num_pairs)
    end = num_pairs - num_pairs % batch_size if drop_last else num_pairs
    if not end:
        raise ValueError(f"{num_pairs} training pairs give no batch of {batch_size} (drop_last: {drop_last})")
    return [order[start : min(start + batch_size, end)] for start in range(0, end, batch_size)]


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
