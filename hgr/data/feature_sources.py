"""Features that others computed, as they lie on disk: HDF5, npz, rows of an npy file, one npy file a video."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from hgr.errors import DataError

MAX_BYTES = 32 * 2**30
"""Largest declared size of an array that is loaded; a compressed file can declare any."""
HDF5_SUFFIXES = (".hdf5", ".h5")
SPLITS = ("trn", "val", "tst")
PICKLE_MAGIC = (b"\x80", b"(dp", b"cnumpy")

Arrays = Mapping[str, np.ndarray]
"""Video id -> (F, D), or (D,) for one row."""


class LazyArrays(Mapping[str, np.ndarray]):
    """Arrays that are read when they are asked for."""

    def __init__(self, ids: tuple[str, ...], read: Callable[[str], np.ndarray]) -> None:
        self._ids, self._read = dict.fromkeys(ids), read

    def __getitem__(self, video: str) -> np.ndarray:
        if video not in self._ids:
            raise KeyError(video)
        return self._read(video)

    def __contains__(self, video: object) -> bool:
        return video in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def open_source(source: Path, *, stream: str = "frames", names: Path | None = None) -> dict[str, Arrays]:
    """The streams of a file or folder.

    Args:
        source: One of

            * an HDF5 file, or a folder of them (HGR's `SA/<feature>`): a data set a video, (F, D);
            * an npz file: `ids` (n,) and a stream an array, (n, F, D) or (n, D); or, without `ids`, an array a video;
            * with `names`: an npy file (n, D) or (n, F, D), or HGR's `MP/<feature>` with {trn,val,tst}_ft.npy;
            * a folder of npy files: a file a video, the id being its name.
        stream: Name of the stream, where the source does not name it.
        names: npy or text file with the ids of the rows, or the folder with HGR's {trn,val,tst}_names.npy.

    Returns:
        Stream name -> arrays.

    Raises:
        DataError: No such file, another content, a pickle, or arrays of absurd size.
    """
    if not source.exists():
        raise DataError(f"{source}: no such file")
    if source.is_dir():
        return {stream: _open_folder(source, names)}
    _refuse_pickle(source)
    if source.suffix in HDF5_SUFFIXES:
        return {stream: _open_hdf5((source,))}
    if source.suffix == ".npz":
        return _open_npz(source, stream)
    if source.suffix == ".npy":
        if names is None:
            raise DataError(f"{source}: expected the ids of its rows (--names FILE)")
        return {stream: _rows(source, load_npy(source), _read_names(names))}
    raise DataError(f"{source}: expected .hdf5, .h5, .npz, .npy or a folder of them")


def load_npy(path: Path) -> np.ndarray:
    """An npy file's array, memory-mapped.

    Raises:
        DataError: Not an npy file, or one that holds Python objects.
    """
    _refuse_pickle(path)
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path}: {_explain(error)}") from error


def _open_folder(folder: Path, names: Path | None) -> Arrays:
    hdf5 = tuple(path for path in sorted(folder.iterdir()) if path.suffix in HDF5_SUFFIXES)
    if hdf5:
        return _open_hdf5(hdf5)
    parts = [(part, folder / f"{part}_ft.npy") for part in SPLITS if (folder / f"{part}_ft.npy").exists()]
    if parts:
        if names is None or not names.is_dir():
            raise DataError(f"{folder}: expected the folder with HGR's trn_names.npy (--names FOLDER)")
        merged: dict[str, np.ndarray] = {}
        for part, path in parts:
            for video, row in _rows(path, load_npy(path), _read_names(names / f"{part}_names.npy")).items():
                if video in merged:
                    raise DataError(f"{path}: video {video!r}: is in two of the files")
                merged[video] = row
        return merged
    files = {path.stem: path for path in sorted(folder.glob("*.npy"))}
    if not files:
        raise DataError(f"{folder}: expected .hdf5, .h5 or .npy files, found none")
    return LazyArrays(tuple(files), lambda video: load_npy(files[video]))


def _open_hdf5(paths: tuple[Path, ...]) -> Arrays:
    import h5py

    places: dict[str, tuple[Path, str]] = {}
    files = {}
    for path in paths:
        _refuse_pickle(path)
        try:
            files[path] = h5py.File(path, "r")
        except OSError as error:
            raise DataError(f"{path}: not an HDF5 file: {error}") from error
        for key in files[path]:
            entry = files[path].get(key)
            if not isinstance(entry, h5py.Dataset):
                raise DataError(f"{path}: {key!r}: expected a data set, found {type(entry).__name__}")
            if key in places:
                raise DataError(f"{path}: video {key!r}: is in {places[key][0]} too")
            places[key] = (path, key)

    def read(video: str) -> np.ndarray:
        path, key = places[video]
        entry = files[path][key]
        _check_size(path, key, entry.size * entry.dtype.itemsize)
        try:
            return np.asarray(entry[()])
        except OSError as error:
            raise DataError(f"{path}: video {video!r}: cannot be read: {error}") from error

    return LazyArrays(tuple(places), read)


def _open_npz(path: Path, stream: str) -> dict[str, Arrays]:
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                _check_size(path, member.filename, member.file_size)
        archive_arrays = np.load(path, allow_pickle=False)
        if "ids" not in archive_arrays.files:
            return {
                stream: LazyArrays(
                    tuple(archive_arrays.files), lambda video: _member(path, archive_arrays, video)
                )
            }
        ids = _strings(path, _member(path, archive_arrays, "ids"))
        keys = [key for key in archive_arrays.files if key != "ids"]
        return {key: _rows(path, _member(path, archive_arrays, key), ids) for key in keys}
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: {_explain(error)}") from error


def _member(path: Path, archive: Mapping[str, np.ndarray], key: str) -> np.ndarray:
    try:
        return archive[key]
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, MemoryError) as error:
        raise DataError(f"{path}: {key!r}: {_explain(error)}") from error


def _rows(path: Path, array: np.ndarray, ids: tuple[str, ...]) -> Arrays:
    if array.ndim not in (2, 3) or len(array) != len(ids):
        raise DataError(f"{path}: expected ({len(ids)}, D) or ({len(ids)}, F, D), found {array.shape}")
    place = {video: row for row, video in enumerate(ids)}
    if len(place) != len(ids):
        double = next(video for row, video in enumerate(ids) if place[video] != row)
        raise DataError(f"{path}: video {double!r}: the id is there twice")
    return LazyArrays(ids, lambda video: array[place[video]])


def _read_names(path: Path) -> tuple[str, ...]:
    if path.suffix == ".npy":
        return _strings(path, load_npy(path))
    try:
        return tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error


def _strings(path: Path, array: np.ndarray) -> tuple[str, ...]:
    if array.ndim != 1 or array.dtype.kind not in "US":
        raise DataError(f"{path}: expected ids as a (n,) array of strings, found {array.dtype} {array.shape}")
    return tuple(value.decode() if isinstance(value, bytes) else str(value) for value in array.tolist())


def _check_size(path: Path, name: str, size: int) -> None:
    if size > MAX_BYTES:
        raise DataError(
            f"{path}: {name!r} declares {size / 2**30:.1f} GiB, expected at most {MAX_BYTES / 2**30:.0f}"
        )


def _refuse_pickle(path: Path) -> None:
    with path.open("rb") as handle:
        start = handle.read(6)
    if path.suffix in (".pkl", ".pickle") or start.startswith(PICKLE_MAGIC):
        raise DataError(
            f"{path}: is a Python pickle, which can run any code and is not read; save it as npz or npy"
        )


def _explain(error: Exception) -> str:
    text = str(error)
    if "allow_pickle" in text or "pickled" in text:
        return (
            "holds Python objects (a pickle), which are not read; save it as an array of numbers or strings"
        )
    return f"cannot be read: {text or type(error).__name__}"
