"""The inner loop of the attended similarity, with a backward pass of its own.

Autograd would keep about ten (videos, frames, phrases) tensors for the backward pass; four are enough, and most of
the work happens in place.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

LENGTH_FLOOR = 1e-10
SAFE_SHARPNESS = 60.0
"""Up to here exp(sharpness * (u - 1)), u in [0, 1], neither overflows nor underflows in float32."""


def attended_scores(cosines: Tensor, lengths: Tensor, gram: Tensor, mask: Tensor, sharpness: float) -> Tensor:
    """cos(sum_f w_f E_f, p) from cosines and Gram matrices alone.

    Args:
        cosines: cos(E_f, p), (V, F, N).
        lengths: |E_f|, (V, F).
        gram: Gram matrices of the unit frames, (V, F, F), symmetric.
        mask: Real frames, (V, F).
        sharpness: Inverse temperature of w.

    Returns:
        (V, N).
    """
    if torch.is_grad_enabled() and (cosines.requires_grad or lengths.requires_grad):
        return _AttendedScores.apply(cosines, lengths, gram, mask, sharpness)
    return _forward(cosines.clone(), lengths, gram, mask, sharpness)[0]


def _weights(cosines: Tensor, mask: Tensor, sharpness: float) -> tuple[Tensor, Tensor, Tensor]:
    real = mask.unsqueeze(-1)
    positive = cosines.clamp(min=0)
    if not mask.all():
        positive *= real
    length = positive.square().sum(1, keepdim=True).sqrt_().clamp_(min=LENGTH_FLOOR)
    positive /= length
    weights = positive * sharpness
    if sharpness > SAFE_SHARPNESS:
        weights -= weights.amax(1, keepdim=True)
    weights = weights.exp_()
    if not mask.all():
        weights *= real
    weights /= weights.sum(1, keepdim=True).clamp_(min=torch.finfo(weights.dtype).tiny)
    return positive, length, weights


def _forward(
    cosines: Tensor, lengths: Tensor, gram: Tensor, mask: Tensor, sharpness: float
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    positive, length, weights = _weights(cosines, mask, sharpness)
    pulled = weights * lengths.unsqueeze(-1)
    projected = torch.bmm(gram, pulled)
    numerator = (pulled * cosines).sum(1)
    norm = (pulled * projected).sum(1).clamp_(min=0).sqrt_().clamp_(min=LENGTH_FLOOR)
    return numerator / norm, positive, length, weights, projected, norm


class _AttendedScores(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, cosines: Tensor, lengths: Tensor, gram: Tensor, mask: Tensor, sharpness: float
    ) -> Tensor:
        scores, positive, length, weights, projected, norm = _forward(cosines, lengths, gram, mask, sharpness)
        ctx.save_for_backward(cosines, lengths, positive, length, weights, projected, norm, scores)
        ctx.sharpness = sharpness
        return scores

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        cosines, lengths, positive, length, weights, projected, norm, scores = ctx.saved_tensors
        per_numerator = (grad / norm).unsqueeze(1)  # (V, 1, N)
        per_square = (-0.5 * grad * scores / norm.square()).unsqueeze(1)
        pulled = weights * lengths.unsqueeze(-1)
        grad_gram = torch.bmm(pulled * per_square, pulled.transpose(1, 2))
        grad_pulled = projected * (2 * per_square)
        grad_pulled.addcmul_(cosines, per_numerator)
        grad_lengths = (grad_pulled * weights).sum(2)
        grad_weights = grad_pulled.mul_(lengths.unsqueeze(-1))
        mean = (grad_weights * weights).sum(1, keepdim=True)
        grad_unit = grad_weights.sub_(mean).mul_(weights).mul_(ctx.sharpness)
        along = (grad_unit * positive).sum(1, keepdim=True)
        grad_cosines = grad_unit.addcmul_(positive, along, value=-1).div_(length)
        grad_cosines *= positive > 0
        grad_cosines.addcmul_(pulled, per_numerator)
        return grad_cosines, grad_lengths, grad_gram, None, None
