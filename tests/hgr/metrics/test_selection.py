from __future__ import annotations

import pytest

from hgr.metrics.selection import SELECTIONS, best_of, selection_value
from hgr.metrics.summary import RankingSummary

BETTER = RankingSummary(recall={1: 0.5, 5: 0.8, 10: 0.9}, median=1.0, mean=3.0, mrr=0.6)
WORSE = RankingSummary(recall={1: 0.4, 5: 0.7, 10: 0.8}, median=2.0, mean=4.0, mrr=0.5)


@pytest.mark.parametrize("name", SELECTIONS)
def test_bigger_is_better(name: str) -> None:
    assert selection_value(name, BETTER, BETTER) > selection_value(name, WORSE, WORSE)


def test_values() -> None:
    assert selection_value("rsum", BETTER, WORSE) == pytest.approx(220 + 190)
    assert selection_value("video_to_text_r1", BETTER, WORSE) == pytest.approx(40)
    assert best_of({"a": 1.0, "b": 2.0, "c": 2.0}) == "b"


def test_errors() -> None:
    with pytest.raises(ValueError, match="unknown selection 'loss', expected one of rsum"):
        selection_value("loss", BETTER, WORSE)
    with pytest.raises(ValueError, match="needs the recall at 1"):
        selection_value("text_to_video_r1", RankingSummary({5: 0.1}, 1, 1, 1), WORSE)
    with pytest.raises(ValueError, match="nothing to choose"):
        best_of({})
