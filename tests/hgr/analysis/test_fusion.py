from __future__ import annotations

import numpy as np
import pytest
import torch

from hgr.analysis.fusion import fused_ranks, simplex, subsets
from hgr.analysis.stored import StoredSimilarity
from hgr.errors import DataError
from hgr.metrics.ranking import ranks
from tests.hgr.analysis.made_up import LEVELS, made_up


def by_definition(stored: StoredSimilarity, weights: tuple[float, ...]) -> torch.Tensor:
    """The weighted mean over the levels that a text and a video share, pair by pair, in float32."""
    fused = torch.zeros(len(stored.texts), len(stored.videos))
    present = {level: stored.present(level) for level in stored.levels}
    for t in range(fused.shape[0]):
        for v in range(fused.shape[1]):
            shared = [
                (w, stored.matrices[level][t, v])
                for w, level in zip(weights, stored.levels, strict=True)
                if present[level][0][t] and present[level][1][v]
            ]
            total = sum(w for w, _ in shared)
            value = np.float32(0)
            for w, score in shared:
                if total:
                    value = np.float32(value + np.float32(np.float32(w / total) * score))
            fused[t, v] = float(value)
    return fused


@pytest.mark.parametrize("absent", [False, True])
@pytest.mark.parametrize("values", [None, 2])
def test_equals_ranks_of_the_fused_matrix(absent: bool, values: int | None) -> None:
    stored = made_up(absent=absent, values=values)
    relevant = torch.from_numpy(stored.relevant())
    weights = [*subsets(LEVELS).values(), *simplex(3, 4)]
    for found in fused_ranks(stored, weights):
        fused = by_definition(stored, found.weights)
        to_video, to_text = ranks(fused, relevant), ranks(fused.T, relevant.T)
        for name in ("above", "tied", "relevant_tied"):
            assert torch.equal(getattr(found.text_to_video, name), getattr(to_video, name))
            assert torch.equal(getattr(found.video_to_text, name), getattr(to_text, name))


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = made_up(values=3, absent=True)
    whole = fused_ranks(stored, simplex(3, 3))
    monkeypatch.setattr("hgr.analysis.fusion.BLOCK", 33)
    for a, b in zip(whole, fused_ranks(stored, simplex(3, 3)), strict=True):
        assert torch.equal(a.text_to_video.best, b.text_to_video.best)
        assert torch.equal(a.video_to_text.best, b.video_to_text.best)


def test_grids() -> None:
    assert len(simplex(3, 10)) == 66
    assert all(sum(w) == pytest.approx(1) and min(w) >= 0 for w in simplex(3, 10))
    assert len(set(simplex(4, 5))) == len(simplex(4, 5)) == 56
    assert len(subsets(LEVELS)) == 7
    assert subsets(LEVELS)["event", "entity"] == (0.5, 0.0, 0.5)


def test_a_video_without_a_text_is_a_candidate_and_no_query() -> None:
    stored = made_up(num_texts=12, num_videos=10)
    fewer = StoredSimilarity(
        stored.texts[1:9], stored.videos, {n: m[1:9] for n, m in stored.matrices.items()}
    )
    found = fused_ranks(fewer, [(1.0, 0.0, 0.0)])[0]
    scores, relevant = torch.from_numpy(fewer.scores("event")), torch.from_numpy(fewer.relevant())
    answered = fewer.answered()
    assert len(answered) == 8 and len(found.text_to_video) == 8
    assert found.text_to_video.num_candidates == 10
    expected = ranks(scores[:, answered].T, relevant[:, answered].T)
    assert torch.equal(found.video_to_text.best, expected.best)
    assert found.video_to_text.num_candidates == 8


@pytest.mark.parametrize("others", [np.float32, np.float64])
def test_float64_is_not_rounded_into_ties(others: type[np.floating]) -> None:
    plain = made_up()
    fine = {
        "event": 1.0 + 1e-12 * plain.matrices["event"].astype(np.float64),
        "action": plain.matrices["action"].astype(others),
    }
    stored = StoredSimilarity(plain.texts, plain.videos, fine)
    narrow = StoredSimilarity(plain.texts, plain.videos, {n: plain.matrices[n] for n in fine})
    (found,), (expected,) = fused_ranks(stored, [(1.0, 0.0)]), fused_ranks(narrow, [(1.0, 0.0)])
    assert found.text_to_video.num_undecided == 0
    assert (found.text_to_video.best - expected.text_to_video.best).abs().mean() < 0.1


def test_errors() -> None:
    stored = made_up()
    for bad in ([(1.0, 0.0)], [(0.0, 0.0, 0.0)], [(1.0, -1.0, 1.0)]):
        with pytest.raises(DataError, match="expected weights"):
            fused_ranks(stored, bad)
    with pytest.raises(DataError, match="no level 'scene'"):
        fused_ranks(stored, [(1.0,)], ["scene"])
    stored.matrices["action"][3, 2] = np.nan
    with pytest.raises(DataError, match="made up: action: NaN .* text 't3' .* video 'v2'"):
        fused_ranks(stored, [(1.0, 1.0, 1.0)])
