"""One training step (forward, loss, backward, Adam) of a system against its plain form.

    python -m benchmarks.train_step [--batch 64] [--rounds 9] [--threads 2] [--systems hgr hanet] [--json]

Default sizes, published options, prepared batches, the same optimizer (fused Adam, with which the package trains).
With dropout off both must give the same loss before anything is timed; the timing runs with the default dropout.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

import torch
from torch import Tensor

from benchmarks.pairs_of_models import Pair, hanet_pair, hgr_pair
from benchmarks.plain.hanet import ConceptLabels, PlainHANet
from benchmarks.plain.loss import hardest_hinge
from benchmarks.timing import interleave, machine, ratio_line
from benchmarks.workload import make_texts, make_videos, plain_text, plain_video
from graphs.levels import ACTION, ENTITY
from hgr.losses import HingeLoss
from hgr.models.hanet import HANetText
from hgr.objective import Objective, all_matrices

LEARNING_RATE = 1e-4
TOLERANCE = 1e-5


def losses(pair: Pair, batch: int, *, seed: int = 0) -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """The loss of the plain model and of the package's on the same batch of pairs.

    Args:
        pair: Both models.
        batch: Pairs.
        seed: Seeds captions and videos.
    """
    texts, videos = make_texts(batch, seed=seed), make_videos(batch, seed=seed)
    text, video = pair.inputs.text(texts), pair.inputs.video(videos)
    dense_text, dense_video = plain_text(texts), plain_video(videos)
    positives = torch.eye(batch, dtype=torch.bool)
    if isinstance(text, HANetText):
        objective = Objective(
            HingeLoss(), {"semantic": 1.0, "concept": 0.1}, {"text_concepts": 0.01, "video_concepts": 0.01}
        )
        labels = ConceptLabels(
            text.labels[ACTION], text.counted[ACTION], text.labels[ENTITY], text.counted[ENTITY]
        )
    else:
        objective = Objective(HingeLoss(), {"fused": 1.0})

    def plain() -> Tensor:
        if isinstance(pair.plain, PlainHANet):
            return pair.plain.loss(dense_text, dense_video, labels)
        return hardest_hinge(pair.plain(dense_text, dense_video)["fused"])

    def package() -> Tensor:
        text_embeddings, video_embeddings = pair.package.encode_text(text), pair.package.encode_video(video)
        matrices = all_matrices(pair.package, text_embeddings, video_embeddings)
        auxiliary = pair.package.auxiliary_losses(
            text=text,
            video=video,
            text_embeddings=text_embeddings,
            video_embeddings=video_embeddings,
            positives=positives,
        )
        return objective(matrices, dict.fromkeys(matrices, positives), auxiliary).total

    return plain, package


def step(optimizer: torch.optim.Optimizer, loss: Callable[[], Tensor]) -> None:
    """One training step."""
    optimizer.zero_grad()
    loss().backward()
    optimizer.step()


def check(make: Callable[..., Pair], batch: int) -> float:
    """Difference of the two losses without dropout.

    Raises:
        ValueError: It exceeds TOLERANCE.
    """
    plain, package = losses(make(dropout=False), batch)
    with torch.no_grad():
        difference = (plain() - package()).abs().item()
    if difference > TOLERANCE:
        raise ValueError(f"the losses differ by {difference:.2e}, expected at most {TOLERANCE}")
    return difference


def measure(system: str, batch: int, rounds: int) -> dict[str, object]:
    """Compare and time one system.

    Args:
        system: Key of SYSTEMS here.
        batch: Pairs a step.
        rounds: Timed rounds.
    """
    difference = check(SYSTEMS[system], batch)
    pair = SYSTEMS[system](dropout=True)
    plain, package = losses(pair, batch)
    plain_optimizer = torch.optim.Adam(pair.plain.parameters(), lr=LEARNING_RATE, fused=True)
    package_optimizer = torch.optim.Adam(pair.package.parameters(), lr=LEARNING_RATE, fused=True)
    timings = interleave(
        {"plain": lambda: step(plain_optimizer, plain), "package": lambda: step(package_optimizer, package)},
        rounds=rounds,
        warmup=2,
    )
    return {
        "system": system,
        "batch": batch,
        "line": ratio_line(timings, "plain", "package"),
        "ratio": timings.ratio("plain", "package")[1],
        "plain_seconds": timings.median("plain"),
        "package_seconds": timings.median("package"),
        "difference": difference,
    }


SYSTEMS: dict[str, Callable[..., Pair]] = {"hgr": hgr_pair, "hanet": hanet_pair}


def main(arguments: list[str] | None = None) -> None:
    """Print one line a system."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    results = [measure(system, options.batch, options.rounds) for system in options.systems]
    if options.json:
        print(json.dumps({"machine": machine(), "results": results}))
        return
    print(machine())
    for result in results:
        print(f"{result['system']}, batch {result['batch']}: {result['line']}")


if __name__ == "__main__":
    main()
