"""Captions and videos as values, and what a system's `Inputs` gets to see of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from graphs.role_graph import RoleGraph


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a video, in seconds, and in a caption the sentence that describes it."""

    start: float
    end: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption of one video. `id` is unique; the text need not be."""

    id: str
    video: str
    text: str
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Video:
    """One video, or the part of `file` from `start` to `end` seconds. `file` is relative to the data set's folder."""

    id: str
    file: str | None = None
    start: float | None = None
    end: float | None = None
    duration: float | None = None


@dataclass(frozen=True)
class TextItem:
    """A caption with its role graph, ready for a system's `Inputs.text`.

    Attributes:
        caption: The caption.
        graph: Its role graph.
        segment_graphs: One role graph a segment of the caption.
        siblings: The video's other captions, in training only; for systems that must not count them as wrong.
        streams: Precomputed text features by name, (W, D) an entry.
        segment_streams: The same for each segment of the caption, () where there are none.
    """

    caption: Caption
    graph: RoleGraph
    segment_graphs: tuple[RoleGraph, ...] = ()
    siblings: tuple[TextItem, ...] = ()
    streams: Mapping[str, np.ndarray] = field(default_factory=dict)
    segment_streams: tuple[Mapping[str, np.ndarray], ...] = ()


@dataclass(frozen=True)
class VideoItem:
    """A video's features, ready for a system's `Inputs.video`.

    Attributes:
        id: The video's id.
        streams: Feature arrays by stream name, each (F, D) float; a stream that the video lacks is absent.
        segments: Clips, in seconds, for systems that match clips to sentences.
        duration: Seconds, None where unknown.
    """

    id: str
    streams: Mapping[str, np.ndarray]
    segments: tuple[Segment, ...] = ()
    duration: float | None = None
