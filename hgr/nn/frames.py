"""Frame features to one padded batch, and where in time each frame stands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from hgr.data.items import VideoItem
from hgr.errors import DataError
from hgr.models.base import Batch


@dataclass(frozen=True)
class FrameBatch(Batch):
    """Frames of a batch of videos.

    Attributes:
        frames: (V, F, D) float32, 0 on padding.
        mask: (V, F), True where real.
    """

    frames: Tensor
    mask: Tensor

    def __len__(self) -> int:
        return len(self.frames)


def frame_batch(videos: Sequence[VideoItem], streams: Mapping[str, int]) -> FrameBatch:
    """Feature streams side by side, padded to the longest video.

    A stream with another number of frames than the video's longest one is spread evenly over it; a missing stream is 0.

    Args:
        videos: The videos.
        streams: Stream name -> width, in the order of concatenation.

    Raises:
        DataError: A video has none of the streams, or one of another width.
    """
    arrays = [_side_by_side(video, streams) for video in videos]
    length = max(len(array) for array in arrays)
    frames = np.zeros((len(arrays), length, sum(streams.values())), dtype=np.float32)
    for row, array in zip(frames, arrays, strict=True):
        row[: len(array)] = array
    lengths = torch.tensor([len(array) for array in arrays])
    return FrameBatch(torch.from_numpy(frames), torch.arange(length) < lengths.unsqueeze(1))


def _side_by_side(video: VideoItem, streams: Mapping[str, int]) -> np.ndarray:
    lengths = [len(video.streams[name]) for name in streams if name in video.streams]
    if not lengths or not max(lengths):
        raise DataError(f"video {video.id!r} has no frames in any of the streams {sorted(streams)}")
    length, parts = max(lengths), []
    for name, width in streams.items():
        array = video.streams.get(name)
        if array is None:
            parts.append(np.zeros((length, width), dtype=np.float32))
            continue
        if array.ndim != 2 or array.shape[1] != width:
            raise DataError(
                f"video {video.id!r}, stream {name!r}: expected (frames, {width}), found {array.shape}"
            )
        if len(array) != length:
            array = array[np.arange(length) * len(array) // length]
        parts.append(np.asarray(array, dtype=np.float32))
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def relative_positions(mask: Tensor, width: int) -> Tensor:
    """Sinusoidal code of each frame's place in its own video, from 0 at its start to 1 at its end.

    Args:
        mask: Real frames, (V, F), real ones first.
        width: Size of the code.

    Returns:
        (V, F, width).
    """
    lengths = mask.sum(1, keepdim=True)
    places = torch.arange(mask.shape[1], device=mask.device) / (lengths - 1).clamp(min=1)
    half = (width + 1) // 2
    waves = torch.exp(torch.arange(half, device=mask.device) * (math.log(64.0) / max(half - 1, 1)))
    angles = places.unsqueeze(-1) * waves * (math.pi / 2)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)[..., :width]
