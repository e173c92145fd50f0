"""Precomputed features of captions' words, from feature stores, read when asked for.

In such a store an entry's id is a caption's id, or `<caption>#<k>` for the caption's k-th sentence, and its "frames"
are the words (or subwords). A caption with sentences needs no entry of its own: it is its sentences in a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from hgr.data.features import FeatureStore
from hgr.data.items import TextItem
from hgr.errors import DataError

Streams = Mapping[str, Mapping[str, np.ndarray]]


def sentence_id(caption: str, number: int) -> str:
    """Id of a caption's sentence in a text feature store."""
    return f"{caption}#{number}"


class WordFeatures(Mapping[str, np.ndarray]):
    """The features of one text by stream, (W, D) each, joined of one or several entries of the stores.

    Args:
        streams: Stream name -> (id -> (W, D)).
        ids: Entries that make the text, in order.
    """

    def __init__(self, streams: Streams, ids: Sequence[str]) -> None:
        self.streams, self.ids = streams, tuple(ids)

    def __getitem__(self, name: str) -> np.ndarray:
        parts = [self.streams[name][entry] for entry in self.ids]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def __iter__(self) -> Iterator[str]:
        return iter(self.streams)

    def __len__(self) -> int:
        return len(self.streams)


def open_text_streams(paths: Sequence[str]) -> tuple[dict[str, Mapping[str, np.ndarray]], dict[str, int]]:
    """The streams of text feature stores, and their widths.

    Raises:
        DataError: No such store, or two with a stream of the same name.
    """
    streams: dict[str, Mapping[str, np.ndarray]] = {}
    widths: dict[str, int] = {}
    for path in paths:
        store = FeatureStore.open(path)
        for name, info in store.streams.items():
            if name in streams:
                raise DataError(
                    f"{path}: text stream {name!r} is in another of the stores {', '.join(paths)} too"
                )
            streams[name], widths[name] = store.stream(name), info.dim
    return streams, widths


def with_text_features(texts: Sequence[TextItem], streams: Streams) -> tuple[TextItem, ...]:
    """Captions with the features of their words.

    Raises:
        DataError: A stream lacks a caption or a sentence; the message names the stream and up to 20 ids.
    """
    if not streams:
        return tuple(texts)
    for name, stream in streams.items():
        missing = [entry for text in texts for entry in _entries(text) if entry not in stream]
        if missing:
            listed = ", ".join(missing[:20])
            raise DataError(
                f"text stream {name!r} lacks {len(missing)} captions or sentences, the first: {listed}"
            )
    return tuple(_attach(text, streams) for text in texts)


def _entries(text: TextItem) -> list[str]:
    caption = text.caption
    return [sentence_id(caption.id, k) for k in range(len(caption.segments))] or [caption.id]


def _attach(text: TextItem, streams: Streams) -> TextItem:
    own = text.caption.id
    whole = [own] if all(own in stream for stream in streams.values()) else _entries(text)
    parts = [WordFeatures(streams, [entry]) for entry in _entries(text)] if text.caption.segments else []
    return replace(text, streams=WordFeatures(streams, whole), segment_streams=tuple(parts))
