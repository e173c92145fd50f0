"""Graph attention over role graphs: the reasoning step of HGR, on sparse edges."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing
from torch_geometric.utils import softmax


class RoleAttention(MessagePassing):
    """One layer of message passing over a role graph.

    y_o = LayerNorm(x_o + Dropout(W sum_i a_oi x_i)), where a_oi is a softmax over the incoming edges of
    (Wq x_o) . (Wk x_i) / sqrt(D / 2), or without attention 1 / number of incoming edges. A node without incoming
    edges receives zero.

    Paper: Chen et al., Fine-grained Video-Text Retrieval with Hierarchical Graph Reasoning, CVPR 2020, section 3.1.

    Args:
        width: Size D of node vectors.
        dropout: Dropout on the message.
        attention: Learned attention over edges, or the plain mean.
    """

    def __init__(self, width: int, dropout: float = 0.5, attention: bool = True) -> None:
        super().__init__(aggr="add", node_dim=0)
        self.width = width
        self.transform = nn.Linear(width, width, bias=False)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.query = nn.Linear(width, width // 2) if attention else None
        self.key = nn.Linear(width, width // 2) if attention else None

    def forward(self, nodes: Tensor, edge_index: Tensor) -> Tensor:
        """One round of messages.

        Args:
            nodes: (N, D).
            edge_index: (2, E), source and target.

        Returns:
            (N, D).
        """
        weights = self.edge_weights(nodes, edge_index)
        messages = self.propagate(edge_index, x=nodes, weights=weights)
        return self.norm(nodes + self.dropout(self.transform(messages)))

    def edge_weights(self, nodes: Tensor, edge_index: Tensor) -> Tensor:
        """Attention of each target over its sources: (E,), sum 1 over the edges into one node."""
        source, target = edge_index
        if self.query is None or self.key is None:
            logits = nodes.new_zeros(edge_index.shape[1])
        else:
            products = self.query(nodes)[target] * self.key(nodes)[source]
            logits = products.float().sum(-1) / math.sqrt(self.width // 2)
        return softmax(logits, target, num_nodes=nodes.shape[0]).to(nodes.dtype)

    def message(self, x_j: Tensor, weights: Tensor) -> Tensor:
        """What one edge carries."""
        return weights.unsqueeze(-1) * x_j


class RoleGraphNetwork(nn.Module):
    """A stack of RoleAttention layers."""

    def __init__(self, width: int, layers: int = 1, dropout: float = 0.5, attention: bool = True) -> None:
        super().__init__()
        self.layers = nn.ModuleList(RoleAttention(width, dropout, attention) for _ in range(layers))

    def forward(self, nodes: Tensor, edge_index: Tensor) -> Tensor:
        """(N, D), (2, E) -> (N, D)."""
        for layer in self.layers:
            nodes = layer(nodes, edge_index)
        return nodes


def span_max(words: Tensor, span_node: Tensor, span_word: Tensor, num_nodes: int) -> Tensor:
    """Elementwise maximum of word vectors over each node's words.

    Args:
        words: (W, D).
        span_node: Node of each (node, word) pair, (M,), ascending.
        span_word: Word of each pair, (M,).
        num_nodes: Number of nodes N.

    Returns:
        (N, D); 0 for a node without words.
    """
    counts = torch.bincount(span_node, minlength=num_nodes)
    width = max(int(counts.max()), 1) if len(span_node) else 1
    slot = torch.arange(len(span_node), device=words.device) - (counts.cumsum(0) - counts)[span_node]
    grid = words.new_zeros(num_nodes, width, dtype=torch.long)
    grid[span_node, slot] = span_word
    # Padding repeats a node's first word, which changes no maximum.
    grid = torch.where(torch.arange(width, device=words.device) < counts.unsqueeze(1), grid, grid[:, :1])
    return words[grid].amax(1).masked_fill((counts == 0).unsqueeze(1), 0.0)
