"""From settings to what training and evaluation read: captions with graphs, features, vocabulary, sizes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hgr.data.features import INDEX_FILE, FeatureStore
from hgr.data.folder import CAPTIONS_FILE, SPLITS_FOLDER, VIDEOS_FILE, DataFolder, load_folder
from hgr.data.items import Caption, Segment, TextItem
from hgr.data.loading import VideoItems
from hgr.data.recipes import check_recipes
from hgr.data.role_graphs import (
    GRAPHS_FILE,
    PARSES_FILE,
    GraphReport,
    GraphSource,
    role_graphs_of,
    text_items,
)
from hgr.data.spec import DataSpec, WordVectors
from hgr.data.standardize import Statistics, measure, standardized
from hgr.data.text_features import open_text_streams, with_text_features
from hgr.data.words import build_vocabulary, read_word_vectors
from hgr.errors import DataError
from hgr.models.base import SystemConfig
from hgr.settings import DataSettings, Settings

FEATURES_FOLDER = "features"
LISTED = 20
"""How many ids an error lists."""


@dataclass(frozen=True)
class Missing:
    """Ids that a split had to leave out, counted in every result.

    Attributes:
        captions_without_features: Captions whose video has no features.
        videos_without_features: Those videos, and others of the split.
        videos_without_captions: Videos of the split that no caption describes.
        bad_features: Videos whose features are not finite.
    """

    captions_without_features: tuple[str, ...] = ()
    videos_without_features: tuple[str, ...] = ()
    videos_without_captions: tuple[str, ...] = ()
    bad_features: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Kind -> how many."""
        return {kind: len(ids) for kind, ids in asdict(self).items()}


@dataclass(frozen=True)
class SplitData:
    """One split, ready for a system's `Inputs`.

    Attributes:
        name: Name of the split.
        texts: Its captions, in the order of captions.jsonl.
        videos: Its videos, in the order of the split's file.
        missing: What had to be left out.
    """

    name: str
    texts: tuple[TextItem, ...]
    videos: VideoItems
    missing: Missing = Missing()


@dataclass(frozen=True)
class PreparedData:
    """A data set as a run sees it.

    Attributes:
        spec: Sizes and vocabularies.
        splits: Split name -> data.
        graphs: Where the role graphs came from.
        word_vectors: Pretrained vectors for `spec.words`, where the settings name a file.
        recipes: How the feature streams were made.
        digests: File -> SHA-256 of what was read.
    """

    spec: DataSpec
    splits: Mapping[str, SplitData]
    graphs: GraphReport
    word_vectors: WordVectors | None = None
    recipes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)


def prepare(
    settings: Settings,
    splits: Sequence[str],
    spec: DataSpec | None = None,
    recipes: Mapping[str, Mapping[str, Any]] | None = None,
) -> PreparedData:
    """Read splits of a run's data set.

    Args:
        settings: The run.
        splits: Names of the splits to read; with no `spec` the training split is read too and makes it.
        spec: Sizes and vocabularies of an earlier training; the data must fit them.
        recipes: How that training's feature streams were made; the data's must have been made so too.

    Raises:
        DataError: Anything missing or not finite that the settings do not drop, or data that do not fit.
        ParserError: The parser cannot be loaded.
    """
    data = settings.data
    folder = load_folder(data.folder)
    streams, found = open_streams(data)
    check_recipes(recipes or {}, found)
    text_streams, text_widths = open_text_streams(data.text_features)
    names = tuple(dict.fromkeys((*splits, *(() if spec else (data.train,)))))
    chosen = {name: _choose(folder, name, streams, data) for name in names}
    captions = [caption for part in chosen.values() for caption in part.captions]
    graphs, report = role_graphs_of(_texts(captions), graph_source(data))
    videos = {video.id: video for video in folder.videos}
    texts_of: dict[str, tuple[TextItem, ...]] = {}
    segments_of: dict[str, dict[str, tuple[Segment, ...]]] = {}
    for name, part in chosen.items():
        segments = {caption.video: caption.segments for caption in reversed(part.captions)}
        texts = text_items(part.captions, graphs, lowercase=data.lowercase)
        texts = with_text_features(texts, text_streams)
        texts_of[name], segments_of[name] = texts, segments
    if spec is None:
        statistics = measure(streams, chosen[data.train].videos) if data.standardize else {}
        spec = _spec(
            settings.model, texts_of[data.train], found, data.min_word_count, statistics, text_widths
        )
    _check_streams(spec, found)
    if dict(spec.text_streams) != text_widths:
        raise DataError(
            f"text features: the model was trained on {dict(spec.text_streams)}, found {text_widths}"
        )
    seen = standardized(streams, spec.statistics)
    made = {
        name: SplitData(
            name,
            texts_of[name],
            VideoItems(part.videos, seen, data.max_frames, videos, segments_of[name]),
            part.missing,
        )
        for name, part in chosen.items()
    }
    vectors = read_word_vectors(data.word_vectors, spec.words) if data.word_vectors else None
    return PreparedData(spec, made, report, vectors, found, _digests(data, folder, names))


def open_streams(data: DataSettings) -> tuple[dict[str, Mapping[str, np.ndarray]], dict[str, dict[str, Any]]]:
    """The feature streams that a run uses: name -> (id -> (F, D)), and name -> how it was made.

    Raises:
        DataError: No such store or stream, or two stores with a stream of the same name.
    """
    paths = data.features or (str(Path(data.folder) / FEATURES_FOLDER),)
    streams: dict[str, Mapping[str, np.ndarray]] = {}
    recipes: dict[str, dict[str, Any]] = {}
    for path in paths:
        store = FeatureStore.open(path)
        for name in store.streams:
            if name in streams and (not data.streams or name in data.streams):
                raise DataError(f"{path}: stream {name!r} is in another of the stores {', '.join(paths)} too")
            streams[name], recipes[name] = store.stream(name), store.recipes[name]
    names = data.streams or tuple(streams)
    absent = [name for name in names if name not in streams]
    if absent:
        raise DataError(f"{', '.join(paths)}: no stream {absent[0]!r}; there are: {', '.join(streams)}")
    return {name: streams[name] for name in names}, {name: recipes[name] for name in names}


def graph_source(data: DataSettings) -> GraphSource:
    """Where a run's role graphs come from."""
    default = Path(data.folder) / GRAPHS_FILE
    file = Path(data.graphs) if data.graphs else (default if default.exists() else None)
    cache = Path(data.parses or Path(data.folder) / PARSES_FILE)
    return GraphSource(file, data.parser, cache, data.shuffle_graphs)


@dataclass(frozen=True)
class _Chosen:
    captions: tuple[Caption, ...]
    videos: tuple[str, ...]
    missing: Missing


def _choose(
    folder: DataFolder, split: str, streams: Mapping[str, Mapping[str, np.ndarray]], data: DataSettings
) -> _Chosen:
    captions, videos = folder.captions_of(split), folder.split(split)
    described = {caption.video for caption in captions}
    bad = tuple(video for video in videos if not _is_finite(video, streams))
    usable = {video for video in videos if any(video in stream for stream in streams.values())} - set(bad)
    missing = Missing(
        tuple(caption.id for caption in captions if caption.video not in usable and caption.video not in bad),
        tuple(video for video in videos if video not in usable and video not in bad),
        tuple(video for video in videos if video not in described),
        bad,
    )
    where = f"{folder.path}: split {split!r}"
    if bad and data.on_bad_features == "error":
        raise DataError(f"{where}: {_list('videos with features that are not finite', bad, len(videos))}")
    problems = [
        _list(kind.replace("_", " "), ids, total)
        for kind, ids, total in (
            ("captions_without_features", missing.captions_without_features, len(captions)),
            ("videos_without_features", missing.videos_without_features, len(videos)),
            ("videos_without_captions", missing.videos_without_captions, len(videos)),
        )
        if ids
    ]
    if problems and data.on_missing == "error":
        hint = "; set data.on_missing: drop to leave them out and count them"
        raise DataError(f"{where}: {'; '.join(problems)}{hint}")
    kept = tuple(video for video in videos if video in usable and video in described)
    left = tuple(caption for caption in captions if caption.video in usable)
    if not left:
        raise DataError(f"{where}: no caption has features ({len(captions)} captions, {len(videos)} videos)")
    return _Chosen(left, kept, missing)


def _list(kind: str, ids: Sequence[str], total: int) -> str:
    more = f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""
    return f"{len(ids)} {kind} (of {total}): {', '.join(map(repr, ids[:LISTED]))}{more}"


def _is_finite(video: str, streams: Mapping[str, Mapping[str, np.ndarray]]) -> bool:
    for stream in streams.values():
        if video in stream:
            try:
                if not np.isfinite(stream[video]).all():
                    return False
            except DataError:  # a store checks on first access; here all bad ids are wanted, not the first
                return False
    return True


def _texts(captions: Sequence[Caption]) -> list[str]:
    return [
        text for caption in captions for text in (caption.text, *(part.text for part in caption.segments))
    ]


def _spec(
    model: SystemConfig,
    texts: Sequence[TextItem],
    recipes: Mapping[str, Mapping[str, Any]],
    min_count: int,
    statistics: Statistics,
    text_widths: Mapping[str, int],
) -> DataSpec:
    from hgr.systems import SYSTEMS

    words = build_vocabulary(
        (graph.words for text in texts for graph in (text.graph, *text.segment_graphs)), min_count
    )
    learn = SYSTEMS[model.system].tables
    tables = learn(model, texts) if learn else {}
    widths = {name: recipe["dim"] for name, recipe in recipes.items()}
    return DataSpec(widths, words, tables, text_widths, statistics)


def _check_streams(spec: DataSpec, recipes: Mapping[str, Mapping[str, Any]]) -> None:
    for name, width in spec.streams.items():
        found = recipes[name]["dim"] if name in recipes else "no such stream"
        if found != width:
            raise DataError(f"feature stream {name!r}: the model was trained on width {width}, found {found}")


def _digests(data: DataSettings, folder: DataFolder, splits: Sequence[str]) -> dict[str, str]:
    source = graph_source(data)
    paths = [folder.path / CAPTIONS_FILE, folder.path / VIDEOS_FILE]
    paths += [folder.path / SPLITS_FOLDER / f"{name}.txt" for name in splits]
    stores = (*(data.features or (str(folder.path / FEATURES_FOLDER),)), *data.text_features)
    paths += [Path(store) / INDEX_FILE for store in stores]
    paths += [path for path in (source.file, data.word_vectors and Path(data.word_vectors)) if path]
    return {str(path): file_digest(path) for path in paths}


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
