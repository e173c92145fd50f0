"""Post-norm transformer layers, their positions and norm, and attention-aware pooling, as COOT has them.

Paper: Ging, Zolfaghari, Pirsiavash, Brox, COOT: Cooperative Hierarchical Transformer, NeurIPS 2020.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

from hgr.nn.pooling import masked_softmax

NORM_FLOOR = 1e-6
"""Added to the standard deviation, outside the root."""
INIT_STD = 0.01


class SampleNorm(nn.Module):
    """Layer norm by the sample standard deviation: gain * (x - mean) / (std + 1e-6) + bias, std over D - 1.

    Differs from `torch.nn.LayerNorm` in both, so published weights need it.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, values: Tensor) -> Tensor:
        """(..., D) -> (..., D)."""
        centered = values - values.mean(-1, keepdim=True)
        variance = centered.square().sum(-1, keepdim=True) / (values.shape[-1] - 1)
        # The root of an exact zero (a constant input, such as padding) has no finite gradient.
        deviation = torch.where(variance > 0, variance, 1.0).sqrt().where(variance > 0, 0.0)
        return self.gain * centered / (deviation + NORM_FLOOR) + self.bias


def channel_positions(length: int, width: int, device: torch.device | str | None = None) -> Tensor:
    """Positions whose frequency falls with every channel, not with every pair of them.

    sin(t / 10000^(2k / D)) in even, cos of the same in odd channels k = 0 .. D - 1.

    Args:
        length: Number of positions L.
        width: Number of channels D.
        device: Where to make them.

    Returns:
        (L, D).
    """
    channels = torch.arange(width, dtype=torch.float64, device=device)
    angles = torch.arange(length, dtype=torch.float64, device=device).unsqueeze(1) / 10000 ** (
        2 * channels / width
    )
    return torch.where(channels % 2 == 0, angles.sin(), angles.cos()).float()


def initialize(module: nn.Module) -> None:
    """All weights and biases but those of norms from a normal distribution with std 0.01, cut at two of them."""
    for part in module.modules():
        if not isinstance(part, SampleNorm):
            for parameter in part.parameters(recurse=False):
                nn.init.trunc_normal_(parameter, std=INIT_STD, a=-2 * INIT_STD, b=2 * INIT_STD)


class Attention(nn.Module):
    """Multi-head attention of queries over a sequence, with dropout on the weights."""

    def __init__(self, width: int, heads: int, rate: float) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} is no multiple of {heads} heads")
        self.heads, self.rate = heads, rate
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.final = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, query: Tensor, sequence: Tensor, mask: Tensor) -> Tensor:
        """(B, Q, D), (B, L, D), real positions (B, L) -> (B, Q, D)."""
        parts = [
            layer(values).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer, values in ((self.query, query), (self.key, sequence), (self.value, sequence))
        ]
        logits = parts[0] @ parts[1].transpose(2, 3) / math.sqrt(parts[0].shape[-1])
        weights = masked_softmax(logits, mask[:, None, None, :].expand_as(logits))
        weights = dropout(weights, self.rate, self.training).to(parts[2].dtype)
        return self.final((weights @ parts[2]).transpose(1, 2).flatten(2))


class PostNormLayer(nn.Module):
    """a = dropout(norm(attention(x, y) + x)); norm(feed_forward(a) + a).

    Args:
        width: Size D.
        heads: Attention heads.
        rate: Dropout, everywhere.
        inner: Width of the feed-forward network; D as published.
    """

    def __init__(self, width: int, heads: int, rate: float, inner: int | None = None) -> None:
        super().__init__()
        inner = inner or width
        self.attention = Attention(width, heads, rate)
        self.attention_norm, self.forward_norm = SampleNorm(width), SampleNorm(width)
        self.dropout = nn.Dropout(rate)
        self.expand, self.contract = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, query: Tensor, sequence: Tensor, mask: Tensor) -> Tensor:
        """(B, Q, D), (B, L, D), real positions of the sequence (B, L) -> (B, Q, D)."""
        attended = self.dropout(self.attention_norm(self.attention(query, sequence, mask) + query))
        inner = nn.functional.gelu(self.dropout(self.expand(attended)))
        return self.forward_norm(self.dropout(self.contract(inner)) + attended)


class AttentionAwarePooling(nn.Module):
    """Weighted mean over time with weights of its own for every channel.

    Head h computes W2 gelu(W1 x_t + b1) + b2 for its share of the channels; their softmax over time weighs the
    values x_t of those channels.

    Args:
        width: Size D, a multiple of `heads`.
        heads: Number of heads.
        hidden: Hidden units of all heads together.
        rate: Dropout on hidden units, logits and weights.
    """

    def __init__(self, width: int, heads: int, hidden: int, rate: float) -> None:
        super().__init__()
        if width % heads or hidden % heads:
            raise ValueError(f"width {width} and hidden {hidden} must be multiples of {heads} heads")
        self.first = nn.Parameter(torch.empty(heads, width, hidden // heads))
        self.first_bias = nn.Parameter(torch.empty(heads, hidden // heads))
        self.second = nn.Parameter(torch.empty(heads, hidden // heads, width // heads))
        self.second_bias = nn.Parameter(torch.empty(heads, width // heads))
        self.dropout = nn.Dropout(rate)
        initialize(self)

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """(B, L, D), real positions (B, L) -> (B, D)."""
        hidden = torch.einsum("bld,hdi->blhi", values, self.first) + self.first_bias
        hidden = nn.functional.gelu(self.dropout(hidden))
        logits = (torch.einsum("blhi,hio->blho", hidden, self.second) + self.second_bias).flatten(2)
        logits = self.dropout(logits)
        weights = self.dropout(masked_softmax(logits, mask.unsqueeze(-1).expand_as(logits), dim=1))
        return (weights * values).sum(1)
