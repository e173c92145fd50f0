"""Level analysis at the size of a large test set: all subsets and the weight simplex, against one plain fusion.

Run: python -m benchmarks.analysis [--texts 20000] [--videos 1000] [--levels 3] [--threads 2]

Prints seconds, and the ratio to fusing and ranking the same points one after the other with `hgr.metrics.ranking`
(measured on a tenth of them, in the same run); then the randomization test's seconds for 1,000 queries.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch

from hgr.analysis.fusion import fused_ranks, simplex, subsets
from hgr.analysis.significance import randomization_test
from hgr.analysis.stored import StoredSimilarity, TextRow
from hgr.metrics.ranking import ranks


def made_up(texts: int, videos: int, levels: int) -> StoredSimilarity:
    """Random scores with a signal on the right pairs."""
    rng = np.random.default_rng(0)
    own = np.arange(texts) % videos
    matrices = {}
    for level in range(levels):
        scores = rng.standard_normal((texts, videos), dtype=np.float32)
        scores[np.arange(texts), own] += 2.0
        matrices[f"level{level}"] = scores
    rows = tuple(TextRow(f"t{i}", (f"v{v}",)) for i, v in enumerate(own))
    return StoredSimilarity(rows, tuple(f"v{i}" for i in range(videos)), matrices, {}, "made up")


def seconds(function: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def plain(stored: StoredSimilarity, weights: list[tuple[float, ...]]) -> None:
    """Each point by itself: fuse the whole matrix, rank both directions."""
    relevant = torch.from_numpy(stored.relevant())
    levels = [torch.from_numpy(stored.matrices[name]) for name in stored.levels]
    for vector in weights:
        fused = sum(w * level for w, level in zip(vector, levels, strict=True))
        ranks(fused, relevant)
        ranks(fused.T.contiguous(), relevant.T.contiguous())


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--videos", type=int, default=1_000)
    parser.add_argument("--levels", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    stored = made_up(options.texts, options.videos, options.levels)
    weights = [*subsets(stored.levels).values(), *simplex(options.levels, 10)]
    some = weights[:: max(1, len(weights) // 7)]
    base = seconds(lambda: plain(stored, some)) / len(some)
    cpu = time.process_time()
    taken = seconds(lambda: fused_ranks(stored, weights))
    cpu = time.process_time() - cpu
    print(
        f"{len(weights)} fusions of {options.levels} levels, {options.texts:,} x {options.videos:,}, both directions"
    )
    print(f"  {taken:.2f} s of wall-clock time, {cpu:.1f} s of CPU (bar 20 s on two idle cores)")
    print(f"  {taken / len(weights):.3f} s a fusion, one by one {base:.3f} s")
    print(f"  {base * len(weights) / taken:.1f} times as long; load average {os.getloadavg()[0]:.1f}")
    differences = np.random.default_rng(1).standard_normal(1000)
    test = seconds(lambda: randomization_test(differences, 10_000))
    print(f"randomization test, 1,000 queries, 10,000 permutations: {test:.2f} s (bar 2 s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
