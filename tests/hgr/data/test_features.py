"""The feature store as it is read."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from hgr.data.feature_writer import FeatureStoreWriter, StreamPlan
from hgr.data.features import FeatureStore
from hgr.data.recipes import Recipe
from hgr.errors import DataError

RECIPE = Recipe("grid", None, {"frames": 4}, {"version": 1}, "hgr 0")
FRAMES = {
    name: np.random.default_rng(seed).normal(size=(size, 6))
    for seed, (name, size) in enumerate([("a", 3), ("b/c", 1), ("ä", 5)])
}
MOTION = np.arange(2.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    plans = {"frames": StreamPlan(6, RECIPE, "float32"), "motion": StreamPlan(2, Recipe("c3d", "sha256:1"))}
    with FeatureStoreWriter(tmp_path / "store", plans) as writer:
        for video, values in FRAMES.items():
            writer.add(video, {"frames": values, **({"motion": MOTION} if video == "ä" else {})})
        writer.fail("x", "x.mp4", "broken")
        writer.finish()
    return tmp_path / "store"


def test_values_come_back_read_only(path: Path) -> None:
    store = FeatureStore.open(path)
    assert store.ids == ("a", "b/c", "ä") and list(store.streams) == ["frames", "motion"]
    info = store.streams["frames"]
    assert (info.dim, info.dtype, info.videos, info.frames, info.recipe) == (6, "float32", 3, 9, RECIPE)
    stream = store.stream("frames")
    for video, values in FRAMES.items():
        assert np.array_equal(stream[video], values.astype(np.float32)) and not stream[video].flags.writeable
        assert stream.num_frames(video) == len(values)
    assert list(stream) == list(FRAMES) and len(stream) == 3 and "z" not in stream
    with pytest.raises(ValueError, match="read-only"):
        stream["a"][0, 0] = 1
    assert store.failures() == [{"id": "x", "file": "x.mp4", "reason": "broken"}]


def test_a_video_may_lack_a_stream(path: Path) -> None:
    store = FeatureStore.open(path)
    assert store.features("a").keys() == {"frames"} and store.features("ä").keys() == {"frames", "motion"}
    assert store.stream("motion")["ä"].dtype == np.float16 and store.stream("motion")["ä"].tolist() == [
        [0, 1]
    ]
    with pytest.raises(DataError, match="stream 'motion' has no features of video 'a'"):
        store.stream("motion")["a"]
    with pytest.raises(DataError, match="no stream 'sound'; there are: frames, motion"):
        store.stream("sound")


def test_travels_to_another_process(path: Path) -> None:
    store = FeatureStore.open(path)
    store.stream("frames")["a"]
    content = pickle.dumps((store, store.stream("frames")))
    assert len(content) < 3000
    again, stream = pickle.loads(content)
    assert again.ids == store.ids and np.array_equal(stream["ä"], store.stream("frames")["ä"])
    assert np.array_equal(again.stream("motion")["ä"], [[0, 1]])


def test_works_in_a_loader_of_workers(path: Path) -> None:
    from torch.utils.data import DataLoader

    stream = FeatureStore.open(path).stream("frames")
    loader = DataLoader(
        list(FRAMES),
        batch_size=None,
        num_workers=1,
        collate_fn=stream.__getitem__,
        multiprocessing_context="fork",
    )
    assert [len(features) for features in loader] == [3, 1, 5]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_name_the_video(path: Path, value: float) -> None:
    array = np.load(path / "frames.npy", mmap_mode="r+")
    array[3, 2] = value
    array.flush()
    stream = FeatureStore.open(path).stream("frames")
    assert np.isfinite(stream["a"]).all()
    with pytest.raises(
        DataError, match=rf"'frames': video 'b/c': expected finite values, found {value} at row 0, column 2"
    ):
        stream["b/c"]


def test_recipes_are_compared(path: Path) -> None:
    store = FeatureStore.open(path)
    store.check(store.recipes)
    store.check(json.loads(json.dumps(store.recipes)))
    store.check({"frames": Recipe("grid", None, {"frames": 4}, {"version": 1}, "another producer")})
    store.check({"frames": {"dim": 6}})
    store.check({"motion": Recipe("c3d in another folder", "sha256:1")})
    for expected, message in [
        ({"frames": {"dim": 7}}, "stream 'frames': expected dim 7, found 6"),
        (
            {"frames": Recipe("clip", None, {"frames": 4}, {"version": 1})},
            "expected backbone 'clip', found 'grid'",
        ),
        ({"motion": {"weights": "sha256:2"}}, "expected weights 'sha256:2', found 'sha256:1'"),
        ({"frames": {"sampling": {"frames": 8}}}, "expected sampling {'frames': 8}, found {'frames': 4}"),
        ({"sound": {"dim": 1}}, "no stream 'sound'"),
    ]:
        with pytest.raises(DataError, match=message):
            store.check(expected)


def _change(path: Path, **changes: object) -> None:
    index = json.loads((path / "index.json").read_text())
    (path / "index.json").write_text(json.dumps({**index, **changes}))


def test_newer_version_is_an_error(path: Path) -> None:
    _change(path, version=2)
    with pytest.raises(DataError, match="version 2 is unknown; this hgr reads up to 1"):
        FeatureStore.open(path)


def test_other_folders_are_errors(path: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a feature store"):
        FeatureStore.open(tmp_path)
    _change(path, schema="something")
    with pytest.raises(DataError, match="expected schema 'hgr.feature_store', found 'something'"):
        FeatureStore.open(path)
    (path / "index.json").write_text("{")
    with pytest.raises(DataError, match="index.json: not JSON"):
        FeatureStore.open(path)


def test_files_that_do_not_fit_the_index_are_errors(path: Path) -> None:
    whole = (path / "frames.npy").read_bytes()
    (path / "frames.npy").write_bytes(whole[:-8])
    with pytest.raises(DataError, match="frames.npy: cannot be opened"):
        FeatureStore.open(path)
    np.save(path / "frames.npy", np.zeros((9, 5), np.float32))
    with pytest.raises(DataError, match=r"frames.npy: expected float32 \(9, 6\), found float32 \(9, 5\)"):
        FeatureStore.open(path)
    (path / "frames.npy").write_bytes(whole)
    np.save(path / "frames.offsets.npy", np.array([0, 4, 3, 9]))
    with pytest.raises(DataError, match="expected rising offsets"):
        FeatureStore.open(path)


def test_an_object_array_is_never_unpickled(path: Path) -> None:
    np.save(path / "frames.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="frames.npy: cannot be opened"):
        FeatureStore.open(path)
