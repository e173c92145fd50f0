"""One training batch of one system, its losses and gradients: what each process of test_distributed.py runs.

python -m tests.hgr.batch_of_every_system SYSTEM OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from hgr.data.items import Video
from hgr.data.loading import VideoItems, epoch_loader
from hgr.distributed import joined_world, sum_gradients
from hgr.losses import HingeLoss
from hgr.objective import Objective
from hgr.systems import SYSTEMS, build_inputs, build_system
from hgr.training import batch_loss
from tests.hgr import sample_items
from tests.hgr.system_options import SMALL

PAIRS = 7
RANDOM = ("dropout", "noise")
"""Parts of the names of options that draw random numbers; the draws of several processes differ."""


def compute(name: str, out: Path) -> None:
    """Loss, its parts, gradients, and what the layers remember, of a batch with every term that the system has."""
    texts, found = sample_items.texts(), sample_items.videos()
    ids = [video.id for video in found]
    streams = {
        stream: {video.id: video.streams[stream] for video in found} for stream in sample_items.STREAMS
    }
    known = {video.id: Video(video.id, duration=video.duration) for video in found}
    videos = VideoItems(ids, streams, None, known)
    system = SYSTEMS[name]
    options = {"system": name, **SMALL.get(name, {})}
    options |= {key: 0.0 for key in system.config.model_fields if any(part in key for part in RANDOM)}
    config = system.config.model_validate(options)
    tables = system.tables(config, texts) if system.tables else {}
    spec = sample_items.spec(**tables)
    inputs = build_inputs(config, spec)
    torch.manual_seed(0)
    with joined_world() as world:
        model = build_system(config, spec)
        objective = Objective(
            HingeLoss(), {"fused": 1.0}, dict.fromkeys(terms(model, inputs, texts, found), 0.5)
        )
        loader = epoch_loader(
            texts, videos, inputs, positives="same_video", batch_size=PAIRS, seed=1, epoch=0, world=world,
            with_whole=True,
        )  # fmt: skip
        batch = next(iter(loader))
        report = batch_loss(model, objective, batch, "float32", "cpu", world)
        (report.total / world.size).backward()
        named = dict(model.named_parameters())
        sum_gradients(named.values(), world)
        if world.is_first:
            made = {
                "share": len(batch.caption_ids),
                "loss": report.total.detach(),
                "parts": {part: value.detach() for part, value in report.parts.items()},
                "gradients": {key: p.grad for key, p in named.items() if p.grad is not None},
                "buffers": dict(model.named_buffers()),
            }
            torch.save(made, out)


def terms(model, inputs, texts, videos) -> list[str]:
    """Names of a system's own loss terms; nothing is remembered of this batch."""
    model.eval()
    text, video = inputs.text(texts), inputs.video(videos)
    with torch.no_grad():
        found = model.auxiliary_losses(
            text=text,
            video=video,
            text_embeddings=model.encode_text(text),
            video_embeddings=model.encode_video(video),
            positives=torch.eye(len(texts), dtype=torch.bool),
        )
    model.train()
    return list(found)


if __name__ == "__main__":
    compute(sys.argv[1], Path(sys.argv[2]))
