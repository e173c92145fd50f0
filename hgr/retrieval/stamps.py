"""Digests that say whether stored embeddings still belong to a run's weights and features."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from hgr.data.features import INDEX_FILE

WHOLE = 1 << 28
"""Files up to this size (256 MiB) are read whole; of larger ones size, time and evenly spread pieces count."""
PIECES, PIECE = 256, 1 << 16


def feature_digest(stores: Iterable[Path], streams: Iterable[str]) -> str:
    """SHA-256 over the index and the arrays of some streams of feature stores.

    Args:
        stores: Their folders.
        streams: Names of the streams; a store is asked only for those that it has.
    """
    names = sorted(streams)
    digest = hashlib.sha256()
    for store in stores:
        for path in (
            store / INDEX_FILE,
            *(store / f"{n}{end}" for n in names for end in (".npy", ".offsets.npy")),
        ):
            if path.exists():
                digest.update(f"{path.name}\0".encode())
                digest.update(_content(path))
    return f"sha256:{digest.hexdigest()}"


def _content(path: Path) -> bytes:
    with open(path, "rb") as file:
        status = path.stat()
        if status.st_size <= WHOLE:
            return hashlib.file_digest(file, "sha256").digest()
        digest = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns}".encode())
        for piece in range(PIECES):
            file.seek(piece * (status.st_size - PIECE) // (PIECES - 1))
            digest.update(file.read(PIECE))
        return digest.digest()
