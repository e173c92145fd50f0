"""VSE++: pooling, options, and its formulas as loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from graphs.role_graph import RoleGraph, event_node
from hgr.data.items import Caption, TextItem, VideoItem
from hgr.data.spec import DataSpec
from hgr.models.vsepp import VSEPP, VSEPPConfig, VSEPPInputs
from hgr.objective import all_matrices

SPEC = DataSpec(streams={"a": 6, "b": 2}, words=("<bos>", "<eos>", "<unk>", "a", "dog", "runs", "fast"))


def text_item(text: str) -> TextItem:
    words = tuple(text.split())
    return TextItem(Caption(text, "v", text), RoleGraph(words, (event_node(words),), ()))


def video_item(name: str, frames: int) -> VideoItem:
    rng = np.random.default_rng(frames)
    return VideoItem(
        name, {s: rng.standard_normal((frames, w)).astype(np.float32) for s, w in SPEC.streams.items()}
    )


def build(**options: object) -> tuple[VSEPP, VSEPPInputs]:
    torch.manual_seed(0)
    config = VSEPPConfig.model_validate({"width": 8, "word_width": 5, **options})
    return VSEPP(config, SPEC).eval(), VSEPPInputs(config, SPEC)


def test_video_is_the_projected_mean_of_its_frames() -> None:
    model, inputs = build()
    videos = [video_item("long", 7), video_item("short", 3)]
    found = model.encode_video(inputs.video(videos))["event"].vectors[:, 0]
    for row, video in zip(found, videos, strict=True):
        mean = np.concatenate([video.streams["a"].mean(0), video.streams["b"].mean(0)])
        torch.testing.assert_close(row, model.projection(torch.from_numpy(mean)), atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    "options", [{}, {"text_encoder": "gru", "text_pooling": "last"}, {"text_encoder": "bilstm"}]
)
def test_a_caption_alone_equals_itself_in_a_batch(options: dict[str, str]) -> None:
    model, inputs = build(**options)
    texts = [text_item("a dog runs fast"), text_item("dog")]
    together = model.encode_text(inputs.text(texts))["event"].vectors
    for i, text in enumerate(texts):
        alone = model.encode_text(inputs.text([text]))["event"].vectors
        torch.testing.assert_close(together[i], alone[0], atol=1e-6, rtol=0)


def test_mean_and_last_pooling_read_the_states() -> None:
    for pooling in ("mean", "last"):
        model, inputs = build(text_encoder="gru", text_pooling=pooling)
        batch = inputs.text([text_item("a dog runs")])
        states = model.words(batch.word_ids, torch.tensor([3]))[0]
        expected = states.mean(0) if pooling == "mean" else states[2]
        torch.testing.assert_close(model.encode_text(batch)["event"].vectors[0, 0], expected)


def test_last_state_of_two_directions_is_refused() -> None:
    with pytest.raises(ValidationError, match="text_pooling 'last' needs"):
        VSEPPConfig(text_pooling="last")


def test_words_are_cut_and_unknown_ones_known_as_such() -> None:
    _, inputs = build(max_words=2)
    assert inputs.text([text_item("dog zebra runs")]).word_ids.tolist() == [[4, 2]]


def test_fused_is_the_cosine() -> None:
    model, inputs = build()
    text = model.encode_text(inputs.text([text_item("a dog"), text_item("runs fast")]))
    video = model.encode_video(inputs.video([video_item("v", 4)]))
    matrices = all_matrices(model, text, video)
    a, b = text["event"].vectors[1, 0], video["event"].vectors[0, 0]
    assert matrices["fused"][1, 0].item() == pytest.approx((a @ b / a.norm() / b.norm()).item(), abs=1e-6)


def test_word_vectors_are_set_where_known() -> None:
    model, _ = build()
    vectors = torch.full((7, 5), torch.nan)
    vectors[4] = 1.0
    assert model.set_word_vectors(vectors) == 1
    assert torch.equal(model.words.embedding.weight[4], torch.ones(5))
