"""Losses: (similarity (T, V), positives (T, V) bool) -> scalar. One a file; add one by adding a line to LOSSES."""

from __future__ import annotations

from torch import nn

from hgr.losses.hinge import HingeConfig, HingeLoss
from hgr.losses.info_nce import InfoNCEConfig, InfoNCELoss
from hgr.losses.options import LossConfig

LOSSES: dict[str, tuple[type[LossConfig], type[nn.Module]]] = {
    "hinge": (HingeConfig, HingeLoss),
    "info_nce": (InfoNCEConfig, InfoNCELoss),
}
"""Name -> (options, loss)."""


def build_loss(config: LossConfig) -> nn.Module:
    """The loss that options describe."""
    return LOSSES[config.name][1](config)


__all__ = ["LOSSES", "HingeConfig", "HingeLoss", "InfoNCEConfig", "InfoNCELoss", "LossConfig", "build_loss"]
