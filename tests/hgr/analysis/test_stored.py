from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hgr.analysis.stored import SimilarityWriter, StoredSimilarity, TextRow, open_matrix, score_type
from hgr.errors import DataError

TEXTS = (TextRow("a", ("v1",), "a man runs"), TextRow("b", ("v0", "v1"), "a dog"), TextRow("c", ("v0",)))


def write(folder: Path) -> np.ndarray:
    scores = np.arange(6, dtype=np.float32).reshape(3, 2)
    writer = SimilarityWriter(folder, TEXTS, ["v0", "v1"], ["event", "action", "fused"])
    for name, factor in (("event", 1), ("action", 2), ("fused", 3)):
        writer.add(name, factor * scores[:2], 0, 0)
        writer.add(name, factor * scores[2:, 1:], 2, 1)
        writer.add(name, factor * scores[2:, :1], 2, 0)
    writer.mark_absent("action", [2, 1], [])
    writer.close()
    return scores


def test_what_is_written_is_read(tmp_path: Path) -> None:
    scores = write(tmp_path)
    stored = StoredSimilarity.open(tmp_path)
    assert stored.levels == ("event", "action")
    assert np.array_equal(stored.matrices["fused"], 3 * scores)
    assert isinstance(stored.matrices["event"], np.memmap)
    assert stored.texts == TEXTS
    assert [p.tolist() for p in stored.pairs()] == [[0, 1, 1, 2], [1, 0, 1, 0]]
    assert stored.relevant().tolist() == [[False, True], [True, True], [True, False]]
    assert stored.present("action")[0].tolist() == [True, False, False]
    assert stored.present("event")[0].all()
    assert not list(tmp_path.glob(".*")), "temporary files remain"


def test_nothing_is_published_before_close(tmp_path: Path) -> None:
    writer = SimilarityWriter(tmp_path, TEXTS, ["v0", "v1"], ["event"])
    writer.add("event", np.ones((3, 2)))
    with pytest.raises(DataError, match="texts.json: no such file"):
        StoredSimilarity.open(tmp_path)
    assert not (tmp_path / "event.npy").exists()


def test_errors_name_the_file(tmp_path: Path) -> None:
    write(tmp_path)
    np.save(tmp_path / "event.npy", np.zeros((2, 2)))
    with pytest.raises(DataError, match=r"event.npy: has shape \(2, 2\), expected \(3, 2\)"):
        StoredSimilarity.open(tmp_path)
    np.save(tmp_path / "event.npy", np.array([{"a": 1}], dtype=object))
    with pytest.raises(DataError, match="event.npy: not a readable"):
        StoredSimilarity.open(tmp_path)
    (tmp_path / "event.npy").write_text("text")
    with pytest.raises(DataError, match="event.npy: not a readable"):
        StoredSimilarity.open(tmp_path)
    with pytest.raises(DataError, match="nothing.npy"):
        open_matrix(tmp_path / "nothing.npy")


def test_a_newer_version_is_an_error(tmp_path: Path) -> None:
    write(tmp_path)
    content = json.loads((tmp_path / "texts.json").read_text())
    (tmp_path / "texts.json").write_text(json.dumps({**content, "version": 2}))
    with pytest.raises(DataError, match="version 2 is not known here"):
        StoredSimilarity.open(tmp_path)
    (tmp_path / "texts.json").write_text(json.dumps({**content, "schema": "other"}))
    with pytest.raises(DataError, match="schema is 'other'"):
        StoredSimilarity.open(tmp_path)
    (tmp_path / "texts.json").write_text("{")
    with pytest.raises(DataError, match="not readable as JSON"):
        StoredSimilarity.open(tmp_path)


def test_ids_are_checked() -> None:
    matrix = {"event": np.zeros((2, 1))}
    with pytest.raises(DataError, match=r"1 text has no video among the columns \(1\), the first 'b'"):
        StoredSimilarity((TextRow("a", ("v",)), TextRow("b", ("w",))), ("v",), matrix)
    with pytest.raises(DataError, match="text id occurs twice"):
        StoredSimilarity((TextRow("a", ("v",)), TextRow("a", ("v",))), ("v",), matrix)
    with pytest.raises(DataError, match="video id occurs twice"):
        StoredSimilarity((TextRow("a", ("v",)),), ("v", "v"), matrix)


def test_precision_of_scores() -> None:
    narrow = [np.dtype(kind) for kind in (np.float16, np.float32, np.int8, np.uint16)]
    assert score_type(*narrow) is np.float32
    for kind in (np.float64, np.int32, np.int64):
        assert score_type(*narrow, np.dtype(kind)) is np.float64


def test_numbers_that_float64_does_not_hold_are_refused(tmp_path: Path) -> None:
    for kind in (np.int64, np.uint64):
        np.save(tmp_path / "whole.npy", np.array([[0, 2**53]], dtype=kind))
        assert open_matrix(tmp_path / "whole.npy").tolist() == [[0, 2**53]]
        np.save(tmp_path / "whole.npy", np.array([[0, 2**53 + 1]], dtype=kind))
        with pytest.raises(DataError, match="whole.npy: u?int64 numbers that float64 does not hold"):
            open_matrix(tmp_path / "whole.npy")
    if np.dtype(np.longdouble).itemsize > 8:
        np.save(tmp_path / "long.npy", np.ones((1, 1), dtype=np.longdouble))
        with pytest.raises(DataError, match="that float64 does not hold"):
            open_matrix(tmp_path / "long.npy")


def test_a_matrix_keeps_its_precision_on_disk(tmp_path: Path) -> None:
    fine = 1.0 + np.arange(6).reshape(3, 2) * 1e-12
    writer = SimilarityWriter(tmp_path, TEXTS, ["v0", "v1"], ["event", "fused"], {"fused": np.float64})
    writer.add("event", fine)
    writer.add("fused", fine)
    writer.close()
    stored = StoredSimilarity.open(tmp_path)
    assert np.array_equal(stored.scores("fused"), fine)
    assert stored.scores("event", 1).dtype == np.float32 and stored.scores("event", 1).shape == (2, 2)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_bad_score_is_named_by_file_and_ids(tmp_path: Path, value: float) -> None:
    scores = write(tmp_path)
    scores[2, 1] = value
    np.save(tmp_path / "action.npy", scores)
    stored = StoredSimilarity.open(tmp_path)
    stored.scores("action", 0, 2)
    with pytest.raises(
        DataError, match=r"action.npy: action: NaN or infinite .* text 'c' \(row 2\) and video 'v1'"
    ):
        stored.scores("action", 1)
    assert StoredSimilarity.open(tmp_path).answered().tolist() == [0, 1]


def test_scores_whose_sum_overflows_are_fine() -> None:
    large = np.full((1, 2), 3e38, dtype=np.float32)
    stored = StoredSimilarity((TextRow("a", ("v",)),), ("v", "w"), {"event": large})
    assert np.array_equal(stored.scores("event"), large)
    assert stored.answered().tolist() == [0]
