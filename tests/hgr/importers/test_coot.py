"""Published COOT checkpoints."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from torch import Tensor

from hgr.errors import DataError
from hgr.importers.coot import NETWORKS, convert, read_checkpoint
from hgr.models.coot import COOT
from tests.hgr.models import published_hgr

Published = dict[str, dict[str, Tensor]]


@pytest.fixture
def published(shared_data: Path) -> Published:
    return published_hgr.weights(shared_data / "parity" / "coot_small.npz")


def test_a_checkpoint_file_becomes_a_model(published: Published, tmp_path: Path) -> None:
    path = tmp_path / "model_7.pth"
    torch.save({name: OrderedDict(weights) for name, weights in published.items()}, path)
    imported = read_checkpoint(path)
    assert (imported.config.width, imported.config.pool_hidden, imported.config.legacy_padding) == (
        32,
        64,
        True,
    )
    assert (imported.frame_width, imported.text_width) == (48, 40)
    COOT(imported.config, imported.spec()).load_state_dict(imported.state, strict=True)


def test_the_older_list_with_older_names(published: Published, tmp_path: Path) -> None:
    def older(key: str) -> str:
        key = key.replace("norm_input.", "input_norm.").replace("input_fc.mlp.0.", "input_fc.")
        return "module." + key.replace("pooler.pools.0.genpool", "pooler.genpool")

    path = tmp_path / "model.pth"
    torch.save([{older(key): value for key, value in published[name].items()} for name in NETWORKS], path)
    expected, found = convert(published).state, read_checkpoint(path).state
    assert set(found) == set(expected) and all(torch.equal(found[name], expected[name]) for name in found)


def test_unknown_and_missing_weights_are_named(published: Published) -> None:
    published["net_text_local"]["tf.encoder_layers.1.self_attention_layer.x"] = torch.zeros(1)
    with pytest.raises(DataError, match="net_text_local.*encoder_layers.1"):
        convert(published)
    del published["net_text_local"]["tf.encoder_layers.1.self_attention_layer.x"]
    del published["net_video_local"]["input_fc.mlp.0.weight"]
    with pytest.raises(DataError, match="projection.weight"):
        convert(published)


def test_other_networks_are_refused(published: Published) -> None:
    with pytest.raises(DataError, match="expected the networks"):
        convert({"video_encoder": {}})
    with pytest.raises(DataError, match="found 3"):
        convert(list(published.values())[:3])
