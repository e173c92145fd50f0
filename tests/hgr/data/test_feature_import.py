"""Features of others: every format that is read, every one that is refused, and how ids are matched."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from hgr.data import feature_sources
from hgr.data.feature_import import import_features
from hgr.data.features import FeatureStore
from hgr.errors import DataError

RNG = np.random.default_rng(0)
FRAMES = {
    "a": RNG.normal(size=(3, 4)).astype(np.float32),
    "dir/b": RNG.normal(size=(5, 4)).astype(np.float32),
}


def _assert_stored(path: Path, stream: str, expected: dict[str, np.ndarray]) -> None:
    stored = FeatureStore.open(path).stream(stream)
    assert list(stored) == list(expected)
    for video, values in expected.items():
        assert np.array_equal(stored[video], np.atleast_2d(values))


def test_hdf5_folder_of_hgr_with_keys_made_of_names(tmp_path: Path) -> None:
    source = tmp_path / "SA" / "resnet152"
    source.mkdir(parents=True)
    for part, video in (("trn", "a"), ("val", "dir/b")):
        with h5py.File(source / f"{part}_ft.hdf5", "w") as file:
            file[video.replace("/", "_")] = FRAMES[video]
    report = import_features(source, tmp_path / "s", videos=["dir/b", "a", "c"], note="resnet152")
    _assert_stored(tmp_path / "s", "frames", {video: FRAMES[video] for video in ("dir/b", "a")})
    assert report.not_in_source == ("c",) and report.not_in_data == ()
    assert FeatureStore.open(tmp_path / "s").streams["frames"].recipe.backbone == "resnet152"
    assert "1 of the data set have no features" in str(report)


def test_one_hdf5_file_without_a_data_set(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "trn_ft.hdf5", "w") as file:
        file["dir_b"] = FRAMES["dir/b"]
    import_features(tmp_path / "trn_ft.hdf5", tmp_path / "s", stream="resnet")
    _assert_stored(tmp_path / "s", "resnet", {"dir_b": FRAMES["dir/b"]})


def test_two_ids_for_one_key(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["a_b"] = FRAMES["a"]
    with pytest.raises(DataError, match="'a_b' stands for both 'a/b' and 'a_b'"):
        import_features(tmp_path / "x.h5", tmp_path / "s", videos=["a/b", "a_b"])


def test_mean_pooled_features_of_hgr(tmp_path: Path) -> None:
    source, names = tmp_path / "MP", tmp_path / "public_split"
    source.mkdir(), names.mkdir()
    rows = RNG.normal(size=(3, 4)).astype(np.float32)
    for part, ids, part_rows in (("trn", ["a", "b"], rows[:2]), ("tst", ["c"], rows[2:])):
        np.save(source / f"{part}_ft.npy", part_rows)
        np.save(names / f"{part}_names.npy", np.array(ids))
    import_features(source, tmp_path / "s", names=names)
    _assert_stored(tmp_path / "s", "frames", dict(zip("abc", rows, strict=True)))
    with pytest.raises(DataError, match="expected the folder with HGR's trn_names.npy"):
        import_features(source, tmp_path / "s2")


def test_rows_with_names_in_a_text_file(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.stack([FRAMES["a"], FRAMES["a"] + 1]))
    (tmp_path / "names.txt").write_text("v1\nv2\n")
    import_features(tmp_path / "x.npy", tmp_path / "s", names=tmp_path / "names.txt")
    _assert_stored(tmp_path / "s", "frames", {"v1": FRAMES["a"], "v2": FRAMES["a"] + 1})
    (tmp_path / "names.txt").write_text("v1\n")
    with pytest.raises(DataError, match=r"x.npy: expected \(1, D\) or \(1, F, D\), found \(2, 3, 4\)"):
        import_features(tmp_path / "x.npy", tmp_path / "s2", names=tmp_path / "names.txt")
    (tmp_path / "names.txt").write_text("v1\nv1\n")
    with pytest.raises(DataError, match="video 'v1': the id is there twice"):
        import_features(tmp_path / "x.npy", tmp_path / "s2", names=tmp_path / "names.txt")
    with pytest.raises(DataError, match="--names FILE"):
        import_features(tmp_path / "x.npy", tmp_path / "s2")


def test_a_file_a_video(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    np.save(tmp_path / "x" / "a.npy", FRAMES["a"])
    np.save(tmp_path / "x" / "b.npy", FRAMES["dir/b"])
    import_features(tmp_path / "x", tmp_path / "s")
    _assert_stored(tmp_path / "s", "frames", {"a": FRAMES["a"], "b": FRAMES["dir/b"]})


def test_npz_with_ids_and_two_streams(tmp_path: Path) -> None:
    frames, clip = RNG.normal(size=(2, 3, 4)).astype(np.float16), RNG.normal(size=(2, 5)).astype(np.float32)
    np.savez_compressed(tmp_path / "x.npz", ids=np.array(["a", "b"]), frames=frames, clip=clip)
    report = import_features(tmp_path / "x.npz", tmp_path / "s", videos=["b"])
    assert report.streams == {"frames": 4, "clip": 5} and report.not_in_data == ("a",)
    _assert_stored(tmp_path / "s", "frames", {"b": frames[1]})
    _assert_stored(tmp_path / "s", "clip", {"b": clip[1]})


def test_npz_with_an_array_a_video(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=FRAMES["a"], b=FRAMES["dir/b"])
    import_features(tmp_path / "x.npz", tmp_path / "s")
    _assert_stored(tmp_path / "s", "frames", {"a": FRAMES["a"], "b": FRAMES["dir/b"]})


def test_nan_names_the_video_and_nothing_is_left(tmp_path: Path) -> None:
    bad = FRAMES["a"].copy()
    bad[1, 2] = np.nan
    np.savez(tmp_path / "x.npz", good=FRAMES["a"], bad=bad)
    with pytest.raises(DataError, match="video 'bad': expected finite values, found nan at row 1, column 2"):
        import_features(tmp_path / "x.npz", tmp_path / "s")
    assert [path.name for path in tmp_path.iterdir()] == ["x.npz"]


def test_another_width_names_the_video(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=FRAMES["a"], b=np.ones((2, 7)))
    with pytest.raises(DataError, match=r"video 'b': expected features \(F, 4\), found \(2, 7\)"):
        import_features(tmp_path / "x.npz", tmp_path / "s")


class Evil:
    """Leaves a trace if it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("unpickled"),))  # type: ignore[return-value]


@pytest.mark.parametrize("kind", ["pkl", "npy", "npz", "hdf5 name", "names"])
def test_pickles_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.chdir(tmp_path)
    evil = np.array([Evil()], dtype=object)
    names = None
    if kind in ("pkl", "hdf5 name"):
        source = tmp_path / ("x.pkl" if kind == "pkl" else "x.hdf5")
        source.write_bytes(pickle.dumps(Evil()))
    elif kind == "npz":
        source = tmp_path / "x.npz"
        np.savez(source, ids=evil, frames=np.ones((1, 2, 3)))
    elif kind == "npy":
        (tmp_path / "x").mkdir()
        source = tmp_path / "x"
        np.save(source / "a.npy", evil, allow_pickle=True)
    else:
        source, names = tmp_path / "x.npy", tmp_path / "names.npy"
        np.save(source, np.ones((1, 3)))
        np.save(names, evil, allow_pickle=True)
    with pytest.raises(DataError, match="pickle"):
        import_features(source, tmp_path / "s", names=names)
    assert not (tmp_path / "unpickled").exists() and not (tmp_path / "s").exists()


def test_absurd_sizes_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_sources, "MAX_BYTES", 2**20)
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(2**21))
    assert (tmp_path / "bomb.npz").stat().st_size < 2**14
    with pytest.raises(DataError, match="'a.npy' declares 0.0 GiB"):
        import_features(tmp_path / "bomb.npz", tmp_path / "s")
    with h5py.File(tmp_path / "bomb.hdf5", "w") as file:
        file.create_dataset("a", shape=(2**30, 2**10), dtype="f4", chunks=True)
    with pytest.raises(DataError, match="'a' declares 4096.0 GiB"):
        import_features(tmp_path / "bomb.hdf5", tmp_path / "s")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.npz", b"PK\x03\x04 broken", "cannot be read"),
        ("x.hdf5", b"text", "not an HDF5 file"),
        ("x.npy", b"text", "x.npy"),
        ("x.csv", b"1,2", "expected .hdf5, .h5, .npz, .npy or a folder"),
        (None, b"", "no such file"),
    ],
)
def test_other_files_are_errors(tmp_path: Path, name: str | None, content: bytes, message: str) -> None:
    if name is not None:
        (tmp_path / name).write_bytes(content)
    (tmp_path / "names.txt").write_text("a\n")
    with pytest.raises(DataError, match=message):
        import_features(tmp_path / (name or "none"), tmp_path / "s", names=tmp_path / "names.txt")


def test_nothing_in_common(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=FRAMES["a"])
    with pytest.raises(DataError, match="no video of the data set is in it"):
        import_features(tmp_path / "x.npz", tmp_path / "s", videos=["z"])


def test_an_unfinished_extraction_is_not_touched(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=FRAMES["a"])
    (tmp_path / "s.partial").mkdir()
    with pytest.raises(DataError, match="an unfinished extraction lies there"):
        import_features(tmp_path / "x.npz", tmp_path / "s")
    assert (tmp_path / "s.partial").is_dir()


def test_real_features(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "real" / "vidvrd566_features.npz"
    report = import_features(source, tmp_path / "s", dtype="float16")
    assert report.streams == {"frames": 2048, "conv3d": 512} and report.videos == 566
    with np.load(source, allow_pickle=False) as arrays:
        store = FeatureStore.open(tmp_path / "s")
        assert store.ids == tuple(arrays["ids"].tolist())
        assert np.array_equal(store.stream("frames")["video7"], arrays["frames"][store.ids.index("video7")])
    assert json.dumps(report.as_json())
