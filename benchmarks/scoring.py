"""All-level scoring of encoded captions and videos against the bare matrix product with the same multiplications.

    python -m benchmarks.scoring [--size 600] [--rounds 9] [--threads 2] [--device cpu] [--json]

1,024 numbers a vector, 20 frames, 1.7 actions and 3.3 entities a caption, random. "scoring" makes the event, action,
entity and fused scores of all pairs; "ranking" also counts the ranks of both directions under both query conventions.
"bare" is one float32 product per block of 1,024 captions and 256 videos, into memory that is there already. Before
anything is timed the scores must agree with the plain form.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import torch

from benchmarks.command import begin, make_parser, report
from benchmarks.encoded_sets import Sets, bare_products, make_sets, multiplications
from benchmarks.plain.matching import local
from benchmarks.timing import Timings, interleave
from graphs.levels import ACTION, ENTITY
from hgr.attended_tiles import has_bfloat16_products
from hgr.evaluation import evaluate_encoded
from hgr.score_blocks import Blocks
from hgr.settings import EvaluationSettings
from hgr.workers import Workers

TOLERANCE = 1e-5
SAMPLE = 24
"""Captions and videos that are compared with the plain form."""


def check(sets: Sets, device: torch.device | str = "cpu") -> float:
    """Largest difference from the plain form on a few captions and videos.

    Raises:
        ValueError: More than TOLERANCE: the times would mean nothing.
    """
    blocks = Blocks.of(sets.model, sets.texts, sets.videos, EvaluationSettings(), device)
    found = blocks.scores(0, blocks.prepared(0))
    texts, videos = sets.texts.block(0, SAMPLE), sets.videos.block(0, SAMPLE)
    worst = 0.0
    for level in (ACTION, ENTITY):
        plain = local(texts[level].vectors, texts[level].mask, videos[level].vectors, videos[level].mask)
        worst = max(worst, (found[level][:SAMPLE, :SAMPLE].cpu() - plain).abs().max().item())
    if worst > TOLERANCE:
        raise ValueError(f"scores differ by {worst:.2e}, expected at most {TOLERANCE}")
    return worst


def score_all(sets: Sets, settings: EvaluationSettings, device: torch.device | str = "cpu") -> None:
    """Every block of scores, as the evaluation makes them."""
    blocks = Blocks.of(sets.model, sets.texts, sets.videos, settings, device)
    alone = settings.products != "float32" or torch.device(device).type != "cpu"
    with Workers(1 if alone else torch.get_num_threads()) as workers:
        for j in range(len(blocks.video_edges)):
            prepared = blocks.prepared(j)

            def work(i: int, prepared: object = prepared) -> None:
                blocks.scores(i, prepared)

            workers.run(work, range(len(blocks.text_edges)))


def measure(size: int, rounds: int, device: torch.device | str = "cpu") -> dict[str, Any]:
    """Time everything in turn.

    Args:
        size: Captions, and videos.
        rounds: Timed rounds.
        device: Where the products run. The vectors stay in memory; bringing blocks over is part of every time.
    """
    sets = make_sets(size, size)
    sets.model.to(device)
    difference = check(sets, device)
    texts, videos = sets.text_items(), sets.video_items()
    # Blocks small enough that every thread has several.
    settings = EvaluationSettings(text_block=min(1024, max(size // 4, 1)))
    halved = settings.model_copy(update={"products": "bfloat16"})

    def bare() -> None:
        bare_products(sets, 1024, 256, device)

    def ranking() -> None:
        evaluate_encoded(sets.model, sets.texts, sets.videos, texts, videos, settings, device=device)

    candidates = {"bare": bare, "scoring": lambda: score_all(sets, settings, device), "ranking": ranking}
    if has_bfloat16_products(device):
        candidates["scoring, bfloat16"] = lambda: score_all(sets, halved, device)
    timings = interleave(candidates, rounds=rounds)
    on_cpu = torch.device(device).type == "cpu"
    cpu = interleave_cpu(candidates, rounds=rounds) if on_cpu else None
    work = 2 * multiplications(sets)
    return {
        "size": size,
        "difference": difference,
        "bare_gflops": work / timings.median("bare") / 1e9,
        "seconds": {name: timings.median(name) for name in candidates},
        "ratios": {name: timings.ratio(name, "bare") for name in candidates if name != "bare"},
        "cpu_ratios": {name: cpu.ratio(name, "bare") for name in candidates if name != "bare"} if cpu else {},
        "lines": [_line(timings, cpu, name) for name in candidates if name != "bare"],
    }


def interleave_cpu(candidates: Mapping[str, Callable[[], object]], *, rounds: int) -> Timings:
    """As `interleave`, in processor seconds over all threads: what other programs on the machine do matters less."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, run in candidates.items():
            start = time.process_time()
            run()
            seconds[name].append(time.process_time() - start)
    return Timings(seconds)


def _line(timings: Timings, cpu: Timings | None, name: str) -> str:
    least, median, greatest = timings.ratio(name, "bare")
    line = f"{name}: {median:.2f} times the bare product ({least:.2f} to {greatest:.2f})"
    if cpu is None:
        return line
    low, middle, high = cpu.ratio(name, "bare")
    return f"{line}, in processor time {middle:.2f} ({low:.2f} to {high:.2f})"


def main(arguments: list[str] | None = None) -> None:
    """Print the ratios."""
    parser = make_parser(__doc__, rounds=9)
    parser.add_argument("--size", type=int, default=600)
    options = begin(parser, arguments)
    result = measure(options.size, options.rounds, options.device)
    head = (
        f"{options.size} x {options.size}: bare product {result['seconds']['bare']:.3f} s, "
        f"{result['bare_gflops']:.0f} GFLOP/s; difference from the plain form {result['difference']:.1e}"
    )
    report(options, {"result": result}, [head, *result["lines"]])


if __name__ == "__main__":
    main()
