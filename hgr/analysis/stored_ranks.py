"""Ranks of every query on disk: `results/<split>.ranks.npz`, and beside it `.ranks.json` with the ids."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_args

import numpy as np
import torch

from hgr.analysis.stored import FUSED
from hgr.analysis.versioned_json import read_versioned, write_versioned
from hgr.errors import DataError
from hgr.metrics.ranking import Ranks
from parsing.atomic_file import atomic_write

SCHEMA = "hgr.ranks"
Direction = Literal["text_to_video", "video_to_text", "video_to_text_grouped"]
Convention = Literal["every_caption", "unique_strings"]
RankingKey = tuple[str, str, str]
"""(matrix, direction, convention)."""


@dataclass(frozen=True)
class StoredRanking:
    """The ranks of one matrix, in one direction, under one query convention.

    Attributes:
        matrix: "fused" or the name of a level.
        direction: "text_to_video", "video_to_text" (all captions are candidates), or "video_to_text_grouped" (the
            captions of a video are one candidate, which scores its best caption).
        convention: "every_caption" or "unique_strings".
        ranks: (Q,) ranks.
        queries: (Q,) ids of the queries.
        clusters: (Q,) ids of the videos that they belong to; queries of one cluster are not independent.
    """

    matrix: str
    direction: Direction
    convention: Convention
    ranks: Ranks
    queries: tuple[str, ...]
    clusters: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.direction not in get_args(Direction) or self.convention not in get_args(Convention):
            raise DataError(f"unknown direction or convention: {self.direction!r}, {self.convention!r}")
        if not len(self.ranks) == len(self.queries) == len(self.clusters):
            raise DataError(
                f"{self.matrix}, {self.direction}: {len(self.ranks)} ranks, {len(self.queries)} queries, "
                f"{len(self.clusters)} clusters"
            )

    @property
    def key(self) -> RankingKey:
        """Which ranking it is."""
        return self.matrix, self.direction, self.convention


@dataclass(frozen=True)
class StoredRanks:
    """All rankings of one split of one run.

    Attributes:
        protocol: Stamp of what was evaluated: name, digest, counts.
        rankings: The rankings.
        source: The file, for messages.
    """

    protocol: Mapping[str, Any]
    rankings: tuple[StoredRanking, ...]
    source: str = ""

    def get(
        self, matrix: str = FUSED, direction: str = "text_to_video", convention: str = "every_caption"
    ) -> StoredRanking:
        """One ranking.

        Raises:
            DataError: It was not stored; the message lists what was.
        """
        for ranking in self.rankings:
            if ranking.key == (matrix, direction, convention):
                return ranking
        raise DataError(f"{self.source}: {self._missing(matrix, direction, convention)}")

    def has(self, matrix: str, direction: str, convention: str) -> bool:
        """Whether a ranking was stored."""
        return (matrix, direction, convention) in {ranking.key for ranking in self.rankings}

    def _missing(self, matrix: str, direction: str, convention: str) -> str:
        """That a ranking is not there, and the matrices and conventions that are."""
        of_matrix = [r for r in self.rankings if r.matrix == matrix] or self.rankings
        matrices = ", ".join(dict.fromkeys(r.matrix for r in self.rankings))
        conventions = ", ".join(dict.fromkeys(r.convention for r in of_matrix))
        return (
            f"no ranks of {matrix} {direction} {convention}; matrices: {matrices}; conventions: {conventions}"
        )

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Read `<split>.ranks.npz` and its JSON.

        Raises:
            DataError: Missing or damaged files, arrays that do not fit the ids.
        """
        where = Path(path)
        head = read_versioned(where.with_suffix(".json"), SCHEMA)
        try:
            with np.load(where, allow_pickle=False) as arrays:
                counts = {name: arrays[name] for name in arrays.files}
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as problem:
            raise DataError(f"{where}: not readable as arrays: {problem}") from None
        rankings = []
        for entry in head["rankings"]:
            key, queries = entry["array"], head["queries"][entry["queries"]]
            if key not in counts or counts[key].shape != (3, len(queries["ids"])):
                raise DataError(
                    f"{where}: array {key!r} is missing or does not have 3 x {len(queries['ids'])} entries"
                )
            above, tied, relevant = torch.from_numpy(counts[key].astype(np.int64))
            ranks = Ranks(above, tied, relevant, int(entry["num_candidates"]))
            rankings.append(
                StoredRanking(
                    entry["matrix"],
                    entry["direction"],
                    entry["convention"],
                    ranks,
                    tuple(queries["ids"]),
                    tuple(queries["clusters"]),
                )
            )
        return cls(head["protocol"], tuple(rankings), str(where))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write `<split>.ranks.npz` and its JSON, each at once or not at all.

        Args:
            path: Ends in `.ranks.npz`.
        """
        where = Path(path)
        lists: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}
        arrays: dict[str, Any] = {}
        entries = []
        for i, ranking in enumerate(self.rankings):
            name = lists.setdefault((ranking.queries, ranking.clusters), f"queries{len(lists)}")
            counts = torch.stack([ranking.ranks.above, ranking.ranks.tied, ranking.ranks.relevant_tied])
            arrays[f"ranking{i}"] = counts.numpy().astype(np.int32)
            entries.append(
                {
                    "matrix": ranking.matrix,
                    "direction": ranking.direction,
                    "convention": ranking.convention,
                    "num_candidates": ranking.ranks.num_candidates,
                    "array": f"ranking{i}",
                    "queries": name,
                }
            )
        with atomic_write(where) as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        queries = {name: {"ids": list(ids), "clusters": list(own)} for (ids, own), name in lists.items()}
        write_versioned(
            where.with_suffix(".json"),
            SCHEMA,
            {"protocol": dict(self.protocol), "rankings": entries, "queries": queries},
        )


def both_directions(
    *,
    matrix: str,
    text_to_video: Ranks,
    video_to_text: Ranks,
    texts: Sequence[str],
    text_videos: Sequence[str],
    videos: Sequence[str],
    convention: Convention = "every_caption",
    video_to_text_grouped: Ranks | None = None,
) -> tuple[StoredRanking, ...]:
    """The rankings of one matrix.

    Args:
        matrix: "fused" or a level.
        text_to_video: (T,) ranks.
        video_to_text: (V,) ranks.
        texts: (T,) ids of the captions.
        text_videos: (T,) the video of each caption.
        videos: (V,) ids of the videos.
        convention: What counts as a query.
        video_to_text_grouped: (V,) ranks with the captions of a video grouped, where they are known.
    """
    own = tuple(videos)
    found = (
        StoredRanking(matrix, "text_to_video", convention, text_to_video, tuple(texts), tuple(text_videos)),
        StoredRanking(matrix, "video_to_text", convention, video_to_text, own, own),
    )
    if video_to_text_grouped is None:
        return found
    return (
        *found,
        StoredRanking(matrix, "video_to_text_grouped", convention, video_to_text_grouped, own, own),
    )
