"""The attended similarity without gradient, in tiles that stay in the processor's cache.

Beside the matrix product of frames and phrases every pair costs about ten passes over its frames' cosines. A tile is
small enough that they all happen in cache, and the weights are never normalized: the score is a cosine, the same for
any multiple of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from hgr.embeddings import LevelEmbedding
from hgr.errors import DataError

Fusion = Literal["embed", "sim"]
Products = Literal["float32", "bfloat16"]

SQUARED_NORM_FLOOR = 1e-18
"""Added to squared norms, so that the zero vector has a cosine of 0."""
LENGTH_FLOOR = 1e-10
SAFE_SHARPNESS = 40.0
"""Up to here exp(sharpness * u), u in [0, 1], can be squared and summed over the frames in float32."""
TILE_ROWS, TILE_PHRASES = 1280, 512
"""Frames and phrases of one matrix product: large enough for its full speed, 2.6 MB of result."""
PART_ROWS = 160
"""Frames that the passes after the product handle at once: two buffers of 0.3 MB, which stay in cache."""
ACCELERATOR_TILE = 1 << 14
"""Frames and phrases of both where launching a kernel costs more than leaving the cache."""


@dataclass(frozen=True)
class FrameTiles:
    """A block of videos, made ready to be attended by any number of phrases.

    Attributes:
        directions: Frames of length 1, (V, F, D); zero on padding.
        logs: Logarithms of the frames' lengths, relative to the longest of the video, (V, F); -inf on padding.
        gram: Gram matrices of the directions, (V, F, F).
        present: Which videos have a frame, (V,) bool.
        products: "bfloat16" rounds the factors of the products of frames and phrases; sums stay float32.
    """

    directions: Tensor
    logs: Tensor
    gram: Tensor
    present: Tensor
    products: Products = "float32"


def frame_tiles(video: LevelEmbedding, products: Products = "float32") -> FrameTiles:
    """What attention needs of the frames, independent of the phrases.

    Args:
        video: Frames, (V, F, D).
        products: See `FrameTiles`.

    Raises:
        DataError: "bfloat16" where the processor has no such instructions.
    """
    if products == "bfloat16" and not has_bfloat16_products(video.vectors.device):
        raise DataError(
            f"products: expected float32, found bfloat16, which {video.vectors.device} does not have"
        )
    frames = video.vectors.to(torch.promote_types(video.vectors.dtype, torch.float32))
    if not video.mask.all():
        frames = frames.masked_fill(~video.mask.unsqueeze(-1), 0.0)
    lengths = (torch.linalg.vector_norm(frames, dim=-1).square_() + SQUARED_NORM_FLOOR).sqrt_()
    directions = frames / lengths.unsqueeze(-1)
    longest = lengths.amax(1, keepdim=True) if lengths.shape[1] else lengths.new_ones(len(lengths), 1)
    logs = (lengths / longest).log().masked_fill(~video.mask, -torch.inf)
    return FrameTiles(directions, logs, directions @ directions.transpose(1, 2), video.present, products)


def attended_tiles(phrases: Tensor, frames: FrameTiles, *, sharpness: float, fusion: Fusion) -> Tensor:
    """`hgr.similarity.attended_phrases` of prepared frames, without gradient.

    Args:
        phrases: (N, D).
        frames: V videos.
        sharpness: Inverse temperature of the attention over frames.
        fusion: "embed" or "sim".

    Returns:
        (N, V).
    """
    if fusion not in ("embed", "sim"):
        raise ValueError(f"fusion is {fusion!r}, expected 'embed' or 'sim'")
    videos, num_frames = frames.logs.shape
    phrases = phrases.to(frames.directions.dtype)
    squares = torch.linalg.vector_norm(phrases, dim=-1).square_() + SQUARED_NORM_FLOOR
    inverse, floor = squares.rsqrt(), LENGTH_FLOOR**2 * squares
    logs = frames.logs if fusion == "embed" else torch.where(frames.logs > -torch.inf, 0.0, frames.logs)
    on_cpu = phrases.device.type == "cpu"
    rows, part, width = (
        (TILE_ROWS, PART_ROWS, TILE_PHRASES)
        if on_cpu
        else (ACCELERATOR_TILE, ACCELERATOR_TILE, ACCELERATOR_TILE)
    )
    height, part = (max(size // max(num_frames, 1), 1) for size in (rows, part))
    scores = phrases.new_empty(len(phrases), videos)
    room = phrases.new_empty(min(height, videos) * num_frames * min(width, len(phrases)))
    parts = _Parts(frames, logs.unsqueeze(-1), sharpness, fusion, part)
    for first in range(0, videos, height):
        block = slice(first, min(first + height, videos))
        directions = frames.directions[block].flatten(0, 1)
        for start in range(0, len(phrases), width):
            some = slice(start, min(start + width, len(phrases)))
            size = len(directions) * (some.stop - start)
            cosines = room[:size].view(len(directions), some.stop - start)
            with _bfloat16_products(frames.products == "bfloat16"):
                torch.mm(directions, phrases[some].T, out=cosines)
            cosines = cosines.view(block.stop - first, num_frames, some.stop - start)
            found = parts.scores(cosines, first, floor[some])
            scores[some, block] = found.mul_(inverse[some]).T
    return scores


class _Parts:
    """What follows the product of frames and phrases, for a few videos at a time, in buffers that all parts share."""

    def __init__(
        self, frames: FrameTiles, logs: Tensor, sharpness: float, fusion: Fusion, height: int
    ) -> None:
        self.gram, self.logs = frames.gram, logs
        self.sharpness, self.fusion, self.height = sharpness, fusion, height
        self.buffers: tuple[Tensor, Tensor] | None = None

    def scores(self, cosines: Tensor, first: int, floor: Tensor) -> Tensor:
        """Scores (v, n), times the phrases' lengths.

        Args:
            cosines: Products of unit frames and phrases, (v, F, n); overwritten.
            first: Position of its first video.
            floor: Least squared length of the positive cosines that is divided by, (n,).
        """
        videos, num_frames, width = cosines.shape
        above, below = cosines.new_empty(videos, width), cosines.new_empty(videos, width)
        for start in range(0, videos, self.height):
            stop = min(start + self.height, videos)
            some = cosines[start:stop]
            here = slice(first + start, first + stop)
            weights, spare = self._room(some)
            torch.clamp(some, min=0, out=weights)
            squares = torch.mul(weights, weights, out=spare).sum(1, keepdim=True)
            rate = torch.maximum(squares, floor, out=squares).rsqrt_()
            self._weigh(weights, rate, self.logs[here])
            if self.fusion == "embed":
                torch.bmm(self.gram[here], weights, out=spare)
                torch.sum(spare.mul_(weights), 1, out=below[start:stop])
            else:
                torch.sum(weights, 1, out=below[start:stop])
            torch.sum(some.mul_(weights), 1, out=above[start:stop])
        if self.fusion == "embed":
            return above.div_(below.clamp_(min=0).sqrt_().clamp_(min=LENGTH_FLOOR))
        return above.div_(below.clamp_(min=torch.finfo(below.dtype).tiny))

    def _weigh(self, positive: Tensor, rate: Tensor, logs: Tensor) -> None:
        """Positive cosines (v, F, n) to weights, in place."""
        if self.sharpness > SAFE_SHARPNESS:
            positive *= rate * self.sharpness
            positive -= positive.amax(1, keepdim=True)
            positive += logs
        else:
            torch.addcmul(logs, positive, rate, value=self.sharpness, out=positive)
        positive.exp_()

    def _room(self, like: Tensor) -> tuple[Tensor, Tensor]:
        if self.buffers is None or self.buffers[0].shape != like.shape:
            self.buffers = torch.empty_like(like), torch.empty_like(like)
        return self.buffers


def has_bfloat16_products(device: torch.device | str = "cpu") -> bool:
    """Whether products of bfloat16 with float32 sums run in the processor's own instructions."""
    return torch.device(device).type == "cpu" and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


@contextmanager
def _bfloat16_products(wanted: bool) -> Iterator[None]:
    """Inside, float32 matrix products round their factors to bfloat16. A setting of the whole process."""
    if not wanted:
        yield
        return
    settings = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]
    before = settings.fp32_precision
    settings.fp32_precision = "bf16"
    try:
        yield
    finally:
        settings.fp32_precision = before
