"""The published implementations' numbers, as batches and weights of the plain models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.plain.hgr import TextBatch, VideoBatch
from benchmarks.plain.published import rename

SIZES = {"num_words": 40, "dim": 24, "width": 32, "word_width": 16, "dropout": 0.0, "graph_dropout": 0.0}
"""Sizes of the fixtures."""
NO_GRADIENT = 1e-7
"""Gradients below this are rounding: a bias in front of a softmax or a batch norm."""


@dataclass(frozen=True)
class Parity:
    """One fixture: every array as a tensor, and the batch it was made with."""

    arrays: dict[str, Tensor]

    @property
    def text(self) -> TextBatch:
        a = self.arrays
        return TextBatch(
            a["in/sent_ids"],
            a["in/sent_lens"],
            a["in/verb_masks"],
            a["in/noun_masks"],
            a["in/node_roles"].long(),
            a["in/rel_edges"],
        )

    @property
    def video(self) -> VideoBatch:
        return VideoBatch(self.arrays["in/attn_fts"], self.arrays["in/attn_lens"])

    def group(self, prefix: str) -> dict[str, Tensor]:
        """Arrays below a prefix such as "w/", without it."""
        return {
            name.removeprefix(prefix): value for name, value in self.arrays.items() if name.startswith(prefix)
        }

    def check_scores(self, scores: dict[str, Tensor], tolerance: float = 1e-6) -> None:
        """Compare every stored score matrix (rows are videos there) with its transpose here."""
        expected = self.group("score/")
        assert expected
        for name, matrix in expected.items():
            assert (scores[name].T - matrix).abs().max() <= tolerance, name

    def check_step(self, model: nn.Module, names: dict[str, str], loss: Tensor) -> None:
        """Compare every gradient of `loss`, then the weights after one Adam step."""
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
        loss.backward()
        gradients = rename(self.group("grad/"), names)
        parameters = dict(model.named_parameters())
        assert set(gradients) == set(parameters)
        for name, gradient in gradients.items():
            found, largest = parameters[name].grad, gradient.abs().max()
            tolerance = 1e-5 * largest if largest > NO_GRADIENT else NO_GRADIENT
            assert (found - gradient).abs().max() <= tolerance, name
        optimizer.step()
        state = model.state_dict()
        for name, value in rename(self.group("after/"), names).items():
            moved = gradients[name].abs() > NO_GRADIENT if name in gradients else torch.ones(())
            assert ((state[name] - value).abs() * moved).max() <= 1e-6, name


def load_parity(shared_data: Path, name: str) -> Parity:
    """Read parity/<name>_small.npz."""
    with np.load(shared_data / "parity" / f"{name}_small.npz", allow_pickle=False) as file:
        return Parity({key: torch.from_numpy(np.asarray(file[key])) for key in file.files})
