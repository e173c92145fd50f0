"""Batch normalization over the batch of all processes of a training.

torch's own synchronized form refuses tensors on the CPU.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hgr.distributed import present_world, sum_over_processes


class BatchNorm(nn.BatchNorm1d):
    """nn.BatchNorm1d, whose statistics in training are those of all processes' positions; same weights and names."""

    def forward(self, values: Tensor) -> Tensor:
        """(B, C, N) -> (B, C, N)."""
        world = present_world()
        if not self.training or world.size == 1:
            return super().forward(values)
        seen = values.float()
        count = seen.new_tensor([seen.shape[0] * seen.shape[2]])
        # Two passes: the mean of squares less the square of the mean would lose digits.
        totals = sum_over_processes(torch.cat([seen.sum((0, 2)), count]), world)
        mean, count = totals[:-1] / totals[-1], totals[-1].detach()
        centered = seen - mean.unsqueeze(-1)
        variance = sum_over_processes(centered.square().sum((0, 2)), world) / count
        self._remember(mean.detach(), variance.detach() * count / (count - 1).clamp(min=1))
        scaled = centered * (variance + self.eps).rsqrt().unsqueeze(-1)
        return (scaled * self.weight.unsqueeze(-1) + self.bias.unsqueeze(-1)).to(values.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        assert self.running_mean is not None and self.running_var is not None
        assert self.num_batches_tracked is not None and self.momentum is not None
        self.num_batches_tracked.add_(1)
        self.running_mean.lerp_(mean.to(self.running_mean.dtype), self.momentum)
        self.running_var.lerp_(variance.to(self.running_var.dtype), self.momentum)
