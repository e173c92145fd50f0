"""A whole evaluation, both directions, every level and fused, against the plain form.

    python -m benchmarks.evaluation [--size 1000] [--rounds 1] [--threads 2] [--json]

As many captions as videos, default sizes. The package prepares its batches inside the timing, the plain form gets its
tensors ready made. Both must give the same median ranks before the times mean anything.
"""

from __future__ import annotations

import argparse
import json

import torch

from benchmarks.pairs_of_models import Pair, hgr_pair
from benchmarks.plain.evaluation import evaluate as evaluate_plain
from benchmarks.timing import interleave, machine, ratio_line
from benchmarks.workload import make_texts, make_videos, plain_text, plain_video
from hgr.evaluation import evaluate

DIRECTIONS = ("text_to_video", "video_to_text")
TOLERANCE = 1.0
"""By how much a mean rank may differ: near ties fall either way in the last bit."""


def measure(size: int, rounds: int) -> dict[str, object]:
    """Evaluate and time both forms.

    Args:
        size: Captions, and videos.
        rounds: Timed rounds.
    """
    pair = hgr_pair(dropout=True)
    pair.plain.eval()
    texts, videos = make_texts(size), make_videos(size)
    dense_text, dense_video = plain_text(texts), plain_video(videos)
    found: dict[str, dict[tuple[str, str], float]] = {}

    def plain() -> None:
        ranks = evaluate_plain(pair.plain, dense_text, dense_video)
        found["plain"] = {
            (matrix, direction): ranks[name][side].double().mean().item() + 1
            for matrix, name in pair.rename.items()
            for side, direction in enumerate(DIRECTIONS)
        }

    def package() -> None:
        found["package"] = package_mean_ranks(pair, texts, videos)

    timings = interleave({"plain": plain, "package": package}, rounds=rounds, warmup=0)
    for key, mean in found["plain"].items():
        if abs(mean - found["package"][key]) > TOLERANCE:
            raise ValueError(f"mean rank of {key} is {found['package'][key]}, expected {mean}")
    return {
        "size": size,
        "line": ratio_line(timings, "plain", "package"),
        "ratio": timings.ratio("plain", "package")[1],
        "plain_seconds": timings.median("plain"),
        "package_seconds": timings.median("package"),
    }


def package_mean_ranks(pair: Pair, texts: list, videos: list) -> dict[tuple[str, str], float]:
    """1-based mean rank of every matrix and direction, by the package's evaluation."""
    summaries = evaluate(pair.package, pair.inputs, texts, videos).summaries["every_caption"]
    return {
        (name, direction): summaries[name][direction].mean for name in pair.rename for direction in DIRECTIONS
    }


def main(arguments: list[str] | None = None) -> None:
    """Print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    result = measure(options.size, options.rounds)
    if options.json:
        print(json.dumps({"machine": machine(), "result": result}))
        return
    print(machine())
    print(f"{result['size']} x {result['size']}: {result['line']}")


if __name__ == "__main__":
    main()
