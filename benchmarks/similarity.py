"""Attended similarity, forward and backward, against the plain form that builds every attended vector.

    python -m benchmarks.similarity [--rounds 15] [--threads 2] [--device cpu] [--json]

64 texts with 6 phrase slots, 64 videos of 20 frames, 1024 numbers a vector; once with every slot real, once
with half of them. Both forms must agree, scores and gradients, before anything is timed.
"""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.command import begin, make_parser, report
from benchmarks.plain.matching import local
from benchmarks.timing import interleave, ratio_line
from hgr.embeddings import LevelEmbedding
from hgr.similarity import attended

TEXTS, VIDEOS, PHRASES, FRAMES, WIDTH = 64, 64, 6, 20, 1024
TOLERANCE = 1e-5


def make_inputs(real_phrases: int, *, seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Phrases (T, K, D), their mask with `real_phrases` real ones a text, frames (V, F, D), their mask."""
    generator = torch.Generator().manual_seed(seed)
    phrases = torch.randn(TEXTS, PHRASES, WIDTH, generator=generator)
    frames = torch.randn(VIDEOS, FRAMES, WIDTH, generator=generator)
    mask = (torch.arange(PHRASES) < real_phrases).expand(TEXTS, PHRASES).contiguous()
    return phrases, mask, frames, torch.ones(VIDEOS, FRAMES, dtype=torch.bool)


def run(
    form: str, inputs: tuple[Tensor, Tensor, Tensor, Tensor], upstream: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Scores (T, V) of one form, "plain" or "package", and the gradients of phrases and frames."""
    phrases, phrase_mask, frames, frame_mask = inputs
    phrases, frames = phrases.detach().requires_grad_(), frames.detach().requires_grad_()
    if form == "plain":
        scores = local(phrases, phrase_mask, frames, frame_mask)
    else:
        scores = attended(LevelEmbedding(phrases, phrase_mask), LevelEmbedding(frames, frame_mask))
    scores.backward(upstream)
    assert phrases.grad is not None and frames.grad is not None
    return scores.detach(), phrases.grad, frames.grad


def difference(inputs: tuple[Tensor, Tensor, Tensor, Tensor], upstream: Tensor) -> dict[str, float]:
    """Largest difference of scores, and of gradients relative to their largest entry.

    Raises:
        ValueError: Where it exceeds TOLERANCE: such a comparison would mean nothing.
    """
    names = ("scores", "phrase gradient", "frame gradient")
    plain, package = run("plain", inputs, upstream), run("package", inputs, upstream)
    found = {}
    for name, expected, value in zip(names, plain, package, strict=True):
        scale = 1.0 if name == "scores" else expected.abs().max().item()
        found[name] = (expected - value).abs().max().item() / scale
        if found[name] > TOLERANCE:
            raise ValueError(f"{name} differ by {found[name]:.2e}, expected at most {TOLERANCE}")
    return found


def measure(real_phrases: int, rounds: int, device: torch.device | str = "cpu") -> dict[str, object]:
    """Compare and time both forms.

    Args:
        real_phrases: How many of the phrase slots are real.
        rounds: Timed rounds.
        device: Where both run.
    """
    phrases, phrase_mask, frames, frame_mask = make_inputs(real_phrases)
    inputs = phrases.to(device), phrase_mask.to(device), frames.to(device), frame_mask.to(device)
    upstream = torch.randn(TEXTS, VIDEOS, generator=torch.Generator().manual_seed(1)).to(device)
    differences = difference(inputs, upstream)
    timings = interleave(
        {
            "plain": lambda: run("plain", inputs, upstream),
            "package": lambda: run("package", inputs, upstream),
        },
        rounds=rounds,
        warmup=2,
    )
    return {
        "real_phrases": real_phrases,
        "line": ratio_line(timings, "plain", "package"),
        "ratio": timings.ratio("plain", "package")[1],
        "plain_seconds": timings.median("plain"),
        "package_seconds": timings.median("package"),
        "differences": differences,
    }


def main(arguments: list[str] | None = None) -> None:
    """Print the ratios of both cases."""
    options = begin(make_parser(__doc__, rounds=15), arguments)
    results = [measure(count, options.rounds, options.device) for count in (PHRASES, PHRASES // 2)]
    lines = [f"{found['real_phrases']} of {PHRASES} phrases real: {found['line']}" for found in results]
    report(options, {"results": results}, lines)


if __name__ == "__main__":
    main()
