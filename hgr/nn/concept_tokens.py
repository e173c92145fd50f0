"""Concepts over time: how probable at every position, how strong in a sequence, and which frames show them."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad

from hgr.nn.batch_norm import BatchNorm
from hgr.nn.pooling import masked_mean

WINDOW = 2
"""Frames on either side of a peak that join its window, as published in HANet."""
BEST_FRAMES = 3
"""How many of a concept's best frames stand for it, as published in HANet."""


class ConceptHead(nn.Module):
    """Probabilities of concepts at every position: convolution over time, batch norm, sigmoid.

    Args:
        width: Size D of a position.
        concepts: Size C of the vocabulary.
        kernel: Positions seen at once, odd.
    """

    def __init__(self, width: int, concepts: int, kernel: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(width, concepts, kernel, padding=kernel // 2)
        self.norm = BatchNorm(concepts)

    def forward(self, sequence: Tensor, seen: Tensor) -> Tensor:
        """(B, L, D) and the positions that exist, (B, L) -> probabilities (B, L, C), 0 elsewhere."""
        weight = self.convolution.weight
        concepts, width, kernel = weight.shape
        every = bool(seen.all())
        if kernel == 1:
            logits = linear(sequence.flatten(0, 1) if every else sequence[seen], weight.squeeze(2))
        else:
            real = sequence if every else sequence.masked_fill(~seen.unsqueeze(-1), 0.0)
            # One product for all taps; then each tap's result moves to its place.
            taps = linear(real, weight.permute(2, 0, 1).reshape(-1, width)).unflatten(-1, (kernel, concepts))
            shifts = [kernel // 2 - tap for tap in range(kernel)]
            moved = [
                pad(tap, (0, 0, shift, -shift)) for tap, shift in zip(taps.unbind(2), shifts, strict=True)
            ]
            total = sum(moved[1:], moved[0])
            logits = total.flatten(0, 1) if every else total[seen]
        # As (1, C, N), where torch sums over positions more exactly than as (N, C).
        columns = torch.add(logits, self.convolution.bias).T.unsqueeze(0).contiguous()  # type: ignore[arg-type]
        probabilities = self.norm(columns).sigmoid().squeeze(0).T
        if every:
            return probabilities.unflatten(0, seen.shape)
        grid = probabilities.new_zeros(*seen.shape, concepts)
        grid[seen] = probabilities
        return grid


class FrameGate(nn.Module):
    """Squeeze and excitation: each coordinate of a video's frames is scaled by a function of their mean."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(width, hidden, bias=False)
        self.excite = nn.Linear(hidden, width, bias=False)

    def forward(self, frames: Tensor, seen: Tensor) -> Tensor:
        """(V, F, D) and the frames that exist, (V, F) -> (V, F, D)."""
        return frames * self.excite(self.squeeze(masked_mean(frames, seen)).relu()).sigmoid().unsqueeze(1)


def strengths(probabilities: Tensor, mask: Tensor, top_share: int) -> Tensor:
    """Per concept, the mean over its best ceil(length / top_share) real positions.

    Args:
        probabilities: (B, L, C).
        mask: (B, L).
        top_share: Divisor of the length.

    Returns:
        (B, C).
    """
    counts = -(-mask.sum(1) // top_share)
    most = -(-mask.shape[1] // top_share)
    real = probabilities if bool(mask.all()) else probabilities.masked_fill(~mask.unsqueeze(-1), -1.0)
    best = real.topk(most, dim=1).values
    used = torch.arange(most, device=mask.device) < counts.unsqueeze(1)
    return best.masked_fill(~used.unsqueeze(-1), 0.0).sum(1) / counts.clamp(min=1).unsqueeze(-1)


def strongest(probabilities: Tensor, strength: Tensor, mask: Tensor, count: int) -> Tensor:
    """Probabilities over time of each video's strongest concepts.

    Args:
        probabilities: (V, F, C).
        strength: (V, C).
        mask: (V, F).
        count: How many concepts K; fewer where the vocabulary is smaller.

    Returns:
        (V, K, F), -1 on padding.
    """
    best = strength.topk(min(count, strength.shape[1]), dim=1).indices
    chosen = probabilities.gather(2, best.unsqueeze(1).expand(-1, mask.shape[1], -1))
    return chosen.masked_fill(~mask.unsqueeze(-1), -1.0).transpose(1, 2)


def windows(chosen: Tensor, mask: Tensor) -> Tensor:
    """The five frames around each concept's peak where that fits for all concepts of a video, else the peaks alone.

    Args:
        chosen: Probabilities of concepts over time, (V, K, F), -1 on padding.
        mask: (V, F).

    Returns:
        Weights of the frames, (V, K, F), sum 1 over F.
    """
    peaks = chosen.argmax(-1)
    fits = (peaks.amax(1) + WINDOW < mask.sum(1)) & (peaks.amin(1) >= WINDOW)
    offsets = torch.arange(-WINDOW, WINDOW + 1, device=peaks.device)
    return _equal_weights(peaks.unsqueeze(-1) + offsets * fits[:, None, None], chosen)


def best_frames(chosen: Tensor, mask: Tensor) -> Tensor:
    """The three best frames of each concept, in videos of fewer frames the best.

    Args and result as for `windows`.
    """
    frames = chosen.topk(min(BEST_FRAMES, chosen.shape[-1]), dim=-1).indices
    frames = torch.where((mask.sum(1) < BEST_FRAMES)[:, None, None], frames[..., :1], frames)
    return _equal_weights(frames, chosen)


def _equal_weights(frames: Tensor, chosen: Tensor) -> Tensor:
    share = torch.full_like(frames, 1 / frames.shape[-1], dtype=chosen.dtype)
    return torch.zeros_like(chosen).scatter_add(2, frames, share)
