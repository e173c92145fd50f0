"""hgr/device.py: the one place where a device is chosen."""

from __future__ import annotations

import pytest
import torch

from hgr.device import choose_device
from hgr.errors import DataError


def test_auto_is_a_gpu_where_there_is_one(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("auto") == torch.device("cuda:0")
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert choose_device("auto") == torch.device("cuda:1")
    assert choose_device("cuda:0") == torch.device("cuda:0")


@pytest.mark.parametrize("name", ["tpu", "mps", "cuda:x", "gpu", ""])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(DataError, match="expected auto, cpu, cuda or cuda:<number>"):
        choose_device(name)


def test_a_gpu_that_is_not_there(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(DataError, match=r"'cuda:3': this torch .* sees 1 GPUs"):
        choose_device("cuda:3")
