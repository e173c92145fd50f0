"""Text features from a small BERT with random weights, made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from hgr.cli.main import run
from hgr.data.features import FeatureStore
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Segment, Video
from hgr.data.transformers_text import TextNetwork
from hgr.errors import DataError

WORDS = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "a",
    "man",
    "walks",
    "he",
    "feeds",
    "the",
    "dog",
    "##s",
    ".",
)
CLS, SEP, DOT = 2, 3, 13


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=16,
    )
    BertModel(config).save_pretrained(folder, safe_serialization=True)
    return folder


@pytest.fixture(scope="module")
def network(bert: Path) -> TextNetwork:
    return TextNetwork(bert)


def test_tokens_of_a_paragraph(network: TextNetwork) -> None:
    found = network.tokens(["A man  walks.", "he feeds. the dogs"])
    assert found == [[CLS, 5, 6, 7, SEP], [8, 9, SEP, 10, 11, 12, SEP]]
    assert network.tokens(["a man.."])[0] == [CLS, 5, 6, DOT, DOT, SEP]


def test_long_paragraphs_lose_their_ends(network: TextNetwork) -> None:
    found = network.tokens(["a man walks the dogs", "he feeds the dogs he feeds the dogs", "a a a a a a"])
    assert sum(map(len, found)) == network.limit == 16
    assert [len(part) for part in found] == [6, 5, 5]
    assert all(part[-1] == SEP for part in found)
    with pytest.raises(DataError, match="does not fit"):
        network.tokens(["a man walks the dogs"] * 4)


def test_features_are_the_chosen_layers_of_the_whole_paragraph(bert: Path, network: TextNetwork) -> None:
    found = network.features(["a man walks", "he feeds"])
    ids = torch.tensor([[CLS, 5, 6, 7, SEP, 8, 9, SEP]])
    with torch.no_grad():
        hidden = network.model(ids, output_hidden_states=True).hidden_states
    expected = torch.cat([hidden[-2][0], hidden[-1][0]], dim=-1).numpy()
    assert [part.shape for part in found] == [(5, 16), (3, 16)] and network.width == 16
    np.testing.assert_allclose(np.concatenate(found), expected, atol=1e-6)
    one = TextNetwork(bert, (0,)).features(["a man walks"])
    assert one[0].shape == (5, 8)


def test_the_command_writes_a_store(bert: Path, tmp_path: Path) -> None:
    segments = (Segment(0, 1, "a man walks"), Segment(1, 2, "he feeds the dogs"))
    captions = [
        Caption("c0", "v", "a man walks he feeds the dogs", segments),
        Caption("c1", "v", "a man walks"),
    ]
    write_folder(tmp_path / "data", captions, [Video("v")], {"train": ["v"]})
    out = tmp_path / "data" / "text_features"
    assert run(["features", "text", str(tmp_path / "data"), "--out", str(out), "--network", str(bert)]) == 0
    store = FeatureStore.open(out)
    assert store.ids == ("c0#0", "c0#1", "c1") and store.streams["words"].dim == 16
    assert store.streams["words"].recipe.weights.startswith("sha256:")  # type: ignore[union-attr]
    assert len(store.stream("words")["c0#1"]) == 6


def test_what_is_no_such_network_is_refused(bert: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="config.json"):
        TextNetwork(tmp_path)
    with pytest.raises(DataError, match="layers"):
        TextNetwork(bert, (7,))
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(DataError, match="cannot be loaded"):
        TextNetwork(tmp_path)
