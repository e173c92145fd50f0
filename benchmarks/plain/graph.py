"""Attention over a role graph given as a dense adjacency matrix."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DenseGraphAttention(nn.Module):
    """One published layer: scaled dot-product weights over a node's neighbors, residual, post-norm.

    Args:
        width: Size of a node.
        dropout: Rate on the message.
    """

    def __init__(self, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.query = nn.Linear(width, width // 2)
        self.key = nn.Linear(width, width // 2)
        self.message = nn.Linear(width, width, bias=False)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, nodes: Tensor, adjacency: Tensor) -> Tensor:
        """New nodes.

        Args:
            nodes: (B, N, D).
            adjacency: (B, N, N), [target, source], non-zero where joined.
        """
        query, key = self.query(nodes), self.key(nodes)
        logits = query @ key.transpose(1, 2) / query.shape[-1] ** 0.5
        absent = adjacency == 0
        weights = logits.masked_fill(absent, -1e18).softmax(dim=-1).masked_fill(absent, 0.0)
        return self.norm(nodes + self.dropout(self.message(weights @ nodes)))


def dense_adjacency(
    num_verbs: list[int], num_nouns: list[int], edges: list[list[tuple[int, int]]], slots: int
) -> Tensor:
    """Adjacency matrices in the published slot order: the event, the verb slots, the noun slots.

    Args:
        num_verbs: Real verbs of each graph.
        num_nouns: Real nouns of each graph; unused slots get no edge.
        edges: (verb, noun) slot pairs of each graph.
        slots: Verb slots; nouns start at 1 + slots.
    """
    width = 1 + slots + max(num_nouns)
    adjacency = torch.zeros(len(edges), width, width)
    for row, (verbs, pairs) in enumerate(zip(num_verbs, edges, strict=True)):
        adjacency[row, 1 : 1 + verbs, 0] = 1
        for verb, noun in pairs:
            adjacency[row, 1 + verb, 1 + slots + noun] = 1
            adjacency[row, 1 + slots + noun, 1 + verb] = 1
    return adjacency / adjacency.sum(dim=-1, keepdim=True).clamp(min=1)
