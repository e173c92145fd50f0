"""hgr/state_values.py: nested state comes back as it was."""

from __future__ import annotations

import json
import math
import random

import pytest
import torch

from hgr.state_values import join_tensors, split_tensors


def round_trip(value):
    tensors: dict[str, torch.Tensor] = {}
    text = json.dumps(split_tensors(value, tensors), allow_nan=False)
    return join_tensors(json.loads(text), tensors)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        0.1,
        -0.0,
        math.inf,
        -math.inf,
        "text",
        (1, (2, 3), []),
        [1, [2]],
        {"a": {"b": (1,)}},
        {1: "a", (2, 3): "b"},
        {"$tensor": "not a reference"},
        random.Random(3).getstate(),
    ],
)
def test_plain_values(value) -> None:
    found = round_trip(value)
    assert found == value
    assert type(found) is type(value)


def test_nan() -> None:
    assert math.isnan(round_trip(math.nan))


def test_floats_keep_every_bit() -> None:
    values = [random.Random(i).random() * 10.0 ** (i - 20) for i in range(40)]
    assert round_trip(values) == values


def test_tensors_of_every_kind() -> None:
    value = {
        0: {"step": torch.tensor(3.0), "m": torch.randn(2, 3).bfloat16()},
        "x": (torch.arange(3), torch.empty(0)),
    }
    found = round_trip(value)
    assert torch.equal(found[0]["step"], value[0]["step"]) and found[0]["step"].shape == ()
    assert torch.equal(found[0]["m"], value[0]["m"]) and found[0]["m"].dtype == torch.bfloat16
    assert torch.equal(found["x"][0], value["x"][0])
    assert found["x"][1].shape == (0,)


def test_an_optimizers_state() -> None:
    model = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    found = round_trip(optimizer.state_dict())
    other = torch.optim.Adam(model.parameters(), fused=True)
    other.load_state_dict(found)
    for key, entry in optimizer.state_dict()["state"].items():
        for name, tensor in entry.items():
            assert torch.equal(other.state_dict()["state"][key][name], tensor)
    assert other.state_dict()["param_groups"] == optimizer.state_dict()["param_groups"]


def test_something_else_is_refused() -> None:
    with pytest.raises(TypeError, match="state.a.0: cannot be stored: object"):
        split_tensors({"a": [object()]}, {})
