from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hgr.analysis.foreign import open_foreign, parse_matrix_names
from hgr.errors import DataError


def files(folder: Path, content: Any, shape: tuple[int, int]) -> tuple[str, Path]:
    np.save(folder / "scores.npy", np.random.default_rng(0).random(shape))
    (folder / "ids.json").write_text(json.dumps(content))
    return str(folder / "scores.npy"), folder / "ids.json"


@pytest.mark.parametrize(
    "texts",
    [
        [{"id": "a", "video": "v", "text": "x"}, {"id": "b", "videos": ["w"]}],
        ["a", "b"],
    ],
)
def test_forms_of_ids(tmp_path: Path, texts: list[Any]) -> None:
    scores, ids = files(tmp_path, {"texts": texts, "videos": ["v", "w"]}, (2, 2))
    stored = open_foreign({"fused": scores}, ids)
    assert stored.levels == () and list(stored.matrices) == ["fused"]
    assert stored.relevant().tolist() == [[True, False], [False, True]]


def test_relevant_maps_ids(tmp_path: Path) -> None:
    content = {
        "texts": ["a", "b", "c"],
        "videos": ["v", "w"],
        "relevant": {"a": "w", "b": ["v", "w"], "c": ["v"]},
    }
    scores, ids = files(tmp_path, content, (3, 2))
    assert open_foreign({"event": scores}, ids).relevant().tolist() == [
        [False, True],
        [True, True],
        [True, False],
    ]


@pytest.mark.parametrize(
    ("content", "shape", "message"),
    [
        ({"texts": ["a"], "videos": ["v", "w"]}, (1, 2), "no 'relevant'"),
        ({"texts": [], "videos": ["v"]}, (1, 1), "two lists that are not empty"),
        ([1], (1, 1), "two lists that are not empty"),
        ({"texts": ["a", "b"], "videos": ["v", "w"]}, (2, 3), r"shape \(2, 3\), expected \(2, 2\)"),
        ({"texts": [{"id": "a", "video": "x"}], "videos": ["v"]}, (1, 1), "1 text has no video"),
        ({"texts": [{"id": "a"}], "videos": ["v"]}, (1, 1), "'a': expected the id of its video"),
        ({"texts": [3], "videos": ["v"]}, (1, 1), "text 0 is 3"),
        ({"texts": ["a", "a"], "videos": ["v", "w"]}, (2, 2), "text id occurs twice"),
    ],
)
def test_errors(tmp_path: Path, content: Any, shape: tuple[int, int], message: str) -> None:
    scores, ids = files(tmp_path, content, shape)
    with pytest.raises(DataError, match=message):
        open_foreign({"fused": scores}, ids)


def test_bad_scores_are_named_by_file_and_ids(tmp_path: Path) -> None:
    scores, ids = files(tmp_path, {"texts": ["a", "b"], "videos": ["v", "w"]}, (2, 2))
    np.save(scores, np.array([[1.0, 2.0], [np.nan, 3.0]]))
    with pytest.raises(DataError, match=r"scores.npy: event: .* text 'b' .* video 'v'"):
        open_foreign({"event": scores}, ids)


def test_names_of_matrices() -> None:
    assert parse_matrix_names(["a.npy"]) == {"fused": "a.npy"}
    assert parse_matrix_names(["event=a.npy", "fused=b.npy"]) == {"event": "a.npy", "fused": "b.npy"}
    for bad in (["a.npy", "b.npy"], ["=a.npy"], ["x=a", "x=b"], ["a/b=x"]):
        with pytest.raises(DataError, match="distinct names"):
            parse_matrix_names(bad)
