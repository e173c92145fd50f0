"""HGR's cycle term between actions and frames, which a YAML can switch on."""

from __future__ import annotations

import pytest
import torch

from hgr.losses import HingeLoss
from hgr.losses.cycle import cycle_consistency
from hgr.models.hgr import HGR, HGRConfig, HGRInputs
from hgr.objective import Objective, all_matrices
from tests.hgr import sample_items

TEXTS, VIDEOS = sample_items.texts(), sample_items.videos()


def auxiliary(model: HGR, inputs: HGRInputs) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    text, video = inputs.text(TEXTS), inputs.video(VIDEOS)
    embeddings = {"text_embeddings": model.encode_text(text), "video_embeddings": model.encode_video(video)}
    positives = torch.eye(8, dtype=torch.bool)
    terms = model.auxiliary_losses(text=text, video=video, positives=positives, **embeddings)
    return all_matrices(model, *embeddings.values()), terms


def build(**options: object) -> tuple[HGR, HGRInputs]:
    torch.manual_seed(0)
    config = HGRConfig.model_validate({"width": 12, "word_width": 6, **options})
    return HGR(config, sample_items.spec()).eval(), HGRInputs(config, sample_items.spec())


def test_the_term_is_the_cycle_from_actions_over_frames() -> None:
    model, inputs = build()
    text = model.encode_text(inputs.text(TEXTS))["action"]
    video = model.encode_video(inputs.video(VIDEOS))["action"]
    expected = cycle_consistency(text.vectors, text.mask, video.vectors, video.mask)
    torch.testing.assert_close(auxiliary(model, inputs)[1], {"cycle_action": expected})


def test_the_objective_weighs_it() -> None:
    matrices, terms = auxiliary(*build())
    terms = {"cycle_action": terms["cycle_action"] + 3.0}  # one action a caption cycles perfectly
    positives = dict.fromkeys(matrices, torch.eye(8, dtype=torch.bool))
    without = Objective(HingeLoss(), {"fused": 1.0})(matrices, positives).total
    report = Objective(HingeLoss(), {"fused": 1.0}, {"cycle_action": 0.5})(matrices, positives, terms)
    assert report.total.item() == pytest.approx(without.item() + 0.5 * terms["cycle_action"].item(), rel=1e-5)


def test_no_actions_no_term() -> None:
    assert auxiliary(*build(levels=("event", "entity")))[1] == {}
