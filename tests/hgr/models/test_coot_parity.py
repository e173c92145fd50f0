"""COOT gives the numbers of the published implementation."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from hgr.embeddings import Embeddings
from hgr.importers.coot import convert
from hgr.losses import HingeConfig, HingeLoss
from hgr.models.coot import COOT
from hgr.nn.frames import FrameBatch
from hgr.nn.segments import SegmentedBatch
from hgr.objective import Objective, all_matrices
from tests.hgr.models import published_hgr

EMBEDDINGS = {
    ("video", "video"): "vid_emb",
    ("video", "clip"): "clip_emb",
    ("video", "context"): "vid_context",
    ("text", "video"): "par_emb",
    ("text", "clip"): "sent_emb",
    ("text", "context"): "par_context",
}
LEVELS = {"video": "video/paragraph", "clip": "clip/sentence", "context": "context"}


@pytest.fixture(scope="module")
def fixture(shared_data: Path) -> Path:
    return shared_data / "parity" / "coot_small.npz"


@pytest.fixture
def model(fixture: Path) -> COOT:
    return build(fixture)


def build(fixture: Path, **options: object) -> COOT:
    imported = convert(published_hgr.weights(fixture))
    config = imported.config.model_copy(update={"cycle_samples": None, **options})
    model = COOT(config, imported.spec())
    model.load_state_dict(imported.state, strict=True)
    return model.eval()


def batches(fixture: Path) -> tuple[SegmentedBatch, SegmentedBatch]:
    arrays = published_hgr.arrays(fixture, "batch/")

    def frames(name: str) -> FrameBatch:
        return FrameBatch(arrays[f"{name}_feat"], ~arrays[f"{name}_feat_mask"])

    def batch(whole: str, part: str) -> SegmentedBatch:
        counts = tuple(arrays[f"{part}_num"].tolist())
        return SegmentedBatch(frames(whole), frames(part), counts, torch.arange(sum(counts)))

    return batch("par", "sent"), batch("vid", "clip")


def encode(model: COOT, fixture: Path) -> tuple[Embeddings, Embeddings]:
    text, video = batches(fixture)
    with torch.no_grad():
        return model.encode_text(text), model.encode_video(video)


def test_embeddings(model: COOT, fixture: Path) -> None:
    text, video = encode(model, fixture)
    expected = published_hgr.arrays(fixture, "out/")
    for (side, level), name in EMBEDDINGS.items():
        found = (text if side == "text" else video)[level].vectors[:, 0]
        torch.testing.assert_close(found, expected[name], atol=1e-5, rtol=0, msg=name)


def terms(model: COOT, fixture: Path) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]:
    text_batch, video_batch = batches(fixture)
    text, video = model.encode_text(text_batch), model.encode_video(video_batch)
    matrices = all_matrices(model, text, video)
    positives = {name: torch.eye(len(matrix), dtype=torch.bool) for name, matrix in matrices.items()}
    auxiliary = model.auxiliary_losses(
        text=text_batch,
        video=video_batch,
        text_embeddings=text,
        video_embeddings=video,
        positives=positives["video"],
    )
    return matrices, positives, auxiliary


def test_every_loss_term(model: COOT, fixture: Path) -> None:
    expected = published_hgr.arrays(fixture, "loss/")
    matrices, positives, auxiliary = terms(model, fixture)
    align = HingeLoss(HingeConfig(negatives="all", reduction="cells"))
    for level, name in LEVELS.items():
        found = align(matrices[level], positives[level])
        torch.testing.assert_close(found, expected[f"align {name}"], atol=1e-5, rtol=0)
        torch.testing.assert_close(
            auxiliary[f"cluster_{level}"], expected[f"cluster {name}"], atol=1e-5, rtol=0
        )
    torch.testing.assert_close(
        auxiliary["cycle_clip"], expected["cycle clip->sent->clip (all)"], atol=1e-6, rtol=0
    )
    torch.testing.assert_close(
        auxiliary["cycle_sentence"], expected["cycle sent->clip->sent (all)"], atol=1e-6, rtol=0
    )


def test_contrastive_total(model: COOT, fixture: Path) -> None:
    matrices, positives, auxiliary = terms(model, fixture)
    objective = Objective(
        HingeLoss(HingeConfig(negatives="all", reduction="cells")),
        dict.fromkeys(LEVELS, 1.0),
        {"cluster_video": 1.0, "cluster_clip": 1.0},
    )
    expected = published_hgr.arrays(fixture, "loss/")["contrastive total"]
    torch.testing.assert_close(objective(matrices, positives, auxiliary).total, expected, atol=1e-5, rtol=0)


def test_gradients_equal_finite_differences(fixture: Path) -> None:
    """The fixture holds no gradients; those of all terms together must fit the values, which are published ones."""
    model = build(fixture).double()
    text_batch, video_batch = batches(fixture)
    text_batch, video_batch = (
        SegmentedBatch(
            FrameBatch(b.whole.frames.double(), b.whole.mask),  # type: ignore[union-attr]
            FrameBatch(b.parts.frames.double(), b.parts.mask),  # type: ignore[union-attr]
            b.counts,
            b.rows,
        )
        for b in (text_batch, video_batch)
    )

    def total() -> Tensor:
        text, video = model.encode_text(text_batch), model.encode_video(video_batch)
        eye = torch.eye(4, dtype=torch.bool)
        auxiliary = model.auxiliary_losses(
            text=text_batch, video=video_batch, text_embeddings=text, video_embeddings=video, positives=eye
        )
        align = HingeLoss(HingeConfig(negatives="all", reduction="cells"))
        matrices = model.similarities(text, video)
        losses = [align(m, torch.eye(len(m), dtype=torch.bool)) for m in matrices.values()]
        return torch.stack([*losses, *auxiliary.values()]).sum()

    total().backward()
    torch.manual_seed(0)
    for network in (model.video.local, model.video.whole, model.text.local, model.text.whole):
        parameters = list(network.parameters())
        direction = [torch.randn_like(parameter) for parameter in parameters]
        values = []
        with torch.no_grad():
            for step in (1e-6, -2e-6, 1e-6):
                for parameter, change in zip(parameters, direction, strict=True):
                    parameter.add_(change, alpha=step)
                values.append(total().item())
        slope = sum((p.grad * d).sum().item() for p, d in zip(parameters, direction, strict=True))  # type: ignore[operator]
        assert slope == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-4)


def test_masked_pooling_differs_only_where_there_is_padding(model: COOT, fixture: Path) -> None:
    masked = build(fixture, legacy_padding=False)
    for old, new in zip(encode(model, fixture), encode(masked, fixture), strict=True):
        difference = (old["video"].vectors - new["video"].vectors).abs().amax((1, 2))
        assert difference[1] < 1e-6  # the item with the most clips
        assert (difference[[0, 2, 3]] > 1e-2).all()
        torch.testing.assert_close(old["clip"].vectors, new["clip"].vectors)
