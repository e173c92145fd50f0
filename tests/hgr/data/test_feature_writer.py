"""Writing a feature store: wrong values, taking up, extending, and what a kill leaves behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hgr.data.feature_writer import FeatureStoreWriter, StreamPlan
from hgr.data.features import FeatureStore
from hgr.data.recipes import Recipe
from hgr.errors import DataError

PLAN = StreamPlan(4, Recipe("grid"), "float32")
ONES = np.ones((2, 4), np.float32)


def _write(path: Path, *ids: str, resume: bool = False) -> FeatureStore:
    with FeatureStoreWriter(path, {"frames": PLAN}, resume=resume) as writer:
        for number, video in enumerate(ids):
            writer.add(video, {"frames": ONES * number})
        return writer.finish()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.full((2, 4), np.nan), "video 'v': expected finite values, found nan at row 0, column 0"),
        (np.ones((2, 5)), r"video 'v': expected features \(F, 4\), found \(2, 5\)"),
        (np.ones((0, 4)), r"expected features \(F, 4\), found \(0, 4\)"),
        (np.ones((1, 2, 4)), r"found \(1, 2, 4\)"),
        (np.array([["a"] * 4]), "expected numbers, found dtype <U1"),
    ],
)
def test_wrong_features_name_the_video_and_leave_nothing(
    tmp_path: Path, values: np.ndarray, message: str
) -> None:
    with FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}) as writer:
        with pytest.raises(DataError, match=message):
            writer.add("v", {"frames": values})
        writer.add("w", {"frames": ONES})
        assert writer.finish().ids == ("w",)


def test_too_large_for_half_precision(tmp_path: Path) -> None:
    with FeatureStoreWriter(tmp_path / "s", {"frames": StreamPlan(4, Recipe("grid"), "float16")}) as writer:
        with pytest.raises(DataError, match="video 'v': 100000 does not fit into float16; use float32"):
            writer.add("v", {"frames": ONES * 1e5})


def test_duplicate_unknown_and_missing_streams(tmp_path: Path) -> None:
    with FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}) as writer:
        writer.add("v", {"frames": ONES})
        with pytest.raises(DataError, match="video 'v': stream 'frames' has it already"):
            writer.add("v", {"frames": ONES})
        with pytest.raises(DataError, match="video 'w': no stream 'sound'; there are: frames"):
            writer.add("w", {"sound": ONES})
        with pytest.raises(DataError, match="video 'w': no stream given"):
            writer.add("w", {})


def test_existing_store_is_not_overwritten(tmp_path: Path) -> None:
    _write(tmp_path / "s", "a")
    with pytest.raises(DataError, match="exists already"):
        FeatureStoreWriter(tmp_path / "s", {"frames": PLAN})
    (tmp_path / "other").mkdir()
    with pytest.raises(DataError, match="exists and is not a feature store"):
        FeatureStoreWriter(tmp_path / "other", {"frames": PLAN}, resume=True)


def test_two_writers_at_once(tmp_path: Path) -> None:
    with FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}):
        with pytest.raises(DataError, match="another process writes this store"):
            FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}, resume=True)


def test_another_recipe_or_width_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "s", "a")
    for plan, message in [
        (StreamPlan(5, Recipe("grid"), "float32"), "has dim 4, asked for 5"),
        (StreamPlan(4, Recipe("clip"), "float32"), "expected backbone 'clip', found 'grid'"),
        (
            StreamPlan(4, Recipe("grid", "sha256:0"), "float32"),
            "expected weights 'sha256:0', found None",
        ),
    ]:
        with pytest.raises(DataError, match=message):
            FeatureStoreWriter(tmp_path / "s", {"frames": plan}, resume=True)
    assert _write(tmp_path / "s", "b", resume=True).ids == ("a", "b")


def test_a_finished_store_gets_another_stream(tmp_path: Path) -> None:
    _write(tmp_path / "s", "a", "b")
    with FeatureStoreWriter(tmp_path / "s", {"sound": StreamPlan(1, Recipe("ears"))}, resume=True) as writer:
        assert writer.is_done("a", ("frames",)) and not writer.is_done("a")
        writer.add("b", {"sound": np.ones(1)})
        store = writer.finish()
    assert store.features("a").keys() == {"frames"} and store.features("b").keys() == {"frames", "sound"}
    assert np.array_equal(store.stream("frames")["b"], ONES)


def test_the_old_store_stands_until_the_new_one_is_finished(tmp_path: Path) -> None:
    _write(tmp_path / "s", "a")
    with FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}, resume=True) as writer:
        writer.add("b", {"frames": ONES})
    assert FeatureStore.open(tmp_path / "s").ids == ("a",)
    assert _write(tmp_path / "s", "c", resume=True).ids == ("a", "b", "c")
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


@pytest.mark.parametrize("cut", range(1, 40, 6))
def test_a_kill_at_any_byte_of_the_journal(tmp_path: Path, cut: int) -> None:
    with FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}) as writer:
        writer.add("a", {"frames": ONES * 3})
        writer.add("b", {"frames": ONES * 4})
    journal = tmp_path / "s.partial" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-cut])
    with FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}, resume=True) as writer:
        for video, value in (("a", 3), ("b", 4)):
            if not writer.is_done(video):
                writer.add(video, {"frames": ONES * value})
        store = writer.finish()
    assert store.stream("frames")["a"].tolist() == (ONES * 3).tolist()
    assert store.stream("frames")["b"].tolist() == (ONES * 4).tolist()


def test_values_behind_the_journal_are_an_error(tmp_path: Path) -> None:
    with FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}) as writer:
        writer.add("a", {"frames": ONES})
    values = tmp_path / "s.partial" / "frames.npy"
    values.write_bytes(values.read_bytes()[:-4])
    with pytest.raises(DataError, match="shorter than its journal says"):
        FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}, resume=True)


def test_a_kill_between_completing_and_moving(tmp_path: Path) -> None:
    _write(tmp_path / "s", "a")
    (tmp_path / "s").rename(tmp_path / "s.partial")
    assert _write(tmp_path / "s", "b", resume=True).ids == ("a", "b")


def test_failures_are_kept_until_the_video_is_there(tmp_path: Path) -> None:
    with FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}) as writer:
        writer.add("a", {"frames": ONES})
        writer.fail("b", "b.mp4", "broken")
        assert writer.finish().failures() == [{"id": "b", "file": "b.mp4", "reason": "broken"}]
    with FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}, resume=True) as writer:
        writer.add("b", {"frames": ONES})
        assert writer.finish().failures() == []


def test_discard_leaves_a_finished_store_alone(tmp_path: Path) -> None:
    _write(tmp_path / "s", "a")
    writer = FeatureStoreWriter(tmp_path / "s", {"frames": PLAN}, resume=True)
    writer.add("b", {"frames": ONES})
    writer.discard()
    assert FeatureStore.open(tmp_path / "s").ids == ("a",) and not (tmp_path / "s.partial").exists()


@pytest.mark.parametrize("name", ["", "a.b", "../a", "a/b", "-a"])
def test_stream_names_are_file_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="stream name"):
        FeatureStoreWriter(tmp_path / "s", {name: PLAN})


def test_numpy_reads_the_file_by_itself(tmp_path: Path) -> None:
    _write(tmp_path / "s", "a", "b")
    assert np.array_equal(np.load(tmp_path / "s" / "frames.npy"), np.concatenate([ONES * 0, ONES]))
