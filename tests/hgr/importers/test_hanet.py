"""Published HANet checkpoints."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from torch import Tensor

from graphs.levels import ACTION, ENTITY
from hgr.errors import DataError
from hgr.importers.hanet import convert, read_checkpoint
from hgr.models.hanet import HANet
from tests.hgr.models import published_hgr

Published = dict[str, dict[str, Tensor]]


@pytest.fixture
def published(shared_data: Path) -> Published:
    return published_hgr.weights(shared_data / "parity" / "hanet_small.npz")


CONCEPTS = {ACTION: tuple(f"v{i}" for i in range(512)), ENTITY: tuple(f"n{i}" for i in range(1024))}
WORDS = tuple(f"w{i}" for i in range(40))


def test_a_checkpoint_file_becomes_a_model(published: Published, tmp_path: Path) -> None:
    path = tmp_path / "epoch.34.th"
    torch.save({name: OrderedDict(weights) for name, weights in published.items()}, path)
    imported = read_checkpoint(path)
    assert (imported.config.width, imported.config.word_width, imported.config.gate_reduction) == (32, 16, 16)
    assert imported.config.legacy_padding and imported.config.missing_level == "zero"
    model = HANet(imported.config, imported.spec(WORDS, CONCEPTS))
    model.load_state_dict(imported.state, strict=True)


def test_an_unknown_weight_is_named(published: Published) -> None:
    published["video_encoder"]["seblock3.fc.0.weight"] = torch.zeros(2, 32)
    with pytest.raises(DataError, match="seblock3"):
        convert(published)


def test_a_missing_weight_is_named(published: Published) -> None:
    del published["video_encoder"]["seblock1.fc.0.weight"]
    with pytest.raises(DataError, match="seblock1"):
        convert(published)


def test_an_hgr_checkpoint_is_refused(shared_data: Path) -> None:
    with pytest.raises(DataError, match="HANet checkpoint"):
        convert(published_hgr.weights(shared_data / "parity" / "hgr_small.npz"))


def test_vocabularies_of_another_size_are_refused(published: Published) -> None:
    imported = convert(published)
    with pytest.raises(DataError, match="39 words"):
        imported.spec(WORDS[:-1], CONCEPTS)
    with pytest.raises(DataError, match="action concepts"):
        imported.spec(WORDS, CONCEPTS | {ACTION: ("one",)})


def test_a_pickle_with_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.th"
    torch.save({"video_encoder": print}, path)
    with pytest.raises(DataError, match="refused"):
        read_checkpoint(path)
