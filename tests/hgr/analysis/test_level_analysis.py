from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from hgr.analysis.level_analysis import analyze, matrix_numbers
from hgr.analysis.level_tables import to_markdown
from hgr.analysis.stored import StoredSimilarity
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
