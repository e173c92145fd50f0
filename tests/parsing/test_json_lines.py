import pytest

from parsing.json_lines import FormatError, dumps, read_header, read_lines, write_lines


def test_lines_are_canonical_and_utf8_where_it_can_be():
    assert dumps({"b": "é😀", "a": [1, None]}) == '{"b":"é😀","a":[1,null]}'
    assert dumps("\ud800é") == '"\\ud800\\u00e9"'
    with pytest.raises(ValueError, match="Out of range|not JSON compliant"):
        dumps(float("nan"))


def test_written_records_come_back_with_their_line_numbers(tmp_path):
    path = tmp_path / "a.jsonl"
    assert write_lines(path, {"schema": "s", "version": 1}, [{"x": 1}, '{"x":2}']) == 2
    assert list(read_lines(path, "s", 1)) == [(2, {"x": 1}), (3, {"x": 2})]


@pytest.mark.parametrize("version", [0, "1", True, None, 1.5])
def test_a_version_must_be_a_known_number(version, tmp_path):
    path = tmp_path / "a.jsonl"
    write_lines(path, {"schema": "s", "version": version}, [])
    with pytest.raises(FormatError, match="expected a number from 1 to 1"):
        read_header(path, "s", 1)


def test_deep_nesting_is_an_error_and_no_crash(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"schema":"s","version":1}\n' + "[" * 100_000 + "\n")
    with pytest.raises(FormatError, match="a.jsonl:2: not JSON"):
        list(read_lines(path, "s", 1))
