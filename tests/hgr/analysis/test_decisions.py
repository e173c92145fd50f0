from __future__ import annotations

import numpy as np
import pytest

from hgr.analysis.decisions import decisions
from hgr.analysis.stored import StoredSimilarity, TextRow
from tests.hgr.analysis.made_up import made_up


def test_hand_made_case() -> None:
    texts = (TextRow("a", ("v",)), TextRow("b", ("w",)))
    matrices = {
        "event": np.array([[0.9, 0.1], [0.6, 0.4]], dtype=np.float32),
        "entity": np.array([[0.2, 0.4], [0.9, 0.1]], dtype=np.float32),
    }
    found = decisions(StoredSimilarity(texts, ("v", "w"), matrices))
    assert found.right.tolist() == [0, 1]
    assert found.rival.tolist() == [1, 0]
    assert found.margins == pytest.approx(np.array([[0.4, -0.1], [-0.1, -0.4]]), abs=1e-6)
    assert found.won.tolist() == [True, False]
    assert [found.levels[i] for i in found.decided_by] == ["event", "entity"]
    assert found.shares() == {"won": {"event": 1.0, "entity": 0.0}, "lost": {"event": 0.0, "entity": 1.0}}
    assert found.needed() == {"event": 1.0, "entity": 0.0}


@pytest.mark.parametrize("absent", [False, True])
def test_margins_sum_to_the_fused_margin(absent: bool) -> None:
    stored = made_up(absent=absent)
    found = decisions(stored)
    relevant = stored.relevant()
    for t in range(len(stored.texts)):
        fused = np.zeros(len(stored.videos))
        for v in range(len(stored.videos)):
            shared = [n for n in stored.levels if stored.present(n)[0][t] and stored.present(n)[1][v]]
            fused[v] = np.mean([stored.matrices[n][t, v] for n in shared])
        margin = fused[relevant[t]].max() - fused[~relevant[t]].max()
        assert found.margins[t].sum() == pytest.approx(margin, abs=1e-6)
        assert found.won[t] == (margin > 0)
        lacking = [i for i, n in enumerate(stored.levels) if not stored.present(n)[0][t]]
        assert found.decided_by[t] not in lacking


def test_a_query_without_a_wrong_video_is_won() -> None:
    found = decisions(StoredSimilarity((TextRow("a", ("v",)),), ("v",), {"event": np.ones((1, 1))}))
    assert found.won.tolist() == [True] and found.rival.tolist() == [-1]
