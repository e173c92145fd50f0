from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hgr.analysis.stored import SimilarityWriter, StoredSimilarity, TextRow, open_matrix
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
    with pytest.raises(DataError, match="1 texts have no video among the 1 columns, the first 'b'"):
        StoredSimilarity((TextRow("a", ("v",)), TextRow("b", ("w",))), ("v",), matrix)
    with pytest.raises(DataError, match="text id occurs twice"):
        StoredSimilarity((TextRow("a", ("v",)), TextRow("a", ("v",))), ("v",), matrix)
    with pytest.raises(DataError, match="video id occurs twice"):
        StoredSimilarity((TextRow("a", ("v",)),), ("v", "v"), matrix)
