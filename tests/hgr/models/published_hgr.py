"""The numbers of the published HGR implementation, brought into this package's terms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from graphs.tensors import RoleGraphData
from hgr.nn.frames import FrameBatch
from hgr.nn.role_graph_encoder import RoleGraphText, collate


def arrays(path: Path, prefix: str) -> dict[str, Tensor]:
    """The tensors of a fixture below a prefix, by the rest of their name."""
    with np.load(path, allow_pickle=False) as data:
        return {
            name.removeprefix(prefix): torch.from_numpy(data[name])
            for name in data.files
            if name.startswith(prefix)
        }


def weights(path: Path, prefix: str = "w/") -> dict[str, dict[str, Tensor]]:
    """{submodule: {parameter: tensor}}, as a published checkpoint holds them."""
    nested: dict[str, dict[str, Tensor]] = {}
    for name, value in arrays(path, prefix).items():
        module, _, parameter = name.partition("/")
        nested.setdefault(module, {})[parameter] = value
    return nested


def text_batch(inputs: dict[str, Tensor]) -> RoleGraphText:
    """Dense masks and adjacency -> sparse role graphs."""
    return collate([_graph(inputs, i) for i in range(len(inputs["sent_ids"]))])


def _graph(inputs: dict[str, Tensor], i: int) -> RoleGraphData:
    length = int(inputs["sent_lens"][i])
    masks = torch.cat([inputs["verb_masks"][i], inputs["noun_masks"][i]])[:, :length]
    slots = masks.any(1).nonzero().squeeze(1).tolist()
    position = {0: 0} | {slot + 1: k for k, slot in enumerate(slots, start=1)}
    edges = [
        (position[source], position[target])
        for target, source in inputs["rel_edges"][i].nonzero().tolist()
        if source in position and target in position
    ]
    spans = [
        (position[slot + 1], word) for slot in slots for word in masks[slot].nonzero().squeeze(1).tolist()
    ]
    verbs = inputs["verb_masks"].shape[1]
    return RoleGraphData(
        word_ids=inputs["sent_ids"][i, :length],
        node_level=torch.tensor([0] + [1 if slot < verbs else 2 for slot in slots]),
        node_role=torch.tensor([0] + [int(inputs["node_roles"][i, slot]) for slot in slots]),
        edge_index=torch.tensor(edges, dtype=torch.long).view(-1, 2).T.contiguous(),
        span_node_index=torch.tensor([node for node, _ in spans], dtype=torch.long),
        span_word_index=torch.tensor([word for _, word in spans], dtype=torch.long),
        num_nodes=len(slots) + 1,
    )


def frame_batch(inputs: dict[str, Tensor]) -> FrameBatch:
    """Padded frames and their lengths."""
    frames = inputs["attn_fts"]
    return FrameBatch(frames, torch.arange(frames.shape[1]) < inputs["attn_lens"].unsqueeze(1))
