from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from hgr.analysis.stored_ranks import StoredRanking
from hgr.evaluation_result import EvaluationResult
from hgr.metrics.ranking import Ranks


def ranking(direction: str, above: list[int], tied: int = 1, candidates: int = 20) -> StoredRanking:
    count = len(above)
    ids = tuple(f"q{i}" for i in range(count))
    ones = torch.ones(count, dtype=torch.int64)
    found = Ranks(torch.tensor(above), tied * ones, ones, candidates)
    return StoredRanking("fused", direction, "every_caption", found, ids, ids)  # type: ignore[arg-type]


def example(tied: int = 1) -> EvaluationResult:
    """Recalls at 1, 5 and 10 in percent: text to video 25, 50, 75; video to text 0, 50, 100; grouped 0, 100, 100."""
    return EvaluationResult(
        rankings=(
            ranking("text_to_video", [0, 3, 8, 15], tied),
            ranking("video_to_text", [3, 8]),
            ranking("video_to_text_grouped", [2, 3], candidates=10),
        ),
        cutoffs=(1, 5, 10),
        headline="every_caption",
        num_texts=4,
        num_videos=2,
        absent={},
        mean_precisions={("fused", "video_to_text", "every_caption"): 0.25},
    )


def test_rsum_is_of_the_definition_that_stands_first() -> None:
    one = example()
    grouped = replace(one, video_to_text="grouped")
    assert one.rsum() == one.value("rsum") == pytest.approx(150 + 150)
    assert grouped.rsum() == grouped.value("fused/rsum") == pytest.approx(150 + 200)
    for result, total in ((one, 300), (grouped, 350)):
        content = result.to_json()
        assert content["video_to_text"] == result.video_to_text
        assert content["conventions"]["every_caption"]["fused"]["rsum"] == pytest.approx(total)


def test_every_number_has_a_name_that_can_be_monitored() -> None:
    one = example()
    assert one.value("video_to_text_grouped/R@5") == 100
    assert one.value("video_to_text/mAP") == 0.25
    assert one.value("text_to_video/geometric_mean") == pytest.approx((25 * 50 * 75) ** (1 / 3))
    with pytest.raises(ValueError, match="expected rsum"):
        one.value("text_to_video/mAP")


def test_bounds_are_stored_where_a_tie_leaves_something_open() -> None:
    sides = example(tied=4).to_json()["conventions"]["every_caption"]["fused"]
    assert sides["text_to_video"]["undecided"] == 4
    bounds = sides["text_to_video"]["bounds"]
    assert (bounds["optimistic"]["R@1"], bounds["pessimistic"]["R@1"]) == (25, 0)
    assert bounds["pessimistic"]["R@1"] <= sides["text_to_video"]["R@1"] <= bounds["optimistic"]["R@1"]
    assert "bounds" not in sides["video_to_text"] and "undecided" not in sides["video_to_text"]
    json.dumps(sides, allow_nan=False)
