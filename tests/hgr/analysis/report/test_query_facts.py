from __future__ import annotations

import numpy as np
import pytest

from hgr.analysis.report.query_facts import query_facts, with_fused
from hgr.analysis.stored import StoredSimilarity, TextRow

TEXTS = (TextRow("a", ("v0",)), TextRow("b", ("v1", "v2")), TextRow("c", ("v2",)))
EVENT = np.array([[0.9, 0.1, 0.2], [0.5, 0.4, 0.1], [0.3, 0.3, 0.3]], dtype=np.float32)
ACTION = np.array([[0.1, 0.6, 0.0], [0.0, 0.8, 0.2], [0.9, 0.2, 0.1]], dtype=np.float32)


def stored(absent: dict | None = None, fused: bool = True) -> StoredSimilarity:
    matrices = {"event": EVENT, "action": ACTION} | ({"fused": (EVENT + ACTION) / 2} if fused else {})
    return StoredSimilarity(TEXTS, ("v0", "v1", "v2"), matrices, absent or {}, "test")


def test_ranks_rival_and_the_level_that_decided() -> None:
    first, second, third = query_facts(stored(), [0, 1, 2], top=2)
    assert (first.rank, first.right, first.rival, first.decided) == (1.0, 0, 1, "event")
    assert first.level_ranks == {"event": 1.0, "action": 2.0}
    assert first.top == (0, 1)
    assert second.answers == (1, 2)
    assert (second.rank, second.right, second.rival) == (1.0, 1, 0)
    assert (third.rank, third.right, third.rival, third.decided) == (3.0, 2, 0, "action")
    assert third.level_ranks["event"] == 2.0, "a tie of three: the mean of its places"


def test_a_level_that_the_text_lacks_decides_nothing() -> None:
    third = query_facts(stored({"action": ((2,), ())}), [2])[0]
    assert third.level_ranks == {"event": 2.0, "action": None}
    assert third.decided is None


def test_without_wrong_videos_there_is_no_rival() -> None:
    one = StoredSimilarity((TextRow("a", ("v0",)),), ("v0",), {"fused": np.ones((1, 1), np.float32)}, {}, "")
    facts = query_facts(one, [0])[0]
    assert (facts.rank, facts.rival, facts.decided) == (1.0, -1, None)


def test_the_mean_of_the_levels_that_are_there_stands_in_for_fused() -> None:
    found, made = with_fused(stored({"action": ((2,), ())}, fused=False))
    assert made
    np.testing.assert_allclose(found.matrices["fused"][:2], (EVENT + ACTION)[:2] / 2)
    np.testing.assert_allclose(found.matrices["fused"][2], EVENT[2])
    assert with_fused(stored())[1] is False


def test_nan_is_an_error() -> None:
    bad = StoredSimilarity(TEXTS, ("v0", "v1", "v2"), {"fused": np.full((3, 3), np.nan, np.float32)}, {}, "")
    with pytest.raises(ValueError, match="NaN or infinite"):
        query_facts(bad, [0])
