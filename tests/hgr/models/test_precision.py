"""Every system trains in bfloat16: a finite loss close to that of float32, finite gradients."""

from __future__ import annotations

import pytest
import torch

from hgr.data.loading import PairBatch, pair_positives
from hgr.losses import HingeConfig, HingeLoss
from hgr.objective import Objective
from hgr.systems import SYSTEMS
from hgr.training import batch_loss
from tests.hgr import sample_items
from tests.hgr.test_system_contract import build

TEXTS, VIDEOS = sample_items.texts(), sample_items.videos()


@pytest.mark.parametrize("name", sorted(SYSTEMS))
def test_bfloat16_is_close_to_float32(name: str) -> None:
    _, model, inputs = build(name)
    text, video = inputs.text(TEXTS), inputs.video(VIDEOS)
    positives = pair_positives([text.caption for text in TEXTS], "diagonal")
    ids = tuple(text.caption.id for text in TEXTS), tuple(video.id for video in VIDEOS)
    batch = PairBatch(text, video, positives, *ids)
    terms = model.auxiliary_losses(
        text=text,
        video=video,
        text_embeddings=model.encode_text(text),
        video_embeddings=model.encode_video(video),
        positives=positives["video"],
    )
    objective = Objective(HingeLoss(HingeConfig(negatives="all")), {"fused": 1.0}, dict.fromkeys(terms, 0.1))
    expected = batch_loss(model, objective, batch, "float32", "cpu").total
    found = batch_loss(model, objective, batch, "bfloat16", "cpu").total
    assert found.dtype == torch.float32
    assert found.item() == pytest.approx(expected.item(), rel=0.05)
    found.backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)
