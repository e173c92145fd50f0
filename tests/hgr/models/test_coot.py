"""COOT: inputs, options, segments, and what padding does in both modes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from hgr.data.items import TextItem, VideoItem
from hgr.data.spec import DataSpec
from hgr.models.coot import COOT, COOTConfig, COOTInputs
from tests.hgr import sample_items

SMALL = {"width": 16, "heads": 4, "pool_hidden": 16, "word_width": 8}
TEXTS, VIDEOS = sample_items.texts(), sample_items.videos()


def build(spec: DataSpec | None = None, **options: object) -> tuple[COOT, COOTInputs]:
    torch.manual_seed(0)
    config = COOTConfig.model_validate({**SMALL, **options})
    spec = spec or sample_items.spec()
    model = COOT(config, spec).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" not in name:
                parameter.mul_(20)  # the published initialization makes everything nearly equal
    return model, COOTInputs(config, spec)


def fewer_clips(item: VideoItem, count: int) -> VideoItem:
    return replace(item, segments=item.segments[:count])


@pytest.mark.parametrize("legacy", [False, True])
def test_embeddings_depend_on_the_batch_only_in_the_published_mode(legacy: bool) -> None:
    model, inputs = build(legacy_padding=legacy)
    video = fewer_clips(VIDEOS[0], 1)
    with torch.no_grad():
        alone = model.encode_video(inputs.video([video]))["video"].vectors[0]
        together = model.encode_video(inputs.video([video, VIDEOS[1]]))["video"].vectors[0]
    difference = (alone - together).abs().max()
    assert (difference > 1e-2) if legacy else (difference < 1e-5)


def test_items_without_segments_have_no_rows_on_the_clip_level() -> None:
    model, inputs = build()
    videos = [VIDEOS[0], fewer_clips(VIDEOS[1], 0), fewer_clips(VIDEOS[2], 2)]
    found = model.encode_video(inputs.video(videos))
    assert found["video"].vectors.shape == (3, 1, 32) and found["clip"].vectors.shape == (5, 1, 16)
    lonely = model.encode_video(inputs.video([videos[1]]))
    assert len(lonely["clip"]) == 0 and torch.isfinite(lonely["video"].vectors).all()


def test_context_is_the_local_encoder_on_the_whole_video() -> None:
    model, inputs = build()
    batch = inputs.video(VIDEOS[:2])
    expected = model.video.local(batch.whole.frames, batch.whole.mask)  # type: ignore[union-attr]
    torch.testing.assert_close(model.encode_video(batch)["context"].vectors[:, 0], expected)


def test_data_without_segments_train_on_fewer_levels() -> None:
    model, inputs = build(levels=("video", "context"))
    text = inputs.text([replace(t, segment_graphs=()) for t in TEXTS])
    video = inputs.video([fewer_clips(v, 0) for v in VIDEOS])
    embeddings = model.encode_text(text), model.encode_video(video)
    assert set(model.similarities(*embeddings)) == {"video", "context"}
    terms = model.auxiliary_losses(
        text=text,
        video=video,
        text_embeddings=embeddings[0],
        video_embeddings=embeddings[1],
        positives=torch.eye(8, dtype=torch.bool),
    )
    assert set(terms) == {"cluster_video", "cluster_context"}


def with_features(item: TextItem, width: int) -> TextItem:
    rng = np.random.default_rng(0)
    parts = tuple({"bert": rng.standard_normal((3, width)).astype(np.float32)} for _ in item.caption.segments)
    return replace(item, streams={"bert": np.concatenate([p["bert"] for p in parts])}, segment_streams=parts)


def test_text_features_take_the_place_of_words() -> None:
    spec = DataSpec(streams=sample_items.STREAMS, text_streams={"bert": 5})
    model, inputs = build(spec)
    found = model.encode_text(inputs.text([with_features(text, 5) for text in TEXTS[:2]]))
    assert found["clip"].vectors.shape == (6, 1, 16)
    with pytest.raises(ValueError, match="no word embeddings"):
        model.set_word_vectors(torch.zeros(3, 5))


def test_noise_is_added_in_training_only() -> None:
    model, inputs = build(frame_noise=0.5, dropout=0.0)
    video = inputs.video(VIDEOS)
    quiet = model.encode_video(video)["video"].vectors
    assert torch.equal(quiet, model.encode_video(video)["video"].vectors)
    assert not torch.allclose(quiet, model.train().encode_video(video)["video"].vectors)


def test_same_videos_are_not_pushed_apart() -> None:
    model, inputs = build()
    items = [VIDEOS[0], VIDEOS[0], VIDEOS[1]]
    video, text = inputs.video(items), inputs.text(TEXTS[:3])
    embeddings = {"text_embeddings": model.encode_text(text), "video_embeddings": model.encode_video(video)}
    same = torch.tensor([[True, True, False], [True, True, False], [False, False, True]])
    found = [
        model.auxiliary_losses(text=text, video=video, positives=positives, **embeddings)[
            "cluster_video"
        ].item()
        for positives in (torch.eye(3, dtype=torch.bool), same)
    ]
    assert found[0] >= found[1] + 0.4 / 9 - 1e-6  # two equal videos cost the margin, both ways, in both cells


@pytest.mark.parametrize(
    "options", [{"levels": ("clip",)}, {"levels": ("video", "video")}, {"heads": 5}, {"pool_hidden": 9}]
)
def test_options_are_checked(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        COOTConfig.model_validate({**SMALL, **options})
