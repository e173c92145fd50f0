"""The symmetric contrastive loss, for one or several positives an item."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from hgr.losses.options import LossConfig


class InfoNCEConfig(LossConfig):
    """Options of the contrastive loss.

    Attributes:
        temperature: Divides similarities; smaller is sharper.
        learn_temperature: Train its logarithm with the model.
    """

    name: Literal["info_nce"] = "info_nce"
    temperature: float = Field(0.07, gt=0)
    learn_temperature: bool = False


class InfoNCELoss(nn.Module):
    """Mean over both directions of -log(exp(s_p / t) / (exp(s_p / t) + sum over negatives of exp(s_n / t))).

    Every positive stands against the item's negatives only, never against its other positives; an item's term is the
    mean over its positives. Items without a positive are left out; an item without a negative costs 0.

    Paper: van den Oord et al., Representation Learning with Contrastive Predictive Coding, 2018; in this symmetric
    form Radford et al., CLIP, ICML 2021.
    """

    def __init__(self, config: InfoNCEConfig | None = None) -> None:
        super().__init__()
        self.config = config or InfoNCEConfig()
        logarithm = torch.tensor(self.config.temperature).log()
        if self.config.learn_temperature:
            self.log_temperature = nn.Parameter(logarithm)
        else:
            self.register_buffer("log_temperature", logarithm, persistent=False)

    def forward(self, similarity: Tensor, positives: Tensor) -> Tensor:
        """Scalar loss of a similarity matrix (T, V) and its positives (T, V) bool."""
        logits = similarity.float() / self.log_temperature.exp()
        return (self._rows(logits, positives) + self._rows(logits.T, positives.T)) / 2

    def _rows(self, logits: Tensor, positives: Tensor) -> Tensor:
        counts = positives.sum(1)
        lonely = (counts == logits.shape[1]).unsqueeze(1)
        against = logits.masked_fill(positives & ~lonely, -torch.inf).logsumexp(1, keepdim=True)
        terms = nn.functional.softplus(against - logits).masked_fill(~positives | lonely, 0.0)
        per_item = terms.sum(1) / counts.clamp(min=1)
        return per_item.sum() / (counts > 0).sum().clamp(min=1)
