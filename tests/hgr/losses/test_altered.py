"""Terms of altered captions against plain loops."""

from __future__ import annotations

import math

import pytest
import torch

from hgr.losses.altered import altered_terms

LEVELS = ("event", "action", "entity")
OWNERS = ("entity", None, "action", "event", "entity")
REAL = (True, True, True, False, True)


POSITIVES = torch.eye(5, dtype=torch.bool)
POSITIVES[0, 1] = True


def scores(seed: int) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.rand(5, 5, generator=generator) for name in ("fused", *LEVELS)}


def terms(true: dict, altered: dict, owners=OWNERS, real=REAL) -> dict[str, torch.Tensor]:
    return altered_terms(true, altered, POSITIVES, owners, torch.tensor(real), fused="fused", temperature=0.2)


def test_equals_the_loops() -> None:
    true, altered = scores(0), scores(1)
    own, both, choice, prior = [], [], [], []
    for i, (owner, real) in enumerate(zip(OWNERS, REAL, strict=True)):
        margin = {name: (true[name][i, i] - altered[name][i, i]).item() / 0.2 for name in true}
        if real:
            both.append(math.log1p(math.exp(-margin["fused"])))
            squares = []
            for name in true:
                others = [
                    (true[name] - altered[name])[i, j].item() / 0.2 for j in range(5) if not POSITIVES[i, j]
                ]
                squares.append((sum(others) / len(others)) ** 2)
            prior.append(sum(squares) / 4)
        if real and owner is not None:
            own.append(math.log1p(math.exp(-margin[owner])))
            choice.append(math.log(sum(math.exp(margin[n]) for n in LEVELS)) - margin[owner])
    found = terms(true, altered)
    for name, values in (("owner", own), ("fused", both), ("choice", choice), ("prior", prior)):
        assert found[f"altered_{name}"].item() == pytest.approx(sum(values) / len(values), rel=1e-5)


def test_a_larger_margin_at_the_owner_costs_less_and_at_another_level_more() -> None:
    true, altered = scores(2), scores(3)
    before = terms(true, altered)
    more = torch.diag(torch.tensor([0.3, 0, 0, 0, 0.3]))
    better = terms({**true, "entity": true["entity"] + more}, altered)
    assert better["altered_owner"] < before["altered_owner"]
    assert better["altered_choice"] < before["altered_choice"]
    other = terms({**true, "event": true["event"] + more}, altered)
    assert torch.equal(other["altered_owner"], before["altered_owner"])
    assert other["altered_choice"] > before["altered_choice"]
    assert torch.equal(other["altered_prior"], before["altered_prior"])  # it reads other videos only


def test_a_margin_that_every_video_has_is_prior() -> None:
    true = scores(8)
    lower = {name: values - 0.2 for name, values in true.items()}
    assert terms(true, lower)["altered_prior"].item() == pytest.approx(1.0, rel=1e-5)
    own = {name: values - torch.diag(torch.full((5,), 0.2)) for name, values in true.items()}
    assert terms(true, own)["altered_prior"].item() == pytest.approx(0.0, abs=1e-10)


def test_a_batch_without_altered_captions_costs_nothing_and_has_a_gradient() -> None:
    true = {name: values.requires_grad_() for name, values in scores(4).items()}
    found = terms(true, scores(5), owners=(None,) * 5, real=(False,) * 5)
    total = torch.stack(list(found.values())).sum()
    assert total.item() == 0.0
    total.backward()
    assert all(torch.equal(v.grad, torch.zeros(5, 5)) for v in true.values() if v.grad is not None)


def test_an_owner_that_the_system_lacks_counts_for_the_fused_score_only() -> None:
    true, altered = scores(6), scores(7)
    found = terms(true, altered, owners=("place", None, None, None, None))
    assert found["altered_owner"].item() == found["altered_choice"].item() == 0.0
    assert found["altered_fused"].item() > 0
