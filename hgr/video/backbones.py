"""What turns frames into features: the BACKBONES table and what each of them must offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from hgr.errors import DataError
from hgr.video.sampling import FrameShape

GRID_SIDE = 128


class Backbone(Protocol):
    """Frames to features.

    Attributes:
        name: As it stands in a recipe.
        dim: Width D of the features.
        weights: Digest of the weights, None where there are none.
        options: What else decides about the values.
        shape: The size of frames that it takes.
    """

    name: str
    dim: int
    weights: str | None
    options: Mapping[str, Any]
    shape: FrameShape

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """Features (F, D) float32 of a clip's frames (F, height, width, 3) uint8."""
        ...


class GridBackbone:
    """`grid`: statistics of color, gradients and motion, see `hgr.video.grid`."""

    def __init__(self) -> None:
        from hgr.video.grid import DIM, VERSION

        self.name, self.dim = "grid", DIM
        self.weights: str | None = None
        self.options: Mapping[str, Any] = {"version": VERSION}
        self.shape = FrameShape(GRID_SIDE, GRID_SIDE, resample="box")

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """Features (F, D) float32 of a clip's frames (F, height, width, 3) uint8."""
        from hgr.video.grid import grid_features

        return grid_features(frames)


def _grid(detail: str, device: str, download: bool) -> Backbone:
    if detail:
        raise DataError(f"backbone 'grid:{detail}': expected 'grid' alone")
    return GridBackbone()


def _transformers(detail: str, device: str, download: bool) -> Backbone:
    from hgr.video.transformers_backbone import TransformersBackbone

    if not detail:
        raise DataError("backbone 'transformers': expected 'transformers:<folder or hub name>'")
    return TransformersBackbone(detail, device=device, download=download)


BACKBONES: dict[str, Callable[[str, str, bool], Backbone]] = {"grid": _grid, "transformers": _transformers}
"""Kind -> a function of what follows the colon, the device, and whether weights may be downloaded."""


def load_backbone(name: str, *, device: str = "cpu", download: bool = False) -> Backbone:
    """A backbone by its name, `grid` or `transformers:<folder or hub name>`.

    Args:
        name: Kind, and after a colon what the kind asks for.
        device: Where a network runs.
        download: Whether weights that are not on this machine may be fetched from the hub.

    Raises:
        DataError: No such backbone, or its weights are not there.
    """
    kind, _, detail = name.partition(":")
    if kind not in BACKBONES:
        raise DataError(f"backbone {name!r}: expected one of {', '.join(BACKBONES)}")
    return BACKBONES[kind](detail, device, download)
