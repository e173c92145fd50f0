"""Concept vocabularies in the published JSON formats of HANet."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from hgr.errors import DataError


def read_concepts(path: Path, size: int) -> tuple[str, ...]:
    """The first concepts of a published file.

    `{verb,noun}_words_freq.json` is {lemma: count} and its order is the numbering; `sent_concept_{verb,noun}.json` is
    {video: [[lemma, ...] a caption]}, which is counted here and sorted as published, by (count, lemma) descending.

    Args:
        path: The file.
        size: How many concepts to keep; published 512 verbs and 1,024 nouns.

    Raises:
        DataError: Not one of these formats, or without any concept.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    except ValueError as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    if not isinstance(content, dict) or not content:
        raise DataError(f"{path}: expected an object with at least one entry, found {type(content).__name__}")
    if all(isinstance(value, int) and not isinstance(value, bool) for value in content.values()):
        return tuple(content)[:size]
    counts = _count(path, content)
    return tuple(sorted(counts, key=lambda lemma: (counts[lemma], lemma), reverse=True)[:size])


def _count(path: Path, content: dict[str, Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for video, captions in content.items():
        lists = isinstance(captions, list) and all(isinstance(caption, list) for caption in captions)
        if not lists or not all(isinstance(lemma, str) for caption in captions for lemma in caption):
            raise DataError(f"{path}: video {video!r}: expected counts or a list of words a caption")
        counts.update(lemma for caption in captions for lemma in caption)
    if not counts:
        raise DataError(f"{path}: holds no concept")
    return counts
