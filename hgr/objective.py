"""What training minimizes: weighted losses of similarity matrices and a system's further terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hgr.embeddings import Embeddings
from hgr.errors import DataError
from hgr.models.base import RetrievalModel, presence
from hgr.settings import AlteredSettings


@dataclass(frozen=True)
class LossReport:
    """The scalar to minimize and its unweighted parts by name."""

    total: Tensor
    parts: dict[str, Tensor]


class Objective(nn.Module):
    """Sum of weight x loss over similarity matrices, plus weight x term over auxiliary losses.

    Args:
        loss: (similarity, positives) -> scalar.
        weights: Matrix or level name -> weight; names that are absent are not trained.
        auxiliary_weights: Auxiliary loss name -> weight; terms that are absent are not added.
        altered: Temperature and weights of the terms of altered captions (hgr/losses/altered.py), None for none.
    """

    def __init__(
        self,
        loss: nn.Module,
        weights: Mapping[str, float],
        auxiliary_weights: Mapping[str, float] | None = None,
        altered: AlteredSettings | None = None,
    ) -> None:
        super().__init__()
        if not weights and not auxiliary_weights:
            raise ValueError(
                "the objective weighs nothing: give at least one matrix or auxiliary loss a weight"
            )
        self.loss = loss
        self.weights = dict(weights)
        self.auxiliary_weights = dict(auxiliary_weights or {})
        self.altered = altered

    def forward(
        self,
        matrices: Mapping[str, Tensor],
        positives: Mapping[str, Tensor],
        auxiliary: Mapping[str, Tensor] | None = None,
        altered: Mapping[str, Tensor] | None = None,
    ) -> LossReport:
        """Loss of one batch.

        Args:
            matrices: Similarities by level and fused matrices by name.
            positives: A bool matrix of the same shape for each of them.
            auxiliary: The system's further terms.
            altered: The terms of altered captions; they count 0 in a batch that has none.

        Raises:
            DataError: A weight names a matrix or a term that the system does not have.
        """
        auxiliary, altered = auxiliary or {}, altered or {}
        _check_names("matrix", self.weights, matrices)
        _check_names("auxiliary loss", self.auxiliary_weights, auxiliary)
        parts = {name: self.loss(matrices[name], positives[name]) for name in self.weights}
        parts |= {name: auxiliary[name] for name in self.auxiliary_weights}
        weights = self.weights | self.auxiliary_weights
        if self.altered is not None and altered:
            parts |= altered
            weights |= {name: getattr(self.altered, name.removeprefix("altered_")) for name in altered}
        total = torch.stack([weight * parts[name] for name, weight in weights.items()]).sum()
        return LossReport(total, parts)


def _check_names(kind: str, weights: Mapping[str, float], known: Mapping[str, Tensor]) -> None:
    for name in weights:
        if name not in known:
            raise DataError(f"objective weighs the {kind} {name!r}, but the system has only {sorted(known)}")


def all_matrices(model: RetrievalModel, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
    """Similarities of every level and every fused matrix, by name."""
    similarities = model.similarities(text, video)
    return similarities | model.fuse(similarities, presence(text, video))


def same_video(text_videos: Sequence[str], videos: Sequence[str]) -> Tensor:
    """(T, V) bool: which video each text describes, by id; a video that occurs twice is positive twice."""
    ids = {video: i for i, video in enumerate(dict.fromkeys((*text_videos, *videos)))}
    rows, columns = (
        torch.tensor([ids[video] for video in side], dtype=torch.long) for side in (text_videos, videos)
    )
    return rows.unsqueeze(1) == columns


def positives_of(
    model: RetrievalModel, matrices: Mapping[str, Tensor], by_unit: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """The positives of every matrix: its level's unit decides, fused matrices compare whole videos."""
    units = {name: level.unit for name, level in model.levels.items()}
    return {name: by_unit[units.get(name, "video")] for name in matrices}
