"""Cycle consistency: from one sequence to another and back to where one came from.

Not an entry of LOSSES: it sees two sequences of vectors, not a similarity matrix, and systems offer it as a term of
their own (`RetrievalModel.auxiliary_losses`).
"""

from __future__ import annotations

import torch
from torch import Tensor

from hgr.nn.pooling import masked_softmax


def cycle_consistency(
    source: Tensor, source_mask: Tensor, target: Tensor, target_mask: Tensor, *, samples: int | None = None
) -> Tensor:
    """How far from its own place an element of a sequence lands after a step to the other sequence and back.

    With D(x, y) the mean squared difference of coordinates: nn_i = sum_j softmax_j(-D(c_i, s_j)) s_j;
    mu_i = sum_k softmax_k(-D(nn_i, c_k)) k; the loss of i is (i - mu_i)^2. At a uniform softmax it is (n^2 - 1) / 12
    in the mean over a sequence of n.

    Args:
        source: Sequences (B, N, D).
        source_mask: (B, N), True where real, real ones first.
        target: Their partners (B, M, D).
        target_mask: (B, M).
        samples: Elements drawn from each sequence, with replacement, from torch's global generator; None for all.

    Returns:
        Scalar: the mean over elements, then over the sequences that have a source and a target element.

    Paper: Ging et al., COOT, NeurIPS 2020, section 3.4.
    """
    there = masked_softmax(
        -_distance(source, target), target_mask.unsqueeze(1).expand(-1, source.shape[1], -1)
    )
    nearest = there @ target
    back = masked_softmax(
        -_distance(nearest, source), source_mask.unsqueeze(1).expand(-1, source.shape[1], -1)
    )
    places = torch.arange(source.shape[1], device=source.device, dtype=back.dtype)
    errors = (places - back @ places).square()
    usable = source_mask.any(1) & target_mask.any(1)
    if not usable.any():
        return (source.sum() + target.sum()) * 0.0
    errors, real = errors[usable], source_mask[usable]
    if samples is not None:
        return errors.gather(1, torch.multinomial(real.float(), samples, replacement=True)).mean()
    return (errors.masked_fill(~real, 0.0).sum(1) / real.sum(1)).mean()


def _distance(a: Tensor, b: Tensor) -> Tensor:
    """(B, N, D), (B, M, D) -> mean squared differences of coordinates (B, N, M)."""
    return (a.unsqueeze(2) - b.unsqueeze(1)).square().mean(-1)
