"""HANet: concept vocabularies and labels, options, and what padding does in both modes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from graphs.levels import ACTION, ENTITY
from hgr.data.spec import DataSpec
from hgr.errors import DataError
from hgr.models.hanet import LEVELS, HANet, HANetConfig, HANetInputs, concept_tables
from hgr.nn.frames import FrameBatch
from hgr.objective import all_matrices
from tests.hgr import sample_items

SMALL = {"width": 24, "word_width": 12}
TEXTS, VIDEOS = sample_items.texts(), sample_items.videos()


def build(**options: object) -> tuple[HANet, HANetInputs, DataSpec]:
    torch.manual_seed(0)
    config = HANetConfig.model_validate({**SMALL, **options})
    spec = sample_items.spec(**concept_tables(config, TEXTS))
    return HANet(config, spec).eval(), HANetInputs(config, spec), spec


def scores(model: HANet, inputs: HANetInputs) -> dict[str, Tensor]:
    with torch.no_grad():
        return all_matrices(
            model, model.encode_text(inputs.text(TEXTS)), model.encode_video(inputs.video(VIDEOS))
        )


def test_vocabularies_come_from_the_training_captions() -> None:
    found = concept_tables(HANetConfig(entity_concepts=3), TEXTS)
    assert set(found["action_concepts"]) <= set(sample_items.VERBS) and len(found["action_concepts"]) > 1
    assert set(found["entity_concepts"]) <= set(sample_items.NOUNS) and len(found["entity_concepts"]) == 3


def test_vocabularies_can_be_the_published_files(tmp_path: Path) -> None:
    (tmp_path / "verb_words_freq.json").write_text(
        json.dumps({"play": 5, "feed": 3, "walk": 1}), encoding="utf-8"
    )
    (tmp_path / "noun_words_freq.json").write_text(json.dumps({"man": 5, "dog": 3}), encoding="utf-8")
    config = HANetConfig(concept_folder=str(tmp_path), action_concepts=2)
    assert concept_tables(config, TEXTS) == {
        "action_concepts": ("play", "feed"),
        "entity_concepts": ("man", "dog"),
    }


def test_captions_without_concepts_are_an_error() -> None:
    with pytest.raises(DataError, match="action concept"):
        concept_tables(HANetConfig(), [TEXTS[2]])


def test_labels_name_the_caption_and_ignore_its_siblings() -> None:
    _, inputs, spec = build()
    words, sibling_words = TEXTS[0].graph.words, TEXTS[1].graph.words
    batch = inputs.text([replace(TEXTS[0], siblings=(TEXTS[1],))])
    for nodes in (ACTION, ENTITY):
        for number, concept in enumerate(spec.tables[f"{nodes}_concepts"]):
            assert batch.labels[nodes][0, number] == (concept in words)
            assert batch.counted[nodes][0, number] == (concept in words or concept not in sibling_words)


def test_concept_terms_are_masked_cross_entropies() -> None:
    model, inputs, _ = build()
    text, video = inputs.text([replace(t, siblings=(TEXTS[0],)) for t in TEXTS]), inputs.video(VIDEOS)
    embeddings = model.encode_text(text), model.encode_video(video)
    found = model.auxiliary_losses(
        text=text,
        video=video,
        text_embeddings=embeddings[0],
        video_embeddings=embeddings[1],
        positives=torch.eye(len(TEXTS), dtype=torch.bool),
    )
    for side, name in zip(embeddings, ("text_concepts", "video_concepts"), strict=True):
        expected = 0.0
        for nodes in (ACTION, ENTITY):
            for row in range(len(TEXTS)):
                p, y = side[f"concept_{nodes}"].vectors[row, 0], text.labels[nodes][row]
                counted = text.counted[nodes][row].bool()
                terms = -(y * p.log() + (1 - y) * (1 - p).log())[counted]
                expected += terms.mean().item() / len(TEXTS)
        assert found[name].item() == pytest.approx(expected, rel=1e-4)


def with_padding(batch: FrameBatch, frames: int) -> FrameBatch:
    pad = torch.nn.functional.pad
    return FrameBatch(pad(batch.frames, (0, 0, 0, frames)), pad(batch.mask, (0, frames)))


@pytest.mark.parametrize("legacy", [False, True])
def test_scores_depend_on_padding_only_in_the_published_mode(legacy: bool) -> None:
    model, inputs, _ = build(legacy_padding=legacy, gate_reduction=2)
    video = inputs.video(VIDEOS)
    with torch.no_grad():
        plain, padded = model.encode_video(video), model.encode_video(with_padding(video, 8))
    for level in ("local_action", "local_entity", "concept_action"):
        difference = (plain[level].vectors - padded[level].vectors).abs().max()
        assert (difference > 1e-4) if legacy else (difference < 1e-6), level


@pytest.mark.parametrize("legacy", [False, True])
def test_statistics_count_padding_only_in_the_published_mode(legacy: bool) -> None:
    running = []
    for frames in (0, 8):
        model, inputs, _ = build(legacy_padding=legacy, video_dropout=0.0)
        model.train().encode_video(with_padding(inputs.video(VIDEOS), frames))
        running.append(model.video.heads[ENTITY].norm.running_mean)
    assert torch.allclose(*running, atol=1e-6) is not legacy


def test_fusions() -> None:
    found = {
        name: scores(*build(fusion=name)[:2]) for name in ("semantic_and_concept", "semantic", "all_levels")
    }
    both = found["semantic_and_concept"]
    torch.testing.assert_close(both["fused"], (both["semantic"] + both["concept"]) / 2)
    torch.testing.assert_close(found["semantic"]["fused"], both["semantic"])
    expected = torch.stack([both[level] for level in LEVELS]).mean(0)
    whole = [i for i in range(len(TEXTS)) if i != 2]  # the third caption lacks the action levels
    torch.testing.assert_close(found["all_levels"]["fused"][whole], expected[whole])
    lacking = torch.stack(
        [both[level] for level in LEVELS if level not in ("local_action", "individual_action")]
    )
    torch.testing.assert_close(found["all_levels"]["fused"][2], lacking.mean(0)[2])


def test_fewer_levels() -> None:
    model, inputs, _ = build(levels=("event", "individual_entity"))
    found = scores(model, inputs)
    assert (
        set(found)
        == {"event", "individual_entity", "semantic", "fused"}
        == set(model.levels) | set(model.matrices)
    )
    torch.testing.assert_close(found["fused"], (found["event"] + found["individual_entity"]) / 2)


@pytest.mark.parametrize("levels", [(), ("event", "event"), ("verbs",), ("concept_action",)])
def test_levels_are_checked(levels: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="levels"):
        HANetConfig(levels=levels)


def test_alignment_weights_sum_to_one_over_frames() -> None:
    model, inputs, _ = build()
    with torch.no_grad():
        found = model.alignment(
            model.encode_text(inputs.text(TEXTS[:1])), model.encode_video(inputs.video(VIDEOS))
        )
    assert set(found) == {"individual_action", "individual_entity"}
    assert found["individual_entity"].shape[:2] == (2, len(VIDEOS))
    assert {level: model.levels[level].nodes for level in found} == {
        "individual_action": ACTION,
        "individual_entity": ENTITY,
    }
    torch.testing.assert_close(found["individual_entity"].sum(-1), torch.ones(2, len(VIDEOS)))
