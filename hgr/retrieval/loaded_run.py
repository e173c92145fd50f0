"""A trained run, opened for use: model, settings, videos, features."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from hgr.checkpoint import CONFIG, DATA, MANIFEST, MODEL, load_model
from hgr.data.folder import DataFolder, load_folder
from hgr.data.items import Segment
from hgr.data.loading import VideoItems
from hgr.data.prepare import FEATURES_FOLDER, open_streams
from hgr.data.recipes import recipe_difference
from hgr.data.spec import DataSpec
from hgr.data.standardize import standardized
from hgr.errors import DataError
from hgr.models.base import Inputs, RetrievalModel
from hgr.retrieval.stamps import feature_digest
from hgr.runs import RunFolder
from hgr.settings import DataSettings, Settings


@dataclass(frozen=True)
class LoadedRun:
    """What a run needs to answer queries; data are opened when they are first asked for.

    Attributes:
        folder: The run's folder.
        settings: Its resolved settings.
        spec: Sizes and vocabularies of its data.
        model: The system, in evaluation mode, on `device`.
        inputs: Its input preparation.
        weights: Digest of weights, settings and vocabularies.
        recipes: How the feature streams of the training were made.
        device: Where the model is.
    """

    folder: RunFolder
    settings: Settings
    spec: DataSpec
    model: RetrievalModel
    inputs: Inputs
    weights: str
    recipes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    device: str = "cpu"

    @property
    def data(self) -> DataSettings:
        """The data section of the settings."""
        return self.settings.data

    @cached_property
    def data_folder(self) -> DataFolder:
        """The data set."""
        return load_folder(self.data.folder)

    @cached_property
    def streams(self) -> dict[str, Mapping[str, np.ndarray]]:
        """Feature streams by name, those of the training and made in the same way.

        Raises:
            DataError: A stream is missing or was made in another way.
        """
        streams, recipes = open_streams(self.data)
        for name, width in self.spec.streams.items():
            if name not in recipes:
                raise DataError(
                    f"run {self.folder.path}: no feature stream {name!r}, found {', '.join(recipes)}"
                )
            expected = {"dim": width, **self.recipes.get(name, {})}
            if difference := recipe_difference(expected, recipes[name]):
                raise DataError(
                    f"run {self.folder.path}: feature stream {name!r} was made in another way than the one "
                    f"trained on: {difference}"
                )
        return {name: streams[name] for name in self.spec.streams}

    @cached_property
    def feature_digest(self) -> str:
        """Digest of the features, and of which of their frames are used."""
        stores = self.data.features or (str(Path(self.data.folder) / FEATURES_FOLDER),)
        return f"{feature_digest(map(Path, stores), self.spec.streams)} max_frames={self.data.max_frames}"

    @cached_property
    def video_ids(self) -> tuple[str, ...]:
        """Every video that has features, in the order of the store."""
        return tuple(dict.fromkeys(video for stream in self.streams.values() for video in stream))

    def candidates(self, split: str | None = None) -> tuple[str, ...]:
        """The videos that a search ranks.

        Args:
            split: Name of a split; None for every video that has features.

        Raises:
            DataError: No such split, or none of its videos has features.
        """
        if split is None:
            return self.video_ids
        known = set(self.video_ids)
        wanted = self.data_folder.split(split)
        found = tuple(video for video in wanted if video in known)
        if not found:
            raise DataError(f"split {split!r}: none of its {len(wanted)} videos has features")
        return found

    def video_items(self, ids: tuple[str, ...]) -> VideoItems:
        """Videos as the system's inputs read them; clips are those of their first captions."""
        videos = {video.id: video for video in self.data_folder.videos}
        segments: dict[str, tuple[Segment, ...]] = {}
        for caption in self.data_folder.captions:
            segments.setdefault(caption.video, caption.segments)
        streams = standardized(self.streams, self.spec.statistics)
        return VideoItems(ids, streams, self.data.max_frames, videos, segments)


def load_run(path: str | os.PathLike[str], *, checkpoint: str = "best", device: str = "cpu") -> LoadedRun:
    """Open a run for use.

    Args:
        path: The run's folder.
        checkpoint: "best" or "last".
        device: Where the model goes.

    Raises:
        DataError: No run, no such checkpoint, or one that is damaged.
    """
    from hgr.systems import build_inputs

    folder = RunFolder(path)
    where = folder.checkpoint(checkpoint)
    model, opened = load_model(where)
    return LoadedRun(
        folder,
        opened.settings,
        opened.spec,
        model.to(device).eval(),
        build_inputs(opened.settings.model, opened.spec),
        _checkpoint_digest(where),
        opened.recipes,
        device,
    )


def _checkpoint_digest(path: Path) -> str:
    path = path if path.exists() else path.with_name(f".{path.name}.previous")
    files = json.loads((path / MANIFEST).read_text(encoding="utf-8"))["files"]
    text = " ".join(files[name]["sha256"] for name in (MODEL, CONFIG, DATA))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
