"""The door for use: a trained run that encodes, compares, and finds videos with reasons."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

import torch
from torch import Tensor

from graphs.levels import EVENT, LEVELS
from graphs.role_graph import RoleGraph
from hgr.data.items import TextItem, Video, VideoItem
from hgr.embeddings import Embeddings
from hgr.errors import DataError
from hgr.metrics.ranking import check_finite
from hgr.models.base import FUSED
from hgr.objective import all_matrices
from hgr.retrieval.encoded import Encoded, encode
from hgr.retrieval.frame_times import frame_times
from hgr.retrieval.hits import Hit
from hgr.retrieval.index import Progress, VideoIndex, encode_video_items, open_index
from hgr.retrieval.loaded_run import LoadedRun, load_run
from hgr.retrieval.phrases import Phrase, distinct_names, phrases_of, seen_graph
from hgr.retrieval.queries import QueryReader
from hgr.retrieval.video_files import video_item_of_file
from parsing.parsers import Parser

Query = str | RoleGraph | TextItem
TEXT_BATCH, VIDEO_BLOCK = 256, 256


class Retriever:
    """A trained run in use.

    Args:
        run: The run.
        parser: What parses queries, or its name; None takes the one that the run was trained with.
        split: The videos that a search ranks; None for every video with features.
        progress: (iterable, description, length) -> iterable, for a progress bar while videos are encoded.
    """

    def __init__(
        self,
        run: LoadedRun,
        *,
        parser: Parser | str | None = None,
        split: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.run = run
        self.split = split
        self.queries = QueryReader(parser or run.data.parser, lowercase=run.data.lowercase)
        self._progress = progress
        self._words = frozenset(run.spec.words)

    @classmethod
    def load(
        cls,
        run: str | os.PathLike[str],
        *,
        checkpoint: str = "best",
        parser: Parser | str | None = None,
        split: str | None = None,
        device: str = "cpu",
        progress: Progress | None = None,
    ) -> Self:
        """Open a run's folder.

        Args:
            run: The folder.
            checkpoint: "best" or "last".
            parser: As in the constructor.
            split: As in the constructor.
            device: Where the model runs.
            progress: As in the constructor.

        Raises:
            DataError: No run, no such checkpoint, or one that is damaged.
        """
        return cls(
            load_run(run, checkpoint=checkpoint, device=device), parser=parser, split=split, progress=progress
        )

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of the system's levels, in reporting order."""
        return tuple(self.run.model.levels)

    @cached_property
    def index(self) -> VideoIndex:
        """The candidates, encoded; read from the run's folder where it has them."""
        return open_index(self.run, self.split, progress=self._progress)

    def encode_text(self, captions: Query | Sequence[Query]) -> Embeddings:
        """Captions as level embeddings, one row a caption (on segment levels a sentence).

        Args:
            captions: Sentences, which are parsed; role graphs; or text items.

        Raises:
            DataError: No captions, an empty one, one that cannot be parsed.
            ParserError: The parser cannot be loaded.
        """
        listed = [captions] if isinstance(captions, (str, RoleGraph, TextItem)) else list(captions)
        encoded = self.encode_items(self.queries(listed))
        return encoded.block(0, len(encoded), self.run.device)

    def encode_items(self, items: Sequence[TextItem]) -> Encoded:
        """Text items, packed, in batches.

        Raises:
            DataError: No items.
        """
        if not items:
            raise DataError("no captions to encode")
        batches = (
            self.run.inputs.text(items[start : start + TEXT_BATCH])
            for start in range(0, len(items), TEXT_BATCH)
        )
        segments = [len(item.caption.segments) for item in items]
        return encode(self.run.model.encode_text, batches, self.run.model.levels, segments, self.run.device)

    def encode_videos(self, videos: str | Path | Sequence[str | Path]) -> Embeddings:
        """Videos as level embeddings, one row a video (on segment levels a clip).

        Args:
            videos: Ids of videos whose features the run has, or paths of files, which are decoded and go through the
                backbone that made the run's features. What is both is an id.

        Raises:
            DataError: Neither an id with features nor a file, or features that cannot be made here.
            VideoReadError: A file cannot be read.
        """
        listed = [videos] if isinstance(videos, (str, Path)) else list(videos)
        encoded = encode_video_items(self.run, [self._video_item(video) for video in listed])
        return encoded.block(0, len(encoded), self.run.device)

    def similarity(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        """Similarity matrices (T, V) by level, and "fused", which ranks.

        Args:
            text: What `encode_text` gave.
            video: What `encode_videos` gave.
        """
        with torch.inference_mode():
            return {
                name: matrix.float() for name, matrix in all_matrices(self.run.model, text, video).items()
            }

    def scores(self, text: Embeddings) -> dict[str, Tensor]:
        """Similarity matrices (T, V) with all candidates, in blocks of videos, on the CPU.

        Raises:
            ValueError: NaN or infinite scores.
        """
        parts: dict[str, list[Tensor]] = {}
        for start in range(0, len(self.index), VIDEO_BLOCK):
            stop = min(start + VIDEO_BLOCK, len(self.index))
            block = self.similarity(text, self.index.encoded.block(start, stop, self.run.device))
            check_finite(block[FUSED], column=start)
            for name, matrix in block.items():
                parts.setdefault(name, []).append(matrix.cpu())
        return {name: torch.cat(matrices, dim=1) for name, matrices in parts.items()}

    def search(self, text: Query, top: int = 5, *, explain: bool = True) -> list[Hit]:
        """The best videos for one query, best first; equal scores keep the order of the candidates.

        Args:
            text: A sentence, a role graph, or a text item.
            top: At most this many.
            explain: Give the weights of phrases over frames too.

        Raises:
            DataError: An empty query, one that cannot be parsed, no candidates, `top` below 1.
            ParserError: The parser cannot be loaded.
        """
        if top < 1:
            raise DataError(f"top is {top}, expected at least 1")
        item = self.queries([text])[0]
        encoded = self.encode_items([item])
        embeddings = encoded.block(0, 1, self.run.device)
        scores = self.scores(embeddings)
        best = torch.argsort(scores[FUSED][0], descending=True, stable=True)[:top].tolist()
        hits = []
        for column in best:
            video = self.index.encoded.block(column, column + 1, self.run.device)
            absent = tuple(
                name
                for name in self._whole_levels
                if not (bool(embeddings[name].present.any()) and bool(video[name].present.any()))
            )
            alignment, phrases = self._explanation(item, embeddings, video) if explain else ({}, {})
            name = self.index.ids[column]
            hits.append(
                Hit(
                    name,
                    float(scores[FUSED][0, column]),
                    {level: float(scores[level][0, column]) for level in self._whole_levels},
                    alignment,
                    phrases,
                    self.frame_times(name),
                    absent,
                )
            )
        return hits

    def unknown_words(self, text: Query) -> tuple[str, ...]:
        """Words of a query that the run's vocabulary lacks, so that the model sees them all as one."""
        if not self._words:
            return ()
        graph = self.queries([text])[0].graph
        return tuple(dict.fromkeys(word for word in graph.words if word not in self._words))

    def phrases(self, text: Query) -> tuple[Phrase, ...]:
        """What was read in a query: actions and entities with their roles, as the system's inputs see them."""
        graph = seen_graph(self.queries([text])[0].graph, self.run.settings.model)
        levels = [level for level in LEVELS if level != EVENT]
        return tuple(p for level in levels for p in phrases_of(graph, level, len(graph.positions(level))))

    def frame_times(self, video: str) -> tuple[float, ...] | None:
        """Seconds of a video's frames in its file, None where they are not known."""
        known = self._videos.get(video)
        name = max(
            (name for name in self.run.spec.streams if video in self.run.streams[name]),
            key=lambda name: len(self.run.streams[name][video]),
            default=None,
        )
        if name is None:
            return None
        rows = len(self.run.streams[name][video])
        return frame_times(rows, self.run.data.max_frames, self.run.recipes.get(name, {}), known)

    def alignment(self, text: Embeddings, video: Embeddings) -> dict[str, Tensor]:
        """By level, weights (K, V, F) of each element of one text over the frames; {} for systems without."""
        with torch.inference_mode():
            return self.run.model.alignment(text, video)

    @cached_property
    def _videos(self) -> dict[str, Video]:
        return {video.id: video for video in self.run.data_folder.videos}

    @property
    def _whole_levels(self) -> tuple[str, ...]:
        return tuple(name for name, level in self.run.model.levels.items() if level.unit == "video")

    def _explanation(
        self, item: TextItem, text: Embeddings, video: Embeddings
    ) -> tuple[dict[str, tuple[float, ...]], dict[str, Phrase]]:
        graph = seen_graph(item.graph, self.run.settings.model)
        found = [
            (phrase, tuple(row.tolist()))
            for level, weights in self.alignment(text, video).items()
            for phrase, row in zip(
                phrases_of(graph, self.run.model.levels[level].nodes or level, len(weights)),
                weights[:, 0],
                strict=True,
            )
        ]
        names = distinct_names([phrase for phrase, _ in found])
        return (
            {name: row for name, (_, row) in zip(names, found, strict=True)},
            {name: phrase for name, (phrase, _) in zip(names, found, strict=True)},
        )

    def _video_item(self, video: str | Path) -> VideoItem:
        if isinstance(video, str) and video in self._known_ids:
            return self.run.video_items((video,))[0]
        path = Path(video)
        if path.is_file():
            return video_item_of_file(self.run, path)
        raise DataError(
            f"video {str(video)!r}: neither one of the {len(self._known_ids)} ids with features nor a file"
        )

    @cached_property
    def _known_ids(self) -> frozenset[str]:
        return frozenset(self.run.video_ids)
