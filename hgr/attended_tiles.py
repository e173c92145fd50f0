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

Fusion = Literal["embed", "sim"]
Products = Literal["float32", "bfloat16"]

SQUARED_NORM_FLOOR = 1e-18
"""Added to squared norms, so that the zero vector has a cosine of 0."""
LENGTH_FLOOR = 1e-10
SAFE_SHARPNESS = 40.0
"""Up to here exp(sharpness * u), u in [0, 1], can be squared and summed over the frames in float32."""
TILE_VIDEOS, TILE_PHRASES = 16, 256
"""Three float32 buffers of 20 frames take 1 MB, half the second-level cache of current server processors."""
ACCELERATOR_TILE = 1024
"""Videos and phrases of a tile where launching a kernel costs more than leaving the cache."""


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
        ValueError: "bfloat16" where the processor has no such instructions.
    """
    if products == "bfloat16" and not has_bfloat16_products(video.vectors.device):
        raise ValueError(
            f"products: expected float32, found bfloat16, which {video.vectors.device} does not have"
        )
    frames = video.vectors.to(torch.promote_types(video.vectors.dtype, torch.float32))
    frames = frames.masked_fill(~video.mask.unsqueeze(-1), 0.0)
    lengths = (frames.square().sum(-1) + SQUARED_NORM_FLOOR).sqrt()
    directions = frames.div_(lengths.unsqueeze(-1))
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
    inverse = (phrases.square().sum(-1) + SQUARED_NORM_FLOOR).rsqrt_()
    on_cpu = phrases.device.type == "cpu"
    height, width = (TILE_VIDEOS, TILE_PHRASES) if on_cpu else (ACCELERATOR_TILE, ACCELERATOR_TILE)
    logs = frames.logs if fusion == "embed" else torch.where(frames.logs > -torch.inf, 0.0, frames.logs)
    scores = phrases.new_empty(len(phrases), videos)
    buffers = _Buffers(phrases, min(height, videos) * num_frames * min(width, len(phrases)))
    for first in range(0, videos, height):
        block = slice(first, min(first + height, videos))
        rows = frames.directions[block].flatten(0, 1)
        for start in range(0, len(phrases), width):
            some = slice(start, min(start + width, len(phrases)))
            shape = (block.stop - first, num_frames, some.stop - start)
            cosines, positive, spare = buffers.views(shape)
            with _bfloat16_products(frames.products == "bfloat16"):
                torch.mm(rows, phrases[some].T, out=cosines.view(len(rows), -1))
            found = _tile(
                cosines, positive, spare, inverse[some], logs[block].unsqueeze(-1), frames.gram[block],
                sharpness, fusion,
            )  # fmt: skip
            scores[some, block] = found.T
    return scores


class _Buffers:
    """Three buffers that all tiles share; the last tiles of a row or column take a part of them."""

    def __init__(self, like: Tensor, size: int) -> None:
        self.parts = [like.new_empty(size) for _ in range(3)]

    def views(self, shape: tuple[int, int, int]) -> list[Tensor]:
        size = shape[0] * shape[1] * shape[2]
        return [part[:size].view(shape) for part in self.parts]


def _tile(
    cosines: Tensor,
    positive: Tensor,
    spare: Tensor,
    inverse: Tensor,
    logs: Tensor,
    gram: Tensor,
    sharpness: float,
    fusion: Fusion,
) -> Tensor:
    """Scores (v, n) of one tile.

    Args:
        cosines: Products of unit frames and phrases, (v, F, n).
        positive, spare: Buffers of the same shape, overwritten.
        inverse: One over the phrases' lengths, (n,).
        logs: (v, F, 1).
        gram: (v, F, F).
    """
    torch.clamp(cosines, min=0, out=positive)
    length = torch.mul(positive, positive, out=spare).sum(1, keepdim=True).sqrt_()
    rate = sharpness * inverse / length.mul_(inverse).clamp_(min=LENGTH_FLOOR)
    if sharpness > SAFE_SHARPNESS:
        positive *= rate
        positive -= positive.amax(1, keepdim=True)
        positive += logs
    else:
        torch.addcmul(logs, positive, rate, out=positive)
    weights = positive.exp_()
    if fusion == "sim":
        total = weights.sum(1).clamp_(min=torch.finfo(weights.dtype).tiny)
    else:
        torch.bmm(gram, weights, out=spare)
        total = spare.mul_(weights).sum(1).clamp_(min=0).sqrt_().clamp_(min=LENGTH_FLOOR)
    return weights.mul_(cosines).sum(1).mul_(inverse).div_(total)


def has_bfloat16_products(device: torch.device | str = "cpu") -> bool:
    """Whether products of bfloat16 with float32 sums run in the processor's own instructions."""
    return torch.device(device).type == "cpu" and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


@contextmanager
def _bfloat16_products(wanted: bool) -> Iterator[None]:
    """Inside, float32 matrix products round their factors to bfloat16. A setting of the whole process."""
    if not wanted:
        yield
        return
    settings = torch.backends.mkldnn.matmul
    before = settings.fp32_precision
    settings.fp32_precision = "bf16"
    try:
        yield
    finally:
        settings.fp32_precision = before
