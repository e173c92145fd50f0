"""A feature store in a few lines, for people and for scripts."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import Any

from hgr.data.features import FeatureStore, StreamInfo


@dataclass(frozen=True)
class StoreSummary:
    """What a store holds.

    Attributes:
        path: The store.
        producer: What wrote it.
        videos: Videos with at least one stream.
        streams: Stream name -> what the store says about it.
        failures: Files that could not be read, as {id, file, reason}.
        checked: Whether every value was read and found finite.
    """

    path: str
    producer: str
    videos: int
    streams: dict[str, StreamInfo]
    failures: tuple[dict[str, str], ...]
    checked: bool

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "failures": list(self.failures)}

    def __str__(self) -> str:
        values = ", all values finite" if self.checked else ""
        lines = [f"{self.path}: {self.videos} videos, written by {self.producer}{values}"]
        for name, stream in self.streams.items():
            recipe = stream.recipe
            lines += [
                f"  {name}: {stream.dim} wide, {stream.dtype}, {stream.videos} videos, {stream.frames} frames",
                f"    backbone {recipe.backbone}, weights {recipe.weights or 'none'}",
                f"    sampling {dict(recipe.sampling)}",
            ]
        lines += [f"  failed: {failure['id']}: {failure['reason']}" for failure in self.failures]
        return "\n".join(lines)


def summarize_store(path: str | os.PathLike[str], *, check: bool = False) -> StoreSummary:
    """Open a store and say what it holds.

    Args:
        path: The store.
        check: Read every value.

    Raises:
        DataError: Not a store, or with `check` a value that is not finite; the message names the id.
    """
    store = FeatureStore.open(path)
    if check:
        for name in store.streams:
            stream = store.stream(name)
            for video in stream:
                stream[video]
    return StoreSummary(
        str(path), store.producer, len(store.ids), dict(store.streams), tuple(store.failures()), check
    )
