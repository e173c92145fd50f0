"""One training step (forward, loss, backward, Adam) of a system against its plain form.

    python -m benchmarks.train_step [--batch 64] [--rounds 9] [--threads 2] [--device cpu] [--systems hgr hanet]
                                   [--precision float32] [--json]

Default sizes, published options, prepared batches, the same optimizer (fused Adam, with which the package trains).
With dropout off both must give the same loss before anything is timed; the timing runs with the default dropout.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from benchmarks.command import begin, make_parser, on, report
from benchmarks.pairs_of_models import Pair, hanet_pair, hgr_pair
from benchmarks.plain.hanet import ConceptLabels, PlainHANet
from benchmarks.plain.loss import hardest_hinge
from benchmarks.timing import interleave, ratio_line
from benchmarks.workload import make_texts, make_videos, plain_text, plain_video
from graphs.levels import ACTION, ENTITY
from hgr.data.loading import PairBatch
from hgr.losses import HingeLoss
from hgr.models.hanet import HANetText
from hgr.objective import Objective
from hgr.training import batch_loss

LEARNING_RATE = 1e-4
TOLERANCE = 1e-5


def losses(
    pair: Pair, batch: int, *, seed: int = 0, device: torch.device | str = "cpu", precision: str = "float32"
) -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """The loss of the plain model and of the package's on the same batch of pairs.

    Args:
        pair: Both models.
        batch: Pairs.
        seed: Seeds captions and videos.
        device: Where both models go.
        precision: Of the package's form, as `training.precision`; the plain form stays float32.
    """
    texts, videos = make_texts(batch, seed=seed), make_videos(batch, seed=seed)
    pair.plain.to(device)
    pair.package.to(device)
    text, video = pair.inputs.text(texts).to(device), pair.inputs.video(videos).to(device)
    dense_text, dense_video = on(plain_text(texts), device), on(plain_video(videos), device)
    positives = torch.eye(batch, dtype=torch.bool, device=device)
    if isinstance(text, HANetText):
        objective = Objective(
            HingeLoss(), {"semantic": 1.0, "concept": 0.1}, {"text_concepts": 0.01, "video_concepts": 0.01}
        )
        labels = ConceptLabels(
            text.labels[ACTION], text.counted[ACTION], text.labels[ENTITY], text.counted[ENTITY]
        )
    else:
        objective = Objective(HingeLoss(), {"fused": 1.0})

    pairs = PairBatch(text, video, {"video": positives}, (), ())

    def plain() -> Tensor:
        if isinstance(pair.plain, PlainHANet):
            return pair.plain.loss(dense_text, dense_video, labels)
        return hardest_hinge(pair.plain(dense_text, dense_video)["fused"])

    def package() -> Tensor:
        return batch_loss(pair.package, objective, pairs, precision, device).total

    return plain, package


def step(optimizer: torch.optim.Optimizer, loss: Callable[[], Tensor]) -> None:
    """One training step."""
    optimizer.zero_grad()
    loss().backward()
    optimizer.step()


def check(make: Callable[..., Pair], batch: int, device: torch.device | str = "cpu") -> float:
    """Difference of the two losses in float32, without dropout.

    Raises:
        ValueError: It exceeds TOLERANCE.
    """
    plain, package = losses(make(dropout=False), batch, device=device)
    with torch.no_grad():
        difference = (plain() - package()).abs().item()
    if difference > TOLERANCE:
        raise ValueError(f"the losses differ by {difference:.2e}, expected at most {TOLERANCE}")
    return difference


def measure(
    system: str, batch: int, rounds: int, device: torch.device | str = "cpu", precision: str = "float32"
) -> dict[str, object]:
    """Compare and time one system.

    Args:
        system: Key of SYSTEMS here.
        batch: Pairs a step.
        rounds: Timed rounds.
        device: Where both run.
        precision: Of the package's form.
    """
    difference = check(SYSTEMS[system], batch, device)
    pair = SYSTEMS[system](dropout=True)
    plain, package = losses(pair, batch, device=device, precision=precision)
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
        "precision": precision,
        "line": ratio_line(timings, "plain", "package"),
        "ratio": timings.ratio("plain", "package")[1],
        "plain_seconds": timings.median("plain"),
        "package_seconds": timings.median("package"),
        "difference": difference,
    }


SYSTEMS: dict[str, Callable[..., Pair]] = {"hgr": hgr_pair, "hanet": hanet_pair}


def main(arguments: list[str] | None = None) -> None:
    """Print one line a system."""
    parser = make_parser(__doc__, rounds=9)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    options = begin(parser, arguments)
    results = [
        measure(system, options.batch, options.rounds, options.device, options.precision)
        for system in options.systems
    ]
    lines = [
        f"{found['system']}, batch {found['batch']}, {options.precision}: {found['line']}"
        for found in results
    ]
    report(options, {"results": results}, lines)


if __name__ == "__main__":
    main()
