"""The role labeller's network in torch, and its training; parsing/roles_model.py computes the same in numpy."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class NetworkOptions:
    """Sizes and schedule of one network.

    Attributes:
        buckets: Hash buckets.
        width: Width of the summed embeddings.
        hidden: Width of the two hidden layers.
        epochs: Passes over the predicates.
        batch: Predicates per update.
        dropout: Dropout on the summed embedding and on the hidden layers.
        feature_dropout: Share of a candidate's features that are left out at random.
        learning_rate: Peak learning rate; falls linearly to 0.
        example_epochs: Passes that also see the sentences of the frame files, at the beginning.
    """

    buckets: int = 1 << 15
    width: int = 96
    hidden: int = 128
    epochs: int = 4
    batch: int = 160
    dropout: float = 0.25
    feature_dropout: float = 0.2
    learning_rate: float = 4e-3
    example_epochs: int = 2


@dataclass(frozen=True)
class RoleData:
    """Candidates of many predicates.

    Attributes:
        features: Feature ids (candidates, templates), predicate by predicate.
        targets: Label of each candidate (candidates,).
        sizes: Candidates of each predicate (predicates,), none 0.
        example: Whether a predicate comes from the frame files (predicates,).
    """

    features: NDArray[np.int32]
    targets: NDArray[np.int64]
    sizes: NDArray[np.int64]
    example: NDArray[np.bool_]


class RoleNetwork(nn.Module):
    """See `parsing.roles_model.RoleModel`.

    Args:
        options: Sizes.
        labels: Number of labels.
    """

    def __init__(self, options: NetworkOptions, labels: int):
        super().__init__()
        width, hidden = options.width, options.hidden
        self.embedding = nn.EmbeddingBag(options.buckets + 1, width, mode="sum", padding_idx=options.buckets)
        nn.init.normal_(self.embedding.weight, std=0.1)
        with torch.no_grad():
            self.embedding.weight[options.buckets] = 0.0
        self.bias = nn.Parameter(torch.zeros(width))
        self.layer1, self.layer2 = nn.Linear(3 * width, hidden), nn.Linear(hidden, labels)
        self.layer3, self.layer4 = nn.Linear(hidden + 3 * labels, hidden), nn.Linear(hidden, labels)
        self.dropout = nn.Dropout(options.dropout)

    def forward(self, features: Tensor, kept: float, sizes: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of the first and of the second reading, (candidates, labels) each.

        Args:
            features: Feature ids (candidates, templates); the number of buckets where a feature is left out.
            kept: Share of the features that are not left out.
            sizes: Candidates of each predicate (predicates,).
        """
        hidden = self.dropout(torch.relu(self.embedding(features) / kept + self.bias))
        group = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
        empty = hidden.new_zeros(len(sizes), hidden.shape[1])
        mean = empty.index_add(0, group, hidden) / sizes[:, None]
        most = empty.scatter_reduce(0, group[:, None].expand_as(hidden), hidden, "amax", include_self=False)
        around = torch.cat([mean, most], dim=1)[group]
        read = self.dropout(torch.relu(self.layer1(torch.cat([hidden, around], dim=1))))
        first = self.layer2(read)
        given = torch.softmax(first, dim=1)
        running = torch.cumsum(given, dim=0)
        starts = torch.cumsum(sizes, dim=0) - sizes
        left = running - given - (running[starts] - given[starts])[group]
        right = (running[starts + sizes - 1] - running[starts] + given[starts])[group] - left - given
        again = self.dropout(torch.relu(self.layer3(torch.cat([read, given, left, right], dim=1))))
        return first, first + self.layer4(again)

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The weights by the names of `parsing.roles_model.ARRAYS`, the embedding as "embedding"."""
        found = {"embedding": self.embedding.weight[:-1], "bias": self.bias}
        for k in range(1, 5):
            layer = getattr(self, f"layer{k}")
            found |= {f"weight{k}": layer.weight.T, f"bias{k}": layer.bias}
        return {name: np.ascontiguousarray(value.detach().numpy()) for name, value in found.items()}


def fit(data: RoleData, labels: int, options: NetworkOptions, seed: int) -> dict[str, NDArray[np.float32]]:
    """Train one network; the same data and seed give the same weights on one thread.

    Returns:
        Its weights, see `RoleNetwork.arrays`. Vectors of features that never occur are 0.
    """
    torch.manual_seed(seed)
    network = RoleNetwork(options, labels)
    optimizer = torch.optim.Adam(network.parameters(), lr=options.learning_rate, fused=True)
    own = np.flatnonzero(~data.example)
    passes = [
        np.arange(len(data.sizes)) if k < options.example_epochs else own for k in range(options.epochs)
    ]
    steps = sum(len(chosen) // options.batch for chosen in passes)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.0, 1.0 - step / max(steps, 1)))
    generator = torch.Generator().manual_seed(seed)
    starts = np.cumsum(data.sizes) - data.sizes
    for epoch, chosen in enumerate(passes):
        order = chosen[torch.randperm(len(chosen), generator=generator).numpy()]
        total, count = 0.0, len(chosen) // options.batch
        for k in range(count):
            pick = order[k * options.batch : (k + 1) * options.batch]
            sizes = data.sizes[pick]
            rows = np.repeat(starts[pick] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
            features = torch.from_numpy(data.features[rows])
            dropped = torch.rand(features.shape, generator=generator) < options.feature_dropout
            features = features.masked_fill_(dropped, options.buckets)
            targets = torch.from_numpy(data.targets[rows])
            first, second = network(features, 1.0 - options.feature_dropout, torch.from_numpy(sizes))
            loss = nn.functional.cross_entropy(second, targets)
            optimizer.zero_grad()
            (loss + 0.5 * nn.functional.cross_entropy(first, targets)).backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        _LOGGER.info("seed %d epoch %d loss %.4f", seed, epoch + 1, total / max(count, 1))
    arrays = network.arrays()
    unseen = np.ones(options.buckets, dtype=bool)
    unseen[data.features.ravel()] = False
    arrays["embedding"] = np.where(unseen[:, None], np.float32(0.0), arrays["embedding"])
    return arrays
