"""HANet gives the numbers of the published implementation: scores in test mode, the loss in training mode."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graphs.levels import ACTION, ENTITY
from hgr.importers.hanet import ImportedHANet, convert
from hgr.losses import HingeLoss
from hgr.models.hanet import HANet, HANetText
from hgr.objective import LossReport, Objective, all_matrices
from tests.hgr.models import published_hgr

SCORES = {
    "event": "event",
    "local_action": "verb",
    "local_entity": "noun",
    "individual_action": "indiv_verb",
    "individual_entity": "indiv_noun",
    "concept_action": "concept_verb",
    "concept_entity": "concept_noun",
}
RATES = {"dropout": 0.0, "video_dropout": 0.0, "graph_dropout": 0.0}


@pytest.fixture(scope="module")
def fixture(shared_data: Path) -> Path:
    return shared_data / "parity" / "hanet_small.npz"


def build(fixture: Path, **options: object) -> HANet:
    imported = convert(published_hgr.weights(fixture))
    model = HANet(imported.config.model_copy(update={**RATES, **options}), spec(imported))
    model.load_state_dict(imported.state, strict=True)
    return model


def spec(imported: ImportedHANet):  # type: ignore[no-untyped-def]
    numbered = {nodes: tuple(map(str, range(count))) for nodes, count in imported.num_concepts.items()}
    return imported.spec(tuple(map(str, range(imported.num_words))), numbered)


def text_batch(fixture: Path) -> HANetText:
    inputs = published_hgr.arrays(fixture, "in/")
    return HANetText(
        published_hgr.text_batch(inputs),
        {ACTION: inputs["verb_concept_label"], ENTITY: inputs["noun_concept_label"]},
        {ACTION: inputs["verb_concept_mask"], ENTITY: inputs["noun_concept_mask"]},
    )


def matrices(model: HANet, fixture: Path) -> dict[str, Tensor]:
    video = published_hgr.frame_batch(published_hgr.arrays(fixture, "in/"))
    with torch.no_grad():
        return all_matrices(model, model.encode_text(text_batch(fixture)), model.encode_video(video))


def published_loss(model: HANet, fixture: Path) -> LossReport:
    text, video = text_batch(fixture), published_hgr.frame_batch(published_hgr.arrays(fixture, "in/"))
    text_embeddings, video_embeddings = model.encode_text(text), model.encode_video(video)
    found = all_matrices(model, text_embeddings, video_embeddings)
    positives = torch.eye(6, dtype=torch.bool)
    auxiliary = model.auxiliary_losses(
        text=text,
        video=video,
        text_embeddings=text_embeddings,
        video_embeddings=video_embeddings,
        positives=positives,
    )
    weights, terms = {"semantic": 1.0, "concept": 0.1}, {"text_concepts": 0.01, "video_concepts": 0.01}
    return Objective(HingeLoss(), weights, terms)(found, dict.fromkeys(found, positives), auxiliary)


def test_scores_of_every_level(fixture: Path) -> None:
    found = matrices(build(fixture).eval(), fixture)
    expected = published_hgr.arrays(fixture, "score/")
    assert set(expected) == set(SCORES.values())
    for level, name in SCORES.items():
        torch.testing.assert_close(found[level], expected[name].T, atol=1e-5, rtol=0, msg=level)
    semantic = sum(expected[name] for name in SCORES.values() if not name.startswith("concept")).T / 5
    concept = (expected["concept_verb"] + expected["concept_noun"]).T / 2
    torch.testing.assert_close(found["fused"], (semantic + concept) / 2, atol=1e-5, rtol=0)


def test_embeddings(fixture: Path) -> None:
    model, expected = build(fixture).eval(), published_hgr.arrays(fixture, "embed/")
    inputs = published_hgr.arrays(fixture, "in/")
    with torch.no_grad():
        video = model.encode_video(published_hgr.frame_batch(inputs))
        text = model.encode_text(text_batch(fixture))
    torch.testing.assert_close(video["event"].vectors[:, 0], expected["vid_sent_embeds"], atol=1e-5, rtol=0)
    torch.testing.assert_close(text["event"].vectors[:, 0], expected["sent_embeds"], atol=1e-5, rtol=0)
    for nodes, name in ((ACTION, "verb"), (ENTITY, "noun")):
        tokens, phrases = video[f"local_{nodes}"].vectors, text[f"local_{nodes}"]
        torch.testing.assert_close(tokens, expected[f"vid_{name}_embeds"], atol=1e-5, rtol=0)
        slots = inputs[f"{name}_masks"].any(-1)
        torch.testing.assert_close(
            phrases.vectors[phrases.mask], expected[f"{name}_embeds"][slots], atol=1e-5, rtol=0
        )


def test_loss_gradients_and_one_adam_step(fixture: Path) -> None:
    model = build(fixture).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    loss = published_loss(model, fixture).total
    torch.testing.assert_close(loss, published_hgr.arrays(fixture, "loss")[""], atol=1e-6, rtol=0)
    loss.backward()
    published = published_hgr.weights(fixture, "grad/")
    for side in published.values():  # gradients of the heads' norms are stored under their second names
        for kind in ("verb", "noun"):
            for leaf in ("weight", "bias"):
                side[f"classifier_{kind}.1.{leaf}"] = side[f"bn_{kind}.{leaf}"]
    gradients = convert(published).state
    for name, parameter in model.named_parameters():
        largest = float(gradients[name].abs().max())
        tolerance = 1e-5 * largest if largest > 1e-7 else 1e-7
        torch.testing.assert_close(parameter.grad, gradients[name], atol=tolerance, rtol=0, msg=name)
    optimizer.step()
    after = convert(published_hgr.weights(fixture, "after/")).state
    for name, value in model.state_dict().items():
        moved = (
            gradients[name].abs() > 1e-7 if name in gradients else torch.ones_like(value, dtype=torch.bool)
        )
        torch.testing.assert_close(value[moved], after[name][moved], atol=1e-6, rtol=0, msg=name)
