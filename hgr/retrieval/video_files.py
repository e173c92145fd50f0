"""Video files that a run has never seen, as features of the streams that it was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from hgr.data.items import VideoItem
from hgr.data.loading import choose_frames
from hgr.data.standardize import standardized
from hgr.errors import DataError
from hgr.retrieval.loaded_run import LoadedRun
from hgr.video.backbones import BACKBONES, Backbone, load_backbone


def video_item_of_file(run: LoadedRun, path: Path) -> VideoItem:
    """Decode a file and run it through the backbones of the run's streams.

    Args:
        run: The run; its streams must say which backbone made them.
        path: A video file.

    Raises:
        VideoReadError: The file cannot be read.
        DataError: A stream was imported, so nothing here can make it; or the backbone's weights are others now.
    """
    streams: dict[str, np.ndarray] = {}
    for name in run.spec.streams:
        backbone, frames = _backbone(run, name)
        streams[name] = choose_frames(_features(path, backbone, frames), run.data.max_frames)
    seen = standardized({name: {str(path): array} for name, array in streams.items()}, run.spec.statistics)
    return VideoItem(str(path), {name: stream[str(path)] for name, stream in seen.items()})


def _features(path: Path, backbone: Backbone, frames: int) -> np.ndarray:
    from hgr.video.extraction import clip_features

    return clip_features(path, backbone, frames)


def _backbone(run: LoadedRun, stream: str) -> tuple[Backbone, int]:
    recipe: Mapping[str, object] = run.recipes.get(stream) or {}
    name, sampling = str(recipe.get("backbone", "")), recipe.get("sampling") or {}
    if (
        name.partition(":")[0] not in BACKBONES
        or not isinstance(sampling, Mapping)
        or "frames" not in sampling
    ):
        raise DataError(
            f"feature stream {stream!r} was made by {name or 'an unknown program'!r}, which cannot be run here; "
            "give ids of videos whose features are in the store"
        )
    backbone = _loaded(name, run.device)
    if recipe.get("weights") and backbone.weights != recipe["weights"]:
        raise DataError(
            f"backbone {name!r}: the run's features were made with weights {recipe['weights']}, "
            f"these are {backbone.weights}"
        )
    return backbone, int(sampling["frames"])


@lru_cache(maxsize=4)
def _loaded(name: str, device: str) -> Backbone:
    return load_backbone(name, device=device)
