"""Which level decided a query: where the margin between the right and the best wrong video came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from hgr.analysis.stored import StoredSimilarity


@dataclass(frozen=True)
class Decisions:
    """Text-to-video, under the mean of the levels present.

    Attributes:
        levels: Names of the levels, the columns below.
        right: (T,) position of each text's best-scored right video.
        rival: (T,) position of its best-scored wrong video; -1 where there is no wrong one.
        margins: (T, L) what each level adds to the fused margin, right minus rival; sums to it.
        present: (T, L) bool, which levels the text has.
    """

    levels: tuple[str, ...]
    right: np.ndarray
    rival: np.ndarray
    margins: np.ndarray
    present: np.ndarray

    @property
    def won(self) -> np.ndarray:
        """(T,) bool: the right video beats every wrong one."""
        return (self.margins.sum(axis=1) > 0) | (self.rival < 0)

    @property
    def decided_by(self) -> np.ndarray:
        """(T,) int64: the level that adds most to the outcome; for a lost query, the one that lost it."""
        signed = np.where(self.won[:, None], self.margins, -self.margins)
        return np.where(self.present, signed, -np.inf).argmax(axis=1)

    def shares(self) -> dict[str, Mapping[str, float]]:
        """How often each level decided, among the won and among the lost queries; NaN where there are
        none."""
        decided, won = self.decided_by, self.won
        found: dict[str, Mapping[str, float]] = {}
        for name, among in (("won", won), ("lost", ~won)):
            counts = np.bincount(decided[among], minlength=len(self.levels))
            with np.errstate(invalid="ignore"):
                found[name] = dict(zip(self.levels, (counts / counts.sum()).tolist(), strict=True))
        return found

    def needed(self) -> dict[str, float]:
        """Share of the won queries that would be lost against the same rival without the level."""
        won = self.won & (self.rival >= 0)
        rest = self.margins.sum(axis=1, keepdims=True) - self.margins
        with np.errstate(invalid="ignore", divide="ignore"):
            return {
                level: float(np.mean(rest[won, i] <= 0)) if won.any() else float("nan")
                for i, level in enumerate(self.levels)
            }


def decisions(stored: StoredSimilarity) -> Decisions:
    """Right video, best wrong video and the levels' margins of every text.

    Memory is that of a block of rows; the matrices stay on disk.
    """
    levels = stored.levels
    pairs_text, pairs_video = stored.pairs()
    count = len(stored.texts)
    right, rival = np.zeros(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    margins = np.zeros((count, len(levels)))
    row_present = np.stack([stored.present(level)[0] for level in levels], axis=1)
    column_present = np.stack([stored.present(level)[1] for level in levels], axis=1)
    bounds = np.searchsorted(pairs_text, np.arange(count + 1))
    step = max(1, (1 << 20) // len(stored.videos))
    for start in range(0, count, step):
        stop = min(start + step, count)
        scores = torch.stack(
            [torch.from_numpy(stored.matrices[n][start:stop].astype(np.float64)) for n in levels]
        )
        shared = torch.from_numpy(row_present[start:stop].T[:, :, None] & column_present.T[:, None, :])
        parts = scores * shared / shared.sum(dim=0).clamp(min=1)
        fused = parts.sum(dim=0)
        own = torch.zeros_like(fused, dtype=torch.bool)
        inside = slice(bounds[start], bounds[stop])
        own[torch.from_numpy(pairs_text[inside] - start), torch.from_numpy(pairs_video[inside])] = True
        best = fused.masked_fill(~own, -torch.inf).argmax(dim=1)
        other = fused.masked_fill(own, -torch.inf)
        wrong = other.argmax(dim=1)
        has_rival = ~own.all(dim=1)
        margins[start:stop] = torch.where(
            has_rival.unsqueeze(1), _at(parts, best) - _at(parts, wrong), 0.0
        ).numpy()
        right[start:stop] = best.numpy()
        rival[start:stop] = torch.where(has_rival, wrong, -1).numpy()
    return Decisions(levels, right, rival, margins, row_present)


def _at(parts: Tensor, columns: Tensor) -> Tensor:
    """Each level's share of one pair a row, (T, L)."""
    return parts[:, torch.arange(parts.shape[1]), columns].T
