"""Terms of altered captions against plain loops."""

from __future__ import annotations

import math

import pytest
import torch

from hgr.losses.altered import altered_terms

LEVELS = ("event", "action", "entity")
OWNERS = ("entity", None, "action", "event", "entity")
REAL = (True, True, True, False, True)


def scores(seed: int) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.rand(len(OWNERS), generator=generator) for name in ("fused", *LEVELS)}


def terms(true: dict, altered: dict, owners=OWNERS, real=REAL) -> dict[str, torch.Tensor]:
    return altered_terms(true, altered, owners, torch.tensor(real), fused="fused", temperature=0.2)


def test_equals_the_loops() -> None:
    true, altered = scores(0), scores(1)
    own, both, choice = [], [], []
    for i, (owner, real) in enumerate(zip(OWNERS, REAL, strict=True)):
        margin = {name: (true[name][i] - altered[name][i]).item() / 0.2 for name in true}
        if real:
            both.append(math.log1p(math.exp(-margin["fused"])))
        if real and owner is not None:
            own.append(math.log1p(math.exp(-margin[owner])))
            choice.append(math.log(sum(math.exp(margin[n]) for n in LEVELS)) - margin[owner])
    found = terms(true, altered)
    assert found["altered_owner"].item() == pytest.approx(sum(own) / len(own), abs=1e-6)
    assert found["altered_fused"].item() == pytest.approx(sum(both) / len(both), abs=1e-6)
    assert found["altered_choice"].item() == pytest.approx(sum(choice) / len(choice), abs=1e-6)


def test_a_larger_margin_at_the_owner_costs_less_and_at_another_level_more() -> None:
    true, altered = scores(2), scores(3)
    before = terms(true, altered)
    better = terms({**true, "entity": true["entity"] + torch.tensor([0.3, 0, 0, 0, 0.3])}, altered)
    assert better["altered_owner"] < before["altered_owner"]
    assert better["altered_choice"] < before["altered_choice"]
    other = terms({**true, "event": true["event"] + torch.tensor([0.3, 0, 0, 0, 0.3])}, altered)
    assert torch.equal(other["altered_owner"], before["altered_owner"])
    assert other["altered_choice"] > before["altered_choice"]


def test_a_batch_without_altered_captions_costs_nothing_and_has_a_gradient() -> None:
    true = {name: values.requires_grad_() for name, values in scores(4).items()}
    found = terms(true, scores(5), owners=(None,) * 5, real=(False,) * 5)
    total = torch.stack(list(found.values())).sum()
    assert total.item() == 0.0
    total.backward()
    assert all(
        torch.equal(values.grad, torch.zeros(5)) for values in true.values() if values.grad is not None
    )


def test_an_owner_that_the_system_lacks_counts_for_the_fused_score_only() -> None:
    true, altered = scores(6), scores(7)
    found = terms(true, altered, owners=("place", None, None, None, None))
    assert found["altered_owner"].item() == found["altered_choice"].item() == 0.0
    assert found["altered_fused"].item() > 0
