"""Files as HGR's release has them, with made-up content."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

CAPTIONS = {
    "video1": ["a man feeds a dog", "a dog eats"],
    "video2": ["two men talk", "an egg has been broken"],
    "video3": ["a red car"],
}
WORDS = ("<BOS>", "<EOS>", "<UNK>", "a", "man", "feeds", "dog", "eats", "two", "men", "talk", "red", "car")
FRAME_WIDTH = 6


def weights(
    width: int = 8,
    word_width: int = 4,
    cell: str = "gru",
    layers: int = 1,
    attention: bool = True,
    shared: bool = False,
) -> dict[str, dict[str, Tensor]]:
    """A checkpoint with the published keys and small shapes."""
    generator = torch.Generator().manual_seed(0)

    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    gates = {"gru": 3, "lstm": 4}[cell] * width
    video = {"ft_attn.weight": draw(1, width), "ft_attn.bias": draw(1)}
    for i in range(1 if shared else 3):
        video |= {f"level_embeds.{i}.weight": draw(width, FRAME_WIDTH), f"level_embeds.{i}.bias": draw(width)}
    text = {
        "embedding.we.weight": draw(len(WORDS), word_width),
        "ft_attn.weight": draw(1, width),
        "ft_attn.bias": draw(1),
        "role_embedding.weight": draw(16, width),
    }
    for suffix in ("", "_reverse"):
        text |= {
            f"rnn.weight_ih_l0{suffix}": draw(gates, word_width),
            f"rnn.weight_hh_l0{suffix}": draw(gates, width),
            f"rnn.bias_ih_l0{suffix}": draw(gates),
            f"rnn.bias_hh_l0{suffix}": draw(gates),
        }
    for i in range(layers):
        text |= {
            f"gcn.layers.{i}.ctx_layer.weight": draw(width, width),
            f"gcn.layers.{i}.layernorm.weight": draw(width),
            f"gcn.layers.{i}.layernorm.bias": draw(width),
        }
        for kind in ("query", "key") if attention else ():
            text |= {
                f"gcn.layers.{i}.edge_attn_{kind}.weight": draw(width // 2, width),
                f"gcn.layers.{i}.edge_attn_{kind}.bias": draw(width // 2),
            }
    return {"video_encoder": video, "text_encoder": text}


def annotations(root: Path) -> Path:
    """An annotation folder of three videos, one in each split."""
    folder = root / "annotation" / "RET"
    folder.mkdir(parents=True)
    (root / "public_split").mkdir()
    (folder / "ref_captions.json").write_text(json.dumps(CAPTIONS), encoding="utf-8")
    words = ["a", "man", "feeds", "a", "dog"]
    nodes = {
        "ROOT": {"role": "ROOT", "spans": [0, 1, 2, 3, 4], "words": words},
        "1": {"role": "V", "spans": [2], "words": ["feeds"]},
        "2": {"role": "ARG0", "spans": [0, 1], "words": ["a", "man"]},
        "3": {"role": "ARG1", "spans": [3, 4], "words": ["a", "dog"]},
    }
    graphs = {"a man feeds a dog": [nodes, [["1", "2", "ARG0"], ["1", "3", "ARG1"]]]}
    (folder / "sent2rolegraph.augment.json").write_text(json.dumps(graphs), encoding="utf-8")
    for split, name in (("trn", "video1"), ("val", "video2"), ("tst", "video3")):
        np.save(root / "public_split" / f"{split}_names.npy", np.array([name]))
    np.save(folder / "int2word.npy", np.array(WORDS))
    (folder / "word2int.json").write_text(
        json.dumps({word: i for i, word in enumerate(WORDS)}), encoding="utf-8"
    )
    return root
