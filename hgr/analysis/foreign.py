"""Similarity matrices that another system made: `scores.npy` and `ids.json`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

from hgr.analysis.stored import FUSED, ROWS, StoredSimilarity, TextRow, open_matrix
from hgr.errors import DataError


def open_foreign(
    matrices: Mapping[str, str | os.PathLike[str]], ids: str | os.PathLike[str]
) -> StoredSimilarity:
    """Matrices from elsewhere as stored similarities.

    `ids.json` is an object: `texts`, a list of objects {id, video or videos, text?} in the order of the rows,
    or a list of ids; `videos`, the list of ids in the order of the columns. Where `texts` are plain ids,
    `relevant` maps them to video ids; without it, as many rows as columns are needed, and row i is right for
    column i.

    Args:
        matrices: Name -> .npy file, (texts, videos), bigger is more similar.
        ids: The JSON file.

    Raises:
        DataError: Files that are missing or do not fit each other, scores that are NaN or infinite.
    """
    path = Path(ids)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise DataError(f"{path}: not readable as JSON: {problem}") from None
    videos = content.get("videos") if isinstance(content, dict) else None
    texts = content.get("texts") if isinstance(content, dict) else None
    if not _strings(videos) or not isinstance(texts, list) or not texts:
        raise DataError(f"{path}: expected an object with 'texts' and 'videos', two lists that are not empty")
    rows = _rows(path, texts, videos, content.get("relevant"))
    shape = (len(rows), len(videos))
    opened = {name: open_matrix(Path(file), shape) for name, file in matrices.items()}
    stored = StoredSimilarity(rows, tuple(videos), opened, {}, str(path))
    for name in opened:
        for start in range(0, len(rows), ROWS):
            stored.scores(name, start, start + ROWS)
    return stored


def parse_matrix_names(arguments: list[str]) -> dict[str, str]:
    """`NAME=FILE` or one plain `FILE`, which is then the fused matrix."""
    found = {}
    for argument in arguments:
        name, equals, file = argument.partition("=")
        if not equals:
            name, file = FUSED, argument
        if not name or name in found or Path(name).name != name:
            raise DataError(f"similarity {argument!r}: expected NAME=FILE with distinct names, or one FILE")
        found[name] = file
    return found


def _rows(path: Path, texts: list[Any], videos: list[str], relevant: Any) -> tuple[TextRow, ...]:
    rows = []
    for position, entry in enumerate(texts):
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            own = entry.get("videos", [entry.get("video")])
            text = entry.get("text", "")
        elif isinstance(entry, str):
            text = ""
            if isinstance(relevant, dict):
                own = relevant.get(entry)
                own = [own] if isinstance(own, str) else own
            elif len(texts) == len(videos):
                own = [videos[position]]
            else:
                raise DataError(
                    f"{path}: {len(texts)} texts and {len(videos)} videos and no 'relevant' that says what fits"
                )
            entry = {"id": entry}
        else:
            raise DataError(f"{path}: text {position} is {entry!r}, expected an id or an object with 'id'")
        if not _strings(own) or not isinstance(text, str):
            raise DataError(f"{path}: text {entry['id']!r}: expected the id of its video, found {own!r}")
        rows.append(TextRow(entry["id"], tuple(own), text))
    return tuple(rows)


def _strings(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)
