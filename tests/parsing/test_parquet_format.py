import sys

import pytest

from parsing.json_lines import FormatError
from parsing.parquet_format import read_parquet, write_parquet
from tests.parsing.test_records import FEEDS


def test_other_tools_see_nested_columns(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_parquet(tmp_path / "a.parquet", [FEEDS], {"parser": "toy"})
    (row,) = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert row["words"] == ["a", "man", "feeds", "a", "dog"]
    assert row["predicates"][0]["arguments"][0] == {"role": "ARG0", "tokens": [0, 1], "head": 1}


def test_other_files_are_refused(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    path = tmp_path / "a.parquet"
    path.write_bytes(b"hello")
    with pytest.raises(FormatError, match="no Parquet file"):
        read_parquet(path)
    arrow.parquet.write_table(arrow.table({"x": [1]}), path)
    with pytest.raises(FormatError, match="expected the metadata key 'hgr'"):
        read_parquet(path)
    write_parquet(path, [FEEDS], {})
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(FormatError, match="no Parquet file"):
        read_parquet(path)
    with pytest.raises(FileNotFoundError):
        read_parquet(tmp_path / "missing.parquet")


def test_without_pyarrow_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(FormatError, match=r"pip install 'hgr\[parquet\]'"):
        write_parquet(tmp_path / "a.parquet", [FEEDS], {})
    assert list(tmp_path.iterdir()) == []
