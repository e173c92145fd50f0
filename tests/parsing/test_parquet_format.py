import sys

import pytest

from parsing import ParseFailure
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


def test_positions_outside_the_caption_name_row_and_caption(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    path = tmp_path / "a.parquet"
    write_parquet(path, [ParseFailure("x", "why"), FEEDS], {})
    table = arrow.parquet.read_table(path)
    rows = table.to_pylist()
    rows[1]["noun_phrases"] = [[3, 5]]
    arrow.parquet.write_table(arrow.Table.from_pylist(rows, schema=table.schema), path)
    with pytest.raises(FormatError, match=r"a.parquet: row 2: caption 'a man feeds a dog': .*\(3, 5\)"):
        list(read_parquet(path).results)


def test_a_changed_page_is_an_error(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "a.parquet"
    write_parquet(path, [FEEDS] * 50, {})
    content = path.read_bytes()
    pages = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    noticed = 0
    for place in range(4, pages, 41):
        changed = bytearray(content)
        changed[place] ^= 0x10
        path.write_bytes(changed)
        try:
            assert list(read_parquet(path).results) == [FEEDS] * 50
        except FormatError:
            noticed += 1
    assert noticed > 10


def test_without_pyarrow_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(FormatError, match=r"pip install 'hgr\[parquet\]'"):
        write_parquet(tmp_path / "a.parquet", [FEEDS], {})
    assert list(tmp_path.iterdir()) == []
