"""Margins of a trained run on a probe set: every caption and its altered version against their own video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from graphs.role_graph import RoleGraph
from hgr.analysis.probes.generation import Probe
from hgr.analysis.stored import StoredSimilarity
from hgr.data.items import VideoItem
from hgr.errors import DataError
from hgr.retrieval.encoded import Encoded
from hgr.retrieval.index import encode_video_items
from hgr.retrieval.retriever import Retriever
from parsing.wording import counted

SAMPLE_TEXTS = 200
"""Captions against all videos of the probes, where no validation similarities are stored."""


@dataclass(frozen=True)
class EncodedProbes:
    """The texts of a probe set as a run encodes them.

    Attributes:
        order: Positions of the probes, those of one video together.
        true: The captions in that order.
        altered: Their altered versions.
    """

    order: tuple[int, ...]
    true: Encoded
    altered: Encoded


def encode_probes(
    retriever: Retriever,
    probes: Sequence[Probe],
    *,
    graphs: Literal["parsed", "edited"] = "parsed",
    originals: dict[str, RoleGraph] | None = None,
) -> EncodedProbes:
    """Encode both sides of every probe, once for all videos that they are scored with.

    Args:
        retriever: An opened run.
        probes: The probes; their videos must have features.
        graphs: "parsed": both captions are parsed as the run's queries are. "edited": the altered caption has the
            edited graph, the true one that of `originals`.
        originals: Caption -> role graph, with "edited".

    Raises:
        DataError: A video without features, a caption without a graph.
    """
    _check_videos(retriever, probes)
    order = tuple(sorted(range(len(probes)), key=lambda i: probes[i].video))
    true, altered = (
        retriever.encode_items(
            retriever.queries([_query(probes[i], changed, graphs, originals) for i in order])
        )
        for changed in (False, True)
    )
    return EncodedProbes(order, true, altered)


def probe_margins(
    retriever: Retriever,
    probes: Sequence[Probe],
    *,
    encoded: EncodedProbes | None = None,
    single_frame: bool = False,
) -> dict[str, np.ndarray]:
    """Score of the true caption minus score of the altered one, with the video of both.

    Args:
        retriever: An opened run.
        probes: The probes; their videos must have features.
        encoded: Their texts, or those of the same probes with other videos (`elsewhere`); made here where None.
        single_frame: Keep only the middle frame of every video.

    Returns:
        Matrix name, "fused" among them, -> (N,) float64.

    Raises:
        DataError: A video without features, a caption without a graph.
    """
    _check_videos(retriever, probes)
    encoded = encoded or encode_probes(retriever, probes)
    order = list(encoded.order)
    videos = list(dict.fromkeys(probes[i].video for i in order))
    items = [retriever.run.video_items((video,))[0] for video in videos]
    if single_frame:
        items = [middle_frame(item) for item in items]
    encoded_videos = encode_video_items(retriever.run, items)
    margins: dict[str, np.ndarray] = {}
    start = 0
    for position, video in enumerate(videos):
        stop = start
        while stop < len(order) and probes[order[stop]].video == video:
            stop += 1
        device = retriever.run.device
        column = encoded_videos.block(position, position + 1, device)
        sides = (encoded.true, encoded.altered)
        both = [retriever.similarity(side.block(start, stop, device), column) for side in sides]
        for name in both[0]:
            values = margins.setdefault(name, np.full(len(probes), np.nan))
            if both[0][name].shape != (stop - start, 1):
                continue
            values[order[start:stop]] = (both[0][name] - both[1][name])[:, 0].double().cpu().numpy()
        start = stop
    return {name: values for name, values in margins.items() if not np.isnan(values).all()}


def level_spreads(
    retriever: Retriever, probes: Sequence[Probe], validation: StoredSimilarity | None
) -> dict[str, float]:
    """Standard deviation of every matrix's scores, on validation where it is stored, else on the probes' captions."""
    if validation is not None:
        rows = slice(0, 2000)
        return {
            name: float(np.std(matrix[rows].astype(np.float64)))
            for name, matrix in validation.matrices.items()
        }
    texts = list(dict.fromkeys(probe.text for probe in probes))[:SAMPLE_TEXTS]
    scores = retriever.scores(retriever.encode_text(texts))
    return {name: float(matrix.double().std()) for name, matrix in scores.items()}


def elsewhere(probes: Sequence[Probe]) -> list[Probe] | None:
    """The same probes with another of their videos each; None where there is only one video.

    The videos are moved on by half their number in the order of their ids, so that neighbors, which are often alike,
    do not stand in for each other.
    """
    videos = sorted({probe.video for probe in probes})
    if len(videos) < 2:
        return None
    half = len(videos) // 2
    other = dict(zip(videos, videos[half:] + videos[:half], strict=True))
    return [replace(probe, video=other[probe.video]) for probe in probes]


def middle_frame(item: VideoItem) -> VideoItem:
    """A video of which only the middle frame is left."""
    return replace(
        item,
        streams={
            name: frames[len(frames) // 2 : len(frames) // 2 + 1] for name, frames in item.streams.items()
        },
    )


def _check_videos(retriever: Retriever, probes: Sequence[Probe]) -> None:
    known = set(retriever.run.video_ids)
    videos = sorted({probe.video for probe in probes})
    missing = [video for video in videos if video not in known]
    if missing:
        raise DataError(
            f"no features of {len(missing):,} of {counted(len(videos), 'video')} of the probes, "
            f"e.g. {missing[0]!r}"
        )


def _query(
    probe: Probe, altered: bool, graphs: Literal["parsed", "edited"], originals: dict[str, RoleGraph] | None
) -> str | RoleGraph:
    if graphs == "parsed":
        return probe.altered if altered else probe.text
    if altered:
        return probe.graph
    if originals is None or probe.text not in originals:
        raise DataError(f"caption {probe.caption!r} has no role graph: {probe.text!r}")
    return originals[probe.text]
