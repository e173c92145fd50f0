"""The benchmarks compare like with like: plain form and package agree before anything is timed."""

from __future__ import annotations

import pytest
import torch

from benchmarks import evaluation, similarity, train_step


@pytest.mark.parametrize("real_phrases", [6, 3])
def test_both_forms_of_the_attended_similarity_agree(real_phrases: int) -> None:
    upstream = torch.randn(similarity.TEXTS, similarity.VIDEOS)
    found = similarity.difference(similarity.make_inputs(real_phrases), upstream)
    assert max(found.values()) <= similarity.TOLERANCE


def test_a_difference_of_the_forms_stops_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        similarity, "attended", lambda text, video: text.vectors[:, 0] @ video.vectors[:, 0].T
    )
    with pytest.raises(ValueError, match="scores differ"):
        similarity.difference(similarity.make_inputs(6), torch.randn(similarity.TEXTS, similarity.VIDEOS))


@pytest.mark.parametrize("system", train_step.SYSTEMS)
def test_both_losses_agree(system: str) -> None:
    assert train_step.check(train_step.SYSTEMS[system], 4) <= train_step.TOLERANCE


def test_evaluations_agree_and_are_timed() -> None:
    result = evaluation.measure(8, 1)
    assert result["plain_seconds"] > 0 and result["package_seconds"] > 0
