"""Small stored similarities with known properties."""

from __future__ import annotations

import numpy as np

from hgr.analysis.stored import StoredSimilarity, TextRow

LEVELS = ("event", "action", "entity")


def made_up(
    seed: int = 0,
    num_texts: int = 40,
    num_videos: int = 10,
    signal: tuple[float, ...] = (1.0, 0.5, 0.2),
    values: int | None = None,
    absent: bool = False,
) -> StoredSimilarity:
    """Noise plus a signal a level on the right pairs; rounded to 1 / values where ties are wanted."""
    rng = np.random.default_rng(seed)
    own = np.concatenate([np.arange(num_videos), rng.integers(0, num_videos, num_texts - num_videos)])
    matrices = {}
    for level, strength in zip(LEVELS, signal, strict=False):
        scores = rng.standard_normal((num_texts, num_videos)) * 0.5
        scores[np.arange(num_texts), own] += strength
        if values is not None:
            scores = np.round(scores * values) / values
        matrices[level] = scores.astype(np.float32)
    texts = tuple(TextRow(f"t{i}", (f"v{v}",), f"caption {i} of video {v}") for i, v in enumerate(own))
    missing = {"action": ((1, 4), (2,)), "entity": ((4,), ())} if absent else {}
    return StoredSimilarity(texts, tuple(f"v{i}" for i in range(num_videos)), matrices, missing, "made up")
