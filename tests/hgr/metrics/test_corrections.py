from __future__ import annotations

import math

import pytest
import torch

from hgr.metrics.corrections import CORRECTIONS, dual_softmax, inverted_softmax, querybank

SCORES = torch.rand(7, 5, generator=torch.Generator().manual_seed(0))
BANK = torch.rand(9, 5, generator=torch.Generator().manual_seed(1))


def test_dual_softmax_equals_a_loop() -> None:
    found = dual_softmax(SCORES, 0.1)
    for q in range(7):
        for c in range(5):
            total = sum(math.exp(SCORES[p, c].item() / 0.1) for p in range(7))
            share = math.exp(SCORES[q, c].item() / 0.1) / total
            assert found[q, c].item() == pytest.approx(SCORES[q, c].item() * share, rel=1e-6)


def test_inverted_softmax_equals_a_loop_and_does_not_overflow() -> None:
    found = inverted_softmax(SCORES, 0.05, BANK)
    for q in range(7):
        for c in range(5):
            total = sum(math.exp(BANK[b, c].item() / 0.05) for b in range(9))
            assert found[q, c].item() == pytest.approx(SCORES[q, c].item() / 0.05 - math.log(total), rel=1e-6)
    assert torch.isfinite(inverted_softmax(SCORES * 1e4, 0.01, BANK * 1e4)).all()


def test_query_bank_changes_only_queries_that_hit_a_hub() -> None:
    bank = torch.zeros(3, 5)
    bank[:, 2] = 1.0
    found = querybank(SCORES, 0.1, bank)
    hit = SCORES.argmax(dim=1) == 2
    assert hit.any() and not hit.all()
    assert torch.equal(found[~hit], SCORES[~hit].double())
    assert torch.allclose(found[hit], inverted_softmax(SCORES, 0.1, bank)[hit])


def test_a_hub_loses_its_place() -> None:
    own = torch.eye(4) * 0.2
    scores = own + torch.tensor([0.5, 0.0, 0.0, 0.0])
    bank = torch.tensor([[0.5, 0.0, 0.0, 0.0]] * 4)
    assert scores.argmax(dim=1).tolist() == [0, 0, 0, 0]
    assert querybank(scores, 0.1, bank).argmax(dim=1).tolist() == [0, 1, 2, 3]


def test_every_correction_says_what_it_looked_at() -> None:
    assert {name: c.transductive for name, c in CORRECTIONS.items()} == {
        "dual_softmax": True,
        "inverted_softmax": True,
        "querybank": False,
    }
    for correction in CORRECTIONS.values():
        assert correction.looked_at
        assert correction.apply(SCORES, BANK, 0.1).shape == SCORES.shape


def test_errors() -> None:
    with pytest.raises(ValueError, match="temperature is 0"):
        dual_softmax(SCORES, 0)
    with pytest.raises(ValueError, match=r"bank has shape \(9, 4\), expected \(B, 5\)"):
        querybank(SCORES, 1.0, BANK[:, :4])
    with pytest.raises(ValueError, match="needs the scores of a bank"):
        CORRECTIONS["querybank"].apply(SCORES, None, 1.0)
