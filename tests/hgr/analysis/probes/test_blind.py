from __future__ import annotations

import numpy as np
import pytest

from hgr.analysis.probes.blind import blind_accuracy, blind_gaps, refine

NOUNS = [f"noun{i}" for i in range(30)]


def pairs(giveaway: bool, count: int = 400) -> tuple[list[str], list[str], list[str]]:
    """True and altered captions of random nouns; with a giveaway every altered one has its own word."""
    rng = np.random.default_rng(0)
    true = [f"a {NOUNS[a]} sees a {NOUNS[b]}" for a, b in rng.integers(0, 30, (count, 2))]
    altered = [f"a {NOUNS[a]} sees a {NOUNS[b]}" for a, b in rng.integers(0, 30, (count, 2))]
    if giveaway:
        altered = [text.replace("sees", "hugs") for text in altered]
    return true, altered, [f"v{i // 2}" for i in range(count)]


def test_reader_finds_a_giveaway_and_nothing_where_there_is_nothing() -> None:
    assert blind_accuracy(blind_gaps(*pairs(giveaway=True))) > 0.95
    assert blind_accuracy(blind_gaps(*pairs(giveaway=False))) == pytest.approx(0.5, abs=0.08)


def test_no_pair_is_judged_by_a_reader_of_its_video() -> None:
    """Every video has a word of its own in its true captions: a reader that had seen it would be right."""
    true = [f"a dog sees word{i // 2}" for i in range(200)]
    altered = [f"a dog sees word{(i // 2 + 37) % 100}" for i in range(200)]
    assert blind_accuracy(blind_gaps(true, altered, [f"v{i // 2}" for i in range(200)])) < 0.65


def test_one_video_gives_no_reader() -> None:
    assert (blind_gaps(["a"], ["b"], ["v"]) == 0).all()
    assert np.isnan(blind_accuracy(np.zeros(0)))


@pytest.mark.parametrize("seed", range(4))
def test_refinement_makes_gaps_symmetric(seed: int) -> None:
    gaps = np.random.default_rng(seed).standard_normal(500) + 0.4
    kept = gaps[refine(gaps, seed=seed)]
    assert 100 < len(kept) < 500
    assert (kept > 0).sum() == (kept < 0).sum()
    width = np.abs(gaps).max() / 50
    above, below = (
        np.bincount(np.minimum((np.abs(kept[side]) / width).astype(int), 49), minlength=50)
        for side in (kept > 0, kept < 0)
    )
    assert np.array_equal(above, below)
    assert len(refine(np.zeros(3))) == 3 and len(refine(np.ones(5))) == 0
