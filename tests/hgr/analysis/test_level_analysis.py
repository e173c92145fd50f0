from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from hgr.analysis.level_analysis import analyze, make_stamp, matrix_numbers
from hgr.analysis.level_tables import to_markdown
from hgr.analysis.stored import StoredSimilarity
from hgr.errors import DataError
from hgr.metrics.graded import average_precision
from hgr.metrics.ranking import ranks
from hgr.metrics.summary import summarize
from tests.hgr.analysis.made_up import LEVELS, made_up


def test_everything_is_there_and_is_json() -> None:
    test, validation = (
        made_up(seed=1, num_texts=120, num_videos=20),
        made_up(seed=2, num_texts=120, num_videos=20),
    )
    found = analyze(test, validation=validation, steps=4)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert len(found["subsets"]) == 7 and len(found["grid"]) == 15
    assert found["tuned"]["chosen_on"] == "validation"
    assert found["oracle"]["text_to_video"]["R@1"] >= max(
        r["text_to_video"]["R@1"] for r in found["subsets"] if "+" not in r["name"]
    )
    relevant = torch.from_numpy(test.relevant())
    expected = summarize(ranks(test.matrices["event"], relevant))
    assert found["matrices"]["event"]["text_to_video"]["R@5"] == pytest.approx(100 * expected.recall[5])
    assert found["subsets"][0]["text_to_video"]["R@5"] == pytest.approx(100 * expected.recall[5])
    assert found["calibration"]["chosen_on"] == "validation"
    assert {row["kind"] for row in found["slices"]} == {"words"}
    text = to_markdown(found)
    for word in (
        "event + action + entity",
        "weights chosen on validation",
        "looks at the answer",
        "Kendall",
        "AUROC",
    ):
        assert word in text


def test_one_matrix_from_elsewhere_gives_metrics_without_levels() -> None:
    base = made_up()
    found = analyze(StoredSimilarity(base.texts, base.videos, {"fused": base.matrices["event"]}))
    assert "subsets" not in found and list(found["matrices"]) == ["fused"]
    assert "## Levels" not in to_markdown(found)


def test_bounds_are_printed_where_ties_matter() -> None:
    found = analyze(made_up(values=1))
    numbers = found["matrices"]["event"]["text_to_video"]
    assert numbers["bounds"]["pessimistic"]["R@1"] < numbers["R@1"] < numbers["bounds"]["optimistic"]["R@1"]
    assert "ranks depend on the order of a tie" in to_markdown(found)
    assert "bounds" not in analyze(made_up())["matrices"]["event"]["text_to_video"]


def test_both_definitions_of_video_to_text() -> None:
    numbers = matrix_numbers(made_up(num_texts=100, signal=(0.3, 0, 0)), "event")
    assert numbers["video_to_text"]["candidates"] == 100
    assert numbers["video_to_text_grouped"]["candidates"] == 10
    assert numbers["video_to_text"]["R@1"] == numbers["video_to_text_grouped"]["R@1"]
    assert numbers["video_to_text"]["MnR"] > numbers["video_to_text_grouped"]["MnR"]


def test_numbers_of_every_matrix() -> None:
    stored = made_up(num_texts=100, signal=(0.3, 0, 0))
    found = analyze(stored)["matrices"]["event"]
    relevant = torch.from_numpy(stored.relevant()).double()
    scores = torch.from_numpy(stored.scores("event"))
    sides = {"text_to_video": (scores, relevant), "video_to_text": (scores.T, relevant.T)}
    for direction, (s, r) in sides.items():
        assert found[direction]["mAP"] == pytest.approx(average_precision(s, r).mean().item())
        recalls = [found[direction][f"R@{k}"] for k in (1, 5, 10)]
        assert found[direction]["geometric_mean"] == pytest.approx(np.prod(recalls) ** (1 / 3))
    assert found["text_to_video"]["mAP"] == pytest.approx(found["text_to_video"]["MRR"])
    assert found["rsum"] == pytest.approx(sum(found[d][f"R@{k}"] for d in sides for k in (1, 5, 10)))
    text = to_markdown(analyze(stored))
    assert "| geometric mean | MRR | mAP | rsum |" in text and f"| {found['rsum']:.1f} |" in text


@pytest.mark.parametrize("level", ["event", "fused"])
def test_scores_that_float32_cannot_tell_apart_are_ranked(level: str) -> None:
    base = made_up()
    plain = base.matrices["event"].astype(np.float64)
    expected = analyze(StoredSimilarity(base.texts, base.videos, {level: plain}))
    order = plain.ravel().argsort().argsort().reshape(plain.shape)
    for squeezed in (1 / (1 + np.exp(-18 - plain)), order + 2**40):
        found = analyze(StoredSimilarity(base.texts, base.videos, {level: squeezed}))
        assert found["matrices"] == expected["matrices"]
        assert (found["slices"], found["hubness"]) == (expected["slices"], expected["hubness"])


def test_videos_without_text_are_left_out_of_the_queries() -> None:
    base = made_up(num_texts=30, num_videos=10)
    keep = [i for i, row in enumerate(base.texts) if row.videos[0] not in ("v2", "v7")]
    fewer = StoredSimilarity(
        tuple(base.texts[i] for i in keep), base.videos, {n: m[keep] for n, m in base.matrices.items()}
    )
    found = analyze(fewer, corrections={"dual_softmax": 0.1}, validation=made_up(seed=5), steps=2)
    assert found["videos_without_text"] == 2
    numbers = found["matrices"]["event"]
    assert (numbers["video_to_text"]["queries"], numbers["video_to_text"]["candidates"]) == (8, len(keep))
    assert (numbers["text_to_video"]["candidates"], numbers["video_to_text_grouped"]["candidates"]) == (10, 8)
    assert found["subsets"][0]["video_to_text"]["R@1"] == numbers["video_to_text"]["R@1"]
    assert found["corrections"][0]["video_to_text"]["queries"] == 8
    assert "2 videos have no text" in to_markdown(found)
    assert "no text" not in to_markdown(analyze(base))


def test_validation_must_have_the_matrix_that_ranks() -> None:
    base = made_up()
    fused = StoredSimilarity(base.texts, base.videos, {**base.matrices, "fused": base.matrices["event"]})
    with pytest.raises(DataError, match="validation has no matrix 'fused'"):
        analyze(fused, validation=base, steps=1)


def test_an_unknown_selection_is_a_problem_of_the_input() -> None:
    with pytest.raises(DataError, match="unknown selection 'nonsense', expected one of rsum"):
        analyze(made_up(), selection="nonsense")


def test_deviations_from_the_protocol_are_printed() -> None:
    stored = made_up()
    text = to_markdown(analyze(stored, protocol=make_stamp(stored, "msrvtt/1k-A")))
    assert "deviates from msrvtt/1k-A" in text and "expected 1,000 videos, found 10" in text


def test_order_of_items_changes_nothing() -> None:
    base = made_up(values=3, absent=False)
    rows, columns = np.random.default_rng(0).permutation(40), np.random.default_rng(1).permutation(10)
    other = StoredSimilarity(
        tuple(base.texts[i] for i in rows),
        tuple(base.videos[i] for i in columns),
        {name: base.matrices[name][rows][:, columns] for name in LEVELS},
    )
    a, b = analyze(base), analyze(other)
    assert a["protocol"]["digest"] == b["protocol"]["digest"]
    for x, y in zip(a["subsets"], b["subsets"], strict=True):
        assert x["rsum"] == pytest.approx(y["rsum"], abs=1e-9)
