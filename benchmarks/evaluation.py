"""A whole evaluation, both directions, every level and fused, against the plain form.

    python -m benchmarks.evaluation [--size 1000] [--rounds 1] [--threads 2] [--device cpu] [--json]

As many captions as videos, default sizes. The package prepares its batches inside the timing, the plain form gets its
tensors ready made. Both must give the same median ranks before the times mean anything.
"""

from __future__ import annotations

import torch

from benchmarks.command import begin, make_parser, on, report
from benchmarks.pairs_of_models import Pair, hgr_pair
from benchmarks.plain.evaluation import evaluate as evaluate_plain
from benchmarks.timing import interleave, ratio_line
from benchmarks.workload import make_texts, make_videos, plain_text, plain_video
from hgr.evaluation import evaluate

DIRECTIONS = ("text_to_video", "video_to_text")
TOLERANCE = 1.0
"""By how much a mean rank may differ: near ties fall either way in the last bit."""


def measure(size: int, rounds: int, device: torch.device | str = "cpu") -> dict[str, object]:
    """Evaluate and time both forms.

    Args:
        size: Captions, and videos.
        rounds: Timed rounds.
        device: Where both run.
    """
    pair = hgr_pair(dropout=True)
    pair.plain.eval().to(device)
    pair.package.to(device)
    texts, videos = make_texts(size), make_videos(size)
    dense_text, dense_video = on(plain_text(texts), device), on(plain_video(videos), device)
    found: dict[str, dict[tuple[str, str], float]] = {}

    def plain() -> None:
        ranks = evaluate_plain(pair.plain, dense_text, dense_video)
        found["plain"] = {
            (matrix, direction): ranks[name][side].double().mean().item() + 1
            for matrix, name in pair.rename.items()
            for side, direction in enumerate(DIRECTIONS)
        }

    def package() -> None:
        found["package"] = package_mean_ranks(pair, texts, videos, device)

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


def package_mean_ranks(
    pair: Pair, texts: list, videos: list, device: torch.device | str = "cpu"
) -> dict[tuple[str, str], float]:
    """1-based mean rank of every matrix and direction, by the package's evaluation."""
    summaries = evaluate(pair.package, pair.inputs, texts, videos, device=device).summaries["every_caption"]
    return {
        (name, direction): summaries[name][direction].mean for name in pair.rename for direction in DIRECTIONS
    }


def main(arguments: list[str] | None = None) -> None:
    """Print the ratio."""
    parser = make_parser(__doc__, rounds=1)
    parser.add_argument("--size", type=int, default=1000)
    options = begin(parser, arguments)
    result = measure(options.size, options.rounds, options.device)
    report(options, {"result": result}, [f"{result['size']} x {result['size']}: {result['line']}"])


if __name__ == "__main__":
    main()
