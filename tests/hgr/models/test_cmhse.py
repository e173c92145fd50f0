"""CMHSE: encoders and terms against plain loops, options."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from hgr.losses import HingeConfig, HingeLoss
from hgr.models.cmhse import CMHSE, CMHSEConfig, CMHSEInputs, make_recurrent
from hgr.nn.segments import SegmentedBatch
from tests.hgr import sample_items

TEXTS, VIDEOS = sample_items.texts(), sample_items.videos()


def build(**options: object) -> tuple[CMHSE, CMHSEInputs]:
    torch.manual_seed(0)
    config = CMHSEConfig.model_validate({"width": 6, "word_width": 5, **options})
    spec = sample_items.spec()
    return CMHSE(config, spec).eval(), CMHSEInputs(config, spec)


def batches(inputs: CMHSEInputs) -> tuple[SegmentedBatch, SegmentedBatch]:
    videos = [replace(VIDEOS[0], segments=VIDEOS[0].segments[:2]), *VIDEOS[1:]]
    texts = [
        replace(TEXTS[0], segment_graphs=TEXTS[0].segment_graphs[:2]),
        *TEXTS[1:],
    ]
    return inputs.text(texts), inputs.video(videos)


def terms(model: CMHSE, inputs: CMHSEInputs) -> dict[str, Tensor]:
    text, video = batches(inputs)
    return model.auxiliary_losses(
        text=text,
        video=video,
        text_embeddings=model.encode_text(text),
        video_embeddings=model.encode_video(video),
        positives=torch.eye(8, dtype=torch.bool),
    )


def test_embeddings_are_maxima_of_recurrent_states() -> None:
    model, inputs = build()
    _, batch = batches(inputs)
    found = model.encode_video(batch)
    side, first = model.video, 0
    for i, count in enumerate(batch.counts):
        frames = batch.whole.frames[i][batch.whole.mask[i]]  # type: ignore[union-attr]
        context = side.elements(frames)[0].amax(0)
        clips = []
        for k in range(first, first + count):
            clip = batch.parts.frames[k][batch.parts.mask[k]]  # type: ignore[union-attr]
            clips.append(side.elements(clip)[0].amax(0))
            torch.testing.assert_close(found["clip"].vectors[k, 0], clips[-1])
        whole = side.parts(torch.stack(clips), context.unsqueeze(0))[0].amax(0)
        torch.testing.assert_close(found["context"].vectors[i, 0], context)
        torch.testing.assert_close(found["video"].vectors[i, 0], whole)
        first += count


def test_reconstruction_equals_loops() -> None:
    model, inputs = build(reconstruction="elements")
    found, expected = terms(model, inputs), {"segments": 0.0, "elements": 0.0}
    for side, batch in zip((model.text, model.video), batches(inputs), strict=True):
        encoded = side(batch)
        parts, elements, first = [], [], 0
        for i, count in enumerate(batch.counts):
            rebuilt = side.part_decoder(encoded["video"].vectors[i].expand(count, -1))[0]  # type: ignore[misc]
            for k in range(count):
                parts.append((rebuilt[k] - encoded["clip"].vectors[first + k, 0]).norm())
                targets = side.features(batch.parts)[first + k][batch.parts.mask[first + k]]
                again = side.element_decoder(rebuilt[k].expand(len(targets), -1))[0]  # type: ignore[misc]
                elements += list((again - targets).norm(dim=-1))
            first += count
        expected["segments"] += torch.stack(parts).mean().item()
        expected["elements"] += torch.stack(elements).mean().item()
    for name, value in expected.items():
        assert found[f"reconstruct_{name}"].item() == pytest.approx(value, rel=1e-5)


def test_originals_are_fixed_targets() -> None:
    model, inputs = build()
    text, _ = batches(inputs)
    whole = torch.randn(8, 6)
    model.text.reconstruction(text, whole)["segments"].backward()
    assert model.text.elements.weight_hh_l0.grad is None
    assert model.text.part_decoder.weight_hh_l0.grad.abs().sum() > 0  # type: ignore[union-attr]


def test_decoders_only_where_asked_for() -> None:
    names = {kind: set(terms(*build(reconstruction=kind))) for kind in ("none", "segments", "elements")}
    cluster = {"cluster_video", "cluster_clip", "cluster_context"}
    assert names["none"] == cluster
    assert names["segments"] == cluster | {"reconstruct_segments"}
    assert names["elements"] == names["segments"] | {"reconstruct_elements"}
    assert not [name for name, _ in build(reconstruction="none")[0].named_parameters() if "decoder" in name]


def test_published_matching_is_a_sum_over_negatives() -> None:
    torch.manual_seed(0)
    similarity, expected = torch.rand(4, 4), 0.0
    for i in range(4):
        for j in range(4):
            if i != j:
                own, other = similarity[i, i].item(), similarity[j, j].item()
                expected += max(0.0, 0.2 + similarity[i, j].item() - own)
                expected += max(0.0, 0.2 + similarity[i, j].item() - other)
    loss = HingeLoss(HingeConfig(negatives="all", reduction="sum"))
    assert loss(similarity, torch.eye(4, dtype=torch.bool)).item() == pytest.approx(expected, abs=1e-5)


def test_gates_are_initialized_one_by_one() -> None:
    recurrent = make_recurrent(20, 10)
    bound = (6 / (20 + 10)) ** 0.5
    assert 0.9 * bound < recurrent.weight_ih_l0.abs().max() <= bound
    assert not recurrent.bias_hh_l0.any()


def test_levels_are_checked() -> None:
    with pytest.raises(ValidationError, match="levels"):
        CMHSEConfig(levels=("clip",))
