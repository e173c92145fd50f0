from __future__ import annotations

import pytest
import torch

from hgr.analysis.corrections_option import parse_corrections
from hgr.analysis.extra_rows import correction_rows
from hgr.analysis.level_analysis import analyze
from hgr.analysis.level_tables import to_markdown
from hgr.errors import DataError
from hgr.metrics.corrections import dual_softmax
from hgr.metrics.ranking import ranks
from hgr.metrics.summary import summarize
from tests.hgr.analysis.made_up import made_up


def test_corrections_are_rows_of_their_own() -> None:
    stored = made_up(num_texts=20, num_videos=20)
    scores, relevant = torch.from_numpy(stored.matrices["event"]), torch.from_numpy(stored.relevant())
    ((name, temperature, found),) = correction_rows(stored, "event", {"dual_softmax": 0.5})
    assert (name, temperature) == ("dual_softmax", 0.5)
    assert found["text_to_video"] == summarize(ranks(dual_softmax(scores, 0.5), relevant))
    assert found["video_to_text"] == summarize(ranks(dual_softmax(scores.T, 0.5), relevant.T))
    whole = analyze(stored, corrections={"dual_softmax": 0.5})
    assert whole["corrections"][0]["looked_at"] == "all test queries"
    assert whole["matrices"] == analyze(stored)["matrices"]
    assert "not plain rankings" in to_markdown(whole)
    bank = correction_rows(stored, "event", {"querybank": 0.1}, bank=scores[:5])
    assert set(bank[0][2]) == {"text_to_video"}


def test_errors() -> None:
    with pytest.raises(DataError, match="unknown correction 'magic'"):
        correction_rows(made_up(), "event", {"magic": 1.0})
    assert parse_corrections(["a=0.5", "b=2"]) == {"a": 0.5, "b": 2.0}
    for bad in ("a", "a=x", "a=0", "a=nan"):
        with pytest.raises(DataError, match="correction"):
            parse_corrections([bad])
