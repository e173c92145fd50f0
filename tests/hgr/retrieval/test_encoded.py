from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hgr.embeddings import Embeddings, LevelEmbedding, single
from hgr.models.base import Batch, Level
from hgr.retrieval.encoded import Encoded, encode

LEVELS = {"event": Level("event"), "action": Level("action")}


@dataclass(frozen=True)
class Numbers(Batch):
    event: Tensor
    action: Tensor
    counts: Tensor

    def embeddings(self) -> Embeddings:
        mask = torch.arange(self.action.shape[1]) < self.counts.unsqueeze(1)
        return {"event": single(self.event), "action": LevelEmbedding(self.action, mask)}


def batches() -> list[Numbers]:
    generator = torch.Generator().manual_seed(0)
    return [
        Numbers(
            torch.randn(len(c), 4, generator=generator), torch.randn(len(c), 3, 4, generator=generator), c
        )
        for c in (torch.tensor([2, 0, 3]), torch.tensor([0, 0]), torch.tensor([1]))
    ]


def encoded(folder: Path | None) -> Encoded:
    return encode(Numbers.embeddings, batches(), LEVELS, [0] * 6, folder=folder)


def test_files_hold_what_memory_holds(tmp_path: Path) -> None:
    there, here = encoded(tmp_path / "texts"), encoded(None)
    assert len(there) == len(here) == 6
    for name in LEVELS:
        assert torch.equal(there.levels[name].values, here.levels[name].values)
        assert torch.equal(there.levels[name].offsets, here.levels[name].offsets)
        stored = np.fromfile(tmp_path / "texts" / f"{name}.float32", np.float32)
        np.testing.assert_array_equal(stored, here.levels[name].values.numpy().ravel())


def test_a_second_run_replaces_the_files(tmp_path: Path) -> None:
    encoded(tmp_path)
    assert encoded(tmp_path).levels["action"].values.shape == (6, 4)


def test_a_level_without_any_element_is_legal(tmp_path: Path) -> None:
    empty = [Numbers(b.event, b.action, torch.zeros_like(b.counts)) for b in batches()]
    found = encode(Numbers.embeddings, empty, LEVELS, [0] * 6, folder=tmp_path)
    assert found.levels["action"].values.shape == (0, 4)
    assert not found.levels["action"].present.any()


def test_packed_and_padded_blocks_hold_the_same_elements() -> None:
    sets = encoded(None)
    for start, stop in ((0, 6), (1, 4), (3, 5)):
        packed, block = sets.packed(start, stop), sets.block(start, stop)
        for name in LEVELS:
            assert torch.equal(packed[name].values, block[name].vectors[block[name].mask])
            assert torch.equal(packed[name].counts, block[name].mask.sum(1))
            assert torch.equal(packed[name].present, block[name].present)
