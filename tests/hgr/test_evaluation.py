from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hgr.analysis.stored import StoredSimilarity
from hgr.attended_tiles import has_bfloat16_products
from hgr.errors import DataError
from hgr.evaluation import encode_all, evaluate, evaluate_encoded
from hgr.metrics.graded import average_precision
from hgr.metrics.grouping import best_of_group
from hgr.metrics.ranking import ranks
from hgr.metrics.summary import summarize
from hgr.objective import all_matrices
from hgr.settings import EvaluationSettings
from tests.hgr import sample_items
from tests.hgr.test_system_contract import build

VIDEOS = sample_items.videos()


def captions() -> list:
    """Two captions a video in scattered order; videos 0 and 3 share one string."""
    first, second = sample_items.texts(), sample_items.texts(seed=9)
    items = first + [replace(t, caption=replace(t.caption, id=t.caption.id + "b")) for t in second]
    shared = items[0]
    items[3] = replace(shared, caption=replace(shared.caption, id="c3", video="v3"))
    return [items[i] for i in torch.randperm(len(items), generator=torch.Generator().manual_seed(0)).tolist()]


@pytest.mark.parametrize("blocks", [(1024, 256), (3, 2), (1, 1), (5, 8)])
def test_streamed_numbers_equal_those_of_the_whole_matrix(blocks: tuple[int, int]) -> None:
    _, model, inputs = build("hgr")
    texts = captions()
    settings = EvaluationSettings(batch_size=5, text_block=blocks[0], video_block=blocks[1])
    result = evaluate(model, inputs, texts, VIDEOS, settings)
    with torch.no_grad():
        whole = all_matrices(
            model, model.encode_text(inputs.text(texts)), model.encode_video(inputs.video(VIDEOS))
        )
    owners = [text.caption.video for text in texts]
    relevant = torch.tensor([[owner == video.id for video in VIDEOS] for owner in owners])
    first = [
        i for i, text in enumerate(texts) if text.caption.text not in {t.caption.text for t in texts[:i]}
    ]
    strings = [texts[i].caption.text for i in first]
    answers = torch.tensor(
        [
            [any(t.caption.text == s and t.caption.video == v.id for t in texts) for v in VIDEOS]
            for s in strings
        ]
    )
    for name, matrix in whole.items():
        found = result.summaries["every_caption"][name]
        assert found["text_to_video"].recall == summarize(ranks(matrix.round(decimals=5), relevant)).recall
        assert found["video_to_text"].mean == pytest.approx(
            summarize(ranks(matrix.T.round(decimals=5), relevant.T)).mean, abs=0.51
        )
        unique = result.summaries["unique_strings"][name]["text_to_video"]
        assert unique.num_queries == len(first) < len(texts)
        assert unique.recall == summarize(ranks(matrix[first].round(decimals=5), answers)).recall
        best = best_of_group(matrix.round(decimals=5), relevant.int().argmax(dim=1), len(VIDEOS))
        grouped = ranks(best.T, torch.eye(len(VIDEOS), dtype=torch.bool))
        for convention in result.summaries:
            numbers = result.summaries[convention][name]["video_to_text_grouped"]
            assert numbers.num_candidates == len(VIDEOS)
            assert numbers.mean == pytest.approx(summarize(grouped).mean, abs=0.51)
        for side, scores, right in (
            ("text_to_video", matrix, relevant),
            ("video_to_text", matrix.T, relevant.T),
        ):
            precision = average_precision(scores.round(decimals=5), right.double()).mean().item()
            assert found[side].average_precision == pytest.approx(precision, abs=0.06)


def test_grouping_changes_nothing_with_one_caption_a_video() -> None:
    _, model, inputs = build("hgr")
    found = evaluate(model, inputs, sample_items.texts(), VIDEOS).summaries["every_caption"]["fused"]
    assert found["video_to_text_grouped"] == found["video_to_text"]
    assert found["video_to_text"].average_precision == pytest.approx(found["video_to_text"].mrr)


def test_precision_of_large_matrices_is_counted_for_fused_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hgr.rank_tracking.PRECISION_SCORES", 1)
    _, model, inputs = build("hgr")
    result = evaluate(model, inputs, captions(), VIDEOS)
    found = result.summaries["every_caption"]
    assert found["fused"]["video_to_text"].average_precision is not None
    assert found["event"]["video_to_text"].average_precision is None
    assert "mAP" not in result.to_json()["conventions"]["every_caption"]["event"]["video_to_text"]


def test_similarity_is_kept_with_ids(tmp_path: Path) -> None:
    _, model, inputs = build("hgr")
    texts = captions()
    result = evaluate(
        model, inputs, texts, VIDEOS, EvaluationSettings(text_block=3), similarity_folder=tmp_path
    )
    stored = StoredSimilarity.open(tmp_path)
    order = {text.caption.id: i for i, text in enumerate(texts)}
    rows = [order[row.id] for row in stored.texts]
    with torch.no_grad():
        whole = all_matrices(
            model, model.encode_text(inputs.text(texts)), model.encode_video(inputs.video(VIDEOS))
        )
    for name, matrix in whole.items():
        np.testing.assert_allclose(stored.matrices[name], matrix[rows].numpy(), atol=1e-5)
    verbless = {text.caption.id for text in texts if not text.graph.positions("action")}
    assert {stored.texts[i].id for i in stored.absent["action"][0]} == verbless
    assert result.absent["action"] == (len(verbless), 0)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("system", ["hgr", "hanet"])
def test_neither_threads_nor_files_change_a_rank(system: str, threads: int, tmp_path: Path) -> None:
    _, model, inputs = build(system)
    texts, before = captions(), torch.get_num_threads()
    settings = EvaluationSettings(batch_size=5, text_block=3, video_block=2)
    expected = evaluate(model, inputs, texts, VIDEOS, EvaluationSettings(batch_size=5))
    try:
        torch.set_num_threads(threads)
        found = evaluate(model, inputs, texts, VIDEOS, settings, encoded_folder=tmp_path)
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert (tmp_path / "texts" / "event.float32").stat().st_size > 0
    for ours, theirs in zip(found.rankings, expected.rankings, strict=True):
        assert (ours.matrix, ours.direction, ours.convention) == (
            theirs.matrix, theirs.direction, theirs.convention,
        )  # fmt: skip
        # A near tie may fall either way when blocks have another shape.
        torch.testing.assert_close(ours.ranks.best, theirs.ranks.best, atol=1.0, rtol=0)


def test_items_and_encoded_items_must_agree() -> None:
    _, model, inputs = build("hgr")
    texts = captions()
    encoded_texts, encoded_videos = encode_all(model, inputs, texts, VIDEOS, 4)
    with pytest.raises(DataError, match=f"texts: expected {len(texts) - 1} encoded, found {len(texts)}"):
        evaluate_encoded(model, encoded_texts, encoded_videos, texts[1:], VIDEOS)


@pytest.mark.skipif(not has_bfloat16_products(), reason="the processor has no bfloat16 products")
def test_bfloat16_products_keep_nearly_all_ranks() -> None:
    _, model, inputs = build("hgr")
    exact = evaluate(model, inputs, captions(), VIDEOS)
    found = evaluate(model, inputs, captions(), VIDEOS, EvaluationSettings(products="bfloat16"))
    for ours, theirs in zip(found.rankings, exact.rankings, strict=True):
        assert (ours.ranks.best != theirs.ranks.best).double().mean() < 0.2


def test_monitor_names() -> None:
    _, model, inputs = build("hgr")
    result = evaluate(model, inputs, sample_items.texts(), VIDEOS)
    assert result.value("rsum") == pytest.approx(
        result.value("text_to_video/rsum") + result.value("fused/video_to_text/rsum")
    )
    assert 0 <= result.value("action/text_to_video/R@5") <= 100
    for wrong in ("loss", "fused/text_to_video/MdR", "text_to_video/R@3", "verb/rsum"):
        with pytest.raises(ValueError, match="expected rsum"):
            result.value(wrong)
    assert "fused" in result.table() and "every caption" in result.table()


def test_nan_features_are_an_error_not_a_result() -> None:
    _, model, inputs = build("hgr")
    videos = list(VIDEOS)
    broken = {name: array.copy() for name, array in videos[2].streams.items()}
    broken["motion"][0, 0] = np.nan
    videos[2] = replace(videos[2], streams=broken)
    with pytest.raises(ValueError, match="NaN"):
        evaluate(model, inputs, sample_items.texts(), videos)


def test_a_caption_without_its_video_is_an_error() -> None:
    _, model, inputs = build("hgr")
    with pytest.raises(DataError, match=r"\['c7'\]"):
        evaluate(model, inputs, sample_items.texts(), VIDEOS[:7])
    with pytest.raises(DataError, match="twice"):
        evaluate(model, inputs, sample_items.texts(), [*VIDEOS, VIDEOS[0]])
