"""Similarities and ranks on disk: what evaluation writes and analysis reads. No pickles, no recomputation."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from hgr.analysis.versioned_json import read_versioned, write_versioned
from hgr.errors import DataError

FUSED = "fused"
EXACT_FLOAT64 = 2**53
"""Whole numbers up to here are exact in float64."""
ROWS = 256
"""Rows looked at together when a matrix is checked."""
TEXTS_SCHEMA, VIDEOS_SCHEMA = "hgr.similarity.texts", "hgr.similarity.videos"


@dataclass(frozen=True)
class TextRow:
    """One row of a similarity matrix.

    Attributes:
        id: Id of the caption.
        videos: Ids of the videos that answer it; one, as a rule.
        text: The caption, "" where it is not known.
    """

    id: str
    videos: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True)
class StoredSimilarity:
    """The similarity matrices of one split, memory-mapped, with what their rows and columns are.

    Attributes:
        texts: The rows.
        videos: Ids of the columns.
        matrices: Name -> (T, V) array, the levels first, "fused" among them where it was written.
        absent: Level -> (positions of texts, positions of videos) that have no element on it.
        source: The folder, for messages.
    """

    texts: tuple[TextRow, ...]
    videos: tuple[str, ...]
    matrices: Mapping[str, np.ndarray]
    absent: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=dict)
    source: str = ""

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """Open `similarity/<split>` of a run.

        Raises:
            DataError: A file is missing or does not fit the others; the message names it.
        """
        root = Path(folder)
        texts = read_versioned(root / "texts.json", TEXTS_SCHEMA)
        videos = read_versioned(root / "videos.json", VIDEOS_SCHEMA)
        rows = tuple(TextRow(t["id"], tuple(t["videos"]), t.get("text", "")) for t in texts["texts"])
        columns = tuple(videos["ids"])
        names = list(texts.get("matrices", [])) or sorted(p.stem for p in root.glob("*.npy"))
        if not names or any(Path(name).name != name for name in names):
            raise DataError(f"{root}: expected files <level>.npy here, found the names {names}")
        matrices = {name: open_matrix(root / f"{name}.npy", (len(rows), len(columns))) for name in names}
        absent = {
            level: (
                tuple(texts.get("absent", {}).get(level, ())),
                tuple(videos.get("absent", {}).get(level, ())),
            )
            for level in names
        }
        return cls(rows, columns, matrices, absent, str(root))

    def __post_init__(self) -> None:
        known = {video: i for i, video in enumerate(self.videos)}
        if len(known) != len(self.videos):
            raise DataError(f"{self.source}: a video id occurs twice among the columns")
        if len({row.id for row in self.texts}) != len(self.texts):
            raise DataError(f"{self.source}: a text id occurs twice among the rows")
        lonely = [row.id for row in self.texts if not any(video in known for video in row.videos)]
        if lonely:
            have = "text has" if len(lonely) == 1 else "texts have"
            raise DataError(
                f"{self.source}: {len(lonely)} {have} no video among the columns ({len(known)}), "
                f"the first {lonely[0]!r}"
            )

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of the matrices other than "fused"."""
        return tuple(name for name in self.matrices if name != FUSED)

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the relevant (text, video) pairs, two (P,) int64 arrays, by text."""
        position = {video: i for i, video in enumerate(self.videos)}
        found = [
            (t, position[v])
            for t, row in enumerate(self.texts)
            for v in dict.fromkeys(row.videos)
            if v in position
        ]
        both = np.array(found, dtype=np.int64).reshape(-1, 2)
        return both[:, 0].copy(), both[:, 1].copy()

    def relevant(self) -> np.ndarray:
        """(T, V) bool, True for the relevant pairs."""
        texts, videos = self.pairs()
        matrix = np.zeros((len(self.texts), len(self.videos)), dtype=bool)
        matrix[texts, videos] = True
        return matrix

    def answered(self) -> np.ndarray:
        """Positions of the videos that some text describes, (A,) int64 ascending; the others are candidates
        only."""
        return np.unique(self.pairs()[1])

    def scores(self, name: str, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Rows of a matrix, in the precision in which they are ranked (`score_type`).

        Args:
            name: One of `matrices`.
            start: First row.
            stop: Row after the last one; all rows where None.

        Raises:
            DataError: NaN or infinite scores; file, matrix, text and video are named.
        """
        matrix = self.matrices[name]
        block = np.array(matrix[start:stop], dtype=score_type(matrix.dtype))
        with np.errstate(over="ignore", invalid="ignore"):
            whole = bool(np.isfinite(block.sum()))
        if not whole and not np.isfinite(block).all():
            self._refuse(name, block, start)
        return block

    def _refuse(self, name: str, block: np.ndarray, start: int) -> None:
        row, column = (int(i) for i in np.argwhere(~np.isfinite(block))[0])
        raise DataError(
            f"{getattr(self.matrices[name], 'filename', None) or self.source}: {name}: NaN or infinite scores, the "
            f"first is {block[row, column]} for text {self.texts[start + row].id!r} (row {start + row}) and video "
            f"{self.videos[column]!r} (column {column})"
        )

    def present(self, level: str) -> tuple[np.ndarray, np.ndarray]:
        """Which texts (T,) and videos (V,), bool, have an element on a level."""
        texts, videos = np.ones(len(self.texts), dtype=bool), np.ones(len(self.videos), dtype=bool)
        missing = self.absent.get(level, ((), ()))
        texts[list(missing[0])] = False
        videos[list(missing[1])] = False
        return texts, videos


class SimilarityWriter:
    """Writes `similarity/<split>` block by block; the folder is complete only after `close`.

    Args:
        folder: Made where it is missing.
        texts: The rows.
        videos: Ids of the columns.
        names: Names of the matrices, levels in reporting order, "fused" included.
        types: Name -> precision, for matrices that are not float32.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        texts: Sequence[TextRow],
        videos: Sequence[str],
        names: Sequence[str],
        types: Mapping[str, type[np.floating]] | None = None,
    ) -> None:
        self._root = Path(folder)
        self._root.mkdir(parents=True, exist_ok=True)
        self._texts, self._videos = tuple(texts), tuple(videos)
        self._absent: dict[str, tuple[list[int], list[int]]] = {}
        shape = (len(self._texts), len(self._videos))
        self._open = {
            name: np.lib.format.open_memmap(
                self._root / f".{name}.npy.part", "w+", (types or {}).get(name, np.float32), shape
            )
            for name in names
        }

    def add(self, name: str, block: np.ndarray, text_start: int = 0, video_start: int = 0) -> None:
        """Write one block of one matrix.

        Args:
            name: One of `names`.
            block: (t, v) scores.
            text_start: Position of its first row.
            video_start: Position of its first column.
        """
        rows = slice(text_start, text_start + block.shape[0])
        self._open[name][rows, video_start : video_start + block.shape[1]] = block

    def mark_absent(self, level: str, texts: Sequence[int], videos: Sequence[int]) -> None:
        """Say which texts and videos (positions) have no element on a level."""
        self._absent[level] = (sorted(int(t) for t in texts), sorted(int(v) for v in videos))

    def close(self) -> None:
        """Publish the matrices and the two lists of ids."""
        for name, matrix in self._open.items():
            matrix.flush()
            os.replace(self._root / f".{name}.npy.part", self._root / f"{name}.npy")
        rows = [{"id": row.id, "videos": list(row.videos), "text": row.text} for row in self._texts]
        write_versioned(
            self._root / "texts.json",
            TEXTS_SCHEMA,
            {
                "matrices": list(self._open),
                "absent": {n: a[0] for n, a in self._absent.items()},
                "texts": rows,
            },
        )
        write_versioned(
            self._root / "videos.json",
            VIDEOS_SCHEMA,
            {"absent": {n: a[1] for n, a in self._absent.items()}, "ids": list(self._videos)},
        )


def score_type(*types: np.dtype) -> type[np.floating]:
    """Precision in which matrices are ranked together: float32 where that holds every number of their types,
    float64 otherwise, so that no two scores become equal."""
    return np.float32 if all(np.can_cast(kind, np.float32, "safe") for kind in types) else np.float64


def open_matrix(path: Path, shape: tuple[int, int] | None = None) -> np.ndarray:
    """A two-dimensional array of numbers, memory-mapped and read-only.

    Raises:
        DataError: Missing, pickled, not numeric, of another shape, or of numbers that float64 does not hold.
    """
    try:
        matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as problem:
        raise DataError(f"{path}: not a readable .npy array of numbers: {problem}") from None
    if not isinstance(matrix, np.ndarray) or matrix.ndim != 2 or matrix.dtype.kind not in "fiu":
        raise DataError(f"{path}: expected one two-dimensional array of numbers")
    if shape is not None and matrix.shape != shape:
        raise DataError(f"{path}: has shape {matrix.shape}, expected {shape} (texts, videos)")
    if not all(_exact(matrix[start : start + ROWS]) for start in range(0, len(matrix), ROWS)):
        raise DataError(
            f"{path}: {matrix.dtype} numbers that float64 does not hold, so that different scores would become "
            "equal; expected float64, or whole numbers up to 2^53"
        )
    return matrix


def _exact(rows: np.ndarray) -> bool:
    """Whether every number is the same as float64."""
    if rows.dtype.itemsize < 8 or rows.dtype == np.float64:
        return True
    if rows.dtype.kind == "f":
        return False
    return bool(((rows <= EXACT_FLOAT64) & (rows >= -EXACT_FLOAT64)).all())
