"""What every system in SYSTEMS promises."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from hgr.embeddings import Embeddings, LevelEmbedding
from hgr.evaluation import evaluate
from hgr.losses import HingeLoss
from hgr.models.base import FUSED, Inputs, RetrievalModel, SystemConfig
from hgr.objective import all_matrices
from hgr.systems import SYSTEMS, build_inputs, build_system
from tests.hgr import sample_items
from tests.hgr.system_options import SMALL

TEXTS, VIDEOS = sample_items.texts(), sample_items.videos()


def build(name: str, **options: Any) -> tuple[SystemConfig, RetrievalModel, Inputs]:
    torch.manual_seed(0)
    system = SYSTEMS[name]
    config = system.config.model_validate({"system": name, **SMALL.get(name, {}), **options})
    tables = system.tables(config, TEXTS) if system.tables else {}
    spec = sample_items.spec(**tables)
    return config, build_system(config, spec).eval(), build_inputs(config, spec)


@pytest.fixture(params=sorted(SYSTEMS))
def system(request: pytest.FixtureRequest) -> tuple[SystemConfig, RetrievalModel, Inputs]:
    return build(request.param)


def scores(model: RetrievalModel, inputs: Inputs, texts: list, videos: list) -> dict[str, Tensor]:
    with torch.no_grad():
        return all_matrices(
            model, model.encode_text(inputs.text(texts)), model.encode_video(inputs.video(videos))
        )


def padded(embeddings: Embeddings) -> Embeddings:
    return {
        name: LevelEmbedding(
            torch.nn.functional.pad(level.vectors, (0, 0, 0, 2), value=7.0),
            torch.nn.functional.pad(level.mask, (0, 2)),
        )
        if level.vectors.shape[1] > 1
        else level
        for name, level in embeddings.items()
    }


def test_levels_and_shapes(system: tuple) -> None:
    _, model, inputs = system
    text, video = model.encode_text(inputs.text(TEXTS)), model.encode_video(inputs.video(VIDEOS))
    matrices = all_matrices(model, text, video)
    assert set(text) == set(video) == set(model.levels)
    assert set(matrices) == set(model.levels) | set(model.matrices) and FUSED in model.matrices
    rows = {"video": (len(TEXTS), len(VIDEOS))}
    rows["segment"] = (sample_items.SEGMENTS * rows["video"][0], sample_items.SEGMENTS * rows["video"][1])
    for name, matrix in matrices.items():
        unit = model.levels[name].unit if name in model.levels else "video"
        assert matrix.shape == rows[unit] and torch.isfinite(matrix).all(), name


def test_padding_of_embeddings_changes_nothing(system: tuple) -> None:
    _, model, inputs = system
    with torch.no_grad():
        text, video = model.encode_text(inputs.text(TEXTS)), model.encode_video(inputs.video(VIDEOS))
        expected, found = all_matrices(model, text, video), all_matrices(model, padded(text), padded(video))
    for name in expected:
        torch.testing.assert_close(found[name], expected[name], atol=1e-5, rtol=0, msg=name)


def test_alone_equals_in_a_batch(system: tuple) -> None:
    _, model, inputs = system
    together = scores(model, inputs, TEXTS, VIDEOS)[FUSED]
    for i in (0, 2, 5):
        torch.testing.assert_close(
            scores(model, inputs, [TEXTS[i]], [VIDEOS[i]])[FUSED][0, 0], together[i, i], atol=1e-5, rtol=0
        )


def test_permuting_videos_permutes_columns(system: tuple) -> None:
    _, model, inputs = system
    order = [3, 0, 7, 1, 2, 6, 5, 4]
    expected = scores(model, inputs, TEXTS, VIDEOS)[FUSED][:, order]
    found = scores(model, inputs, TEXTS, [VIDEOS[i] for i in order])[FUSED]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_every_trainable_parameter_gets_a_gradient(system: tuple) -> None:
    _, model, inputs = system
    model.train()
    text, video = inputs.text(TEXTS), inputs.video(VIDEOS)
    text_embeddings, video_embeddings = model.encode_text(text), model.encode_video(video)
    positives = torch.eye(len(TEXTS), dtype=torch.bool)
    auxiliary = model.auxiliary_losses(
        text=text,
        video=video,
        text_embeddings=text_embeddings,
        video_embeddings=video_embeddings,
        positives=positives,
    )
    matrices = all_matrices(model, text_embeddings, video_embeddings)
    (sum(matrix.square().sum() for matrix in matrices.values()) + sum(auxiliary.values())).backward()
    without = [name for name, p in model.named_parameters() if p.requires_grad and p.grad is None]
    assert not without


def test_saved_weights_give_the_same_scores(system: tuple, tmp_path: Path) -> None:
    config, model, inputs = system
    save_file(model.state_dict(), tmp_path / "weights.safetensors")
    other = build(config.system)[1]
    for parameter in other.parameters():
        torch.nn.init.zeros_(parameter)
    other.load_state_dict(load_file(tmp_path / "weights.safetensors"), strict=True)
    expected = scores(model, inputs, TEXTS, VIDEOS)[FUSED]
    assert torch.equal(scores(other, inputs, TEXTS, VIDEOS)[FUSED], expected)


def test_inputs_survive_pickling(system: tuple) -> None:
    _, model, inputs = system
    expected = scores(model, inputs, TEXTS, VIDEOS)[FUSED]
    assert torch.equal(scores(model, pickle.loads(pickle.dumps(inputs)), TEXTS, VIDEOS)[FUSED], expected)


def test_eight_pairs_are_learned_by_heart(system: tuple) -> None:
    _, model, inputs = system
    torch.manual_seed(0)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    text, video = inputs.text(TEXTS), inputs.video(VIDEOS)
    positives = torch.eye(len(TEXTS), dtype=torch.bool)
    loss = HingeLoss()
    for _ in range(150):
        matrices = all_matrices(model, model.encode_text(text), model.encode_video(video))
        optimizer.zero_grad()
        loss(matrices[FUSED], positives).backward()
        optimizer.step()
    result = evaluate(model, inputs, TEXTS, VIDEOS)
    assert result.value("text_to_video/R@1") == 100.0
