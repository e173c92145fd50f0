from __future__ import annotations

from pathlib import Path

import pytest

from hgr.analysis.versioned_json import read_versioned, write_versioned
from hgr.errors import DataError


def test_round_trip(tmp_path: Path) -> None:
    write_versioned(tmp_path / "a.json", "hgr.test", {"é": [1, 2.5]})
    assert read_versioned(tmp_path / "a.json", "hgr.test") == {
        "schema": "hgr.test",
        "version": 1,
        "é": [1, 2.5],
    }
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    write_versioned(tmp_path / "a.json", "hgr.test", {"x": 1})
    with pytest.raises(ValueError, match="JSON compliant"):
        write_versioned(tmp_path / "a.json", "hgr.test", {"x": float("nan")})
    assert read_versioned(tmp_path / "a.json", "hgr.test")["x"] == 1


@pytest.mark.parametrize(
    "text", ["[1]", '{"schema": "hgr.test"}', '{"schema": "hgr.test", "version": "1"}', "\x00"]
)
def test_other_content_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError, match=r"a\.json"):
        read_versioned(tmp_path / "a.json", "hgr.test")
