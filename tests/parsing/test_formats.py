import json

import pytest

from parsing import ParsedCaption, ParseFailure
from parsing.formats import FORMATS, format_of, read_parses, write_parses
from parsing.json_lines import FormatError
from tests.parsing.parse_samples import sample_results
from tests.parsing.test_records import FEEDS

LOSSLESS = [name for name, entry in FORMATS.items() if entry.lossless]
HEADER = {"parser": "toy", "parser_version": "1 é", "note": {"a": [1]}}


@pytest.mark.parametrize("name", LOSSLESS)
def test_export_import_export_is_byte_identical_and_loses_nothing(name, tmp_path):
    if name == "parquet":
        pytest.importorskip("pyarrow")
    results = sample_results()
    first, second = tmp_path / f"a{FORMATS[name].suffix}", tmp_path / f"b{FORMATS[name].suffix}"
    assert write_parses(first, iter(results), HEADER) == len(results)
    file = read_parses(first)
    assert {key: file.header[key] for key in HEADER} == HEADER
    back = list(file.results)
    assert back == results
    write_parses(second, back, file.header)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", list(FORMATS))
def test_nothing_is_a_file_too_and_a_failed_write_leaves_no_file(name, tmp_path):
    if name == "parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / "sub" / f"a{FORMATS[name].suffix}"
    assert write_parses(path, [], HEADER) == 0
    assert list(read_parses(path).results) == []

    def broken():
        yield FEEDS
        raise RuntimeError("no more")

    before = path.read_bytes()
    with pytest.raises(RuntimeError):
        write_parses(path, broken(), HEADER)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_json_lines_are_what_the_documentation_says(tmp_path):
    path = tmp_path / "a.jsonl"
    write_parses(path, [FEEDS, ParseFailure("x", "why")], {"parser": "toy", "parser_version": "1"})
    header, feeds, failure = map(json.loads, path.read_text().splitlines())
    assert header["schema"] == "hgr.parses" and header["records"] == 2 and len(header["digest"]) == 64
    assert feeds["predicates"][0]["lemma"] == "feed"
    assert failure == {"text": "x", "failure": "why"}


def test_a_cut_or_changed_file_is_noticed(tmp_path):
    path = tmp_path / "a.jsonl"
    write_parses(path, [FEEDS, ParseFailure("x", "why")], {})
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:2]))
    with pytest.raises(FormatError, match="1 record, the header promises 2: the file is cut"):
        list(read_parses(path).results)
    path.write_text("".join(lines).replace("feeds", "needs"))
    with pytest.raises(FormatError, match="do not match the digest"):
        list(read_parses(path).results)
    path.write_text("".join(lines).replace('"heads":[1,2,-1,4,2]', '"heads":[1,2,-1,4,33]'))
    with pytest.raises(
        FormatError, match=r"a.jsonl:2: caption 'a man feeds a dog': token 4 has head 33, expected -1 to 4"
    ):
        list(read_parses(path).results)
    path.write_text("".join(lines[:2]) + '{"text": 1}\n')
    with pytest.raises(FormatError, match=r"a.jsonl:3: expected an object with a string 'text'"):
        list(read_parses(path).results)
    path.write_text(lines[0].replace('"version":1', '"version":9'))
    with pytest.raises(FormatError, match="version 9 is newer than 1"):
        read_parses(path)


def test_a_file_without_digest_written_by_hand_is_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"schema":"hgr.parses","version":1}\n{"text":"x","failure":"y"}\n')
    assert list(read_parses(path).results) == [ParseFailure("x", "y")]


def test_the_suffix_tells_the_format(tmp_path):
    assert format_of("x/parses.conllu") == "conllu"
    with pytest.raises(FormatError, match="suffix '.txt' tells no format"):
        read_parses(tmp_path / "a.txt")
    with pytest.raises(FormatError, match="unknown format 'xml'"):
        write_parses(tmp_path / "a.txt", [], format="xml")
    write_parses(tmp_path / "a.txt", [FEEDS], format="jsonl")
    assert all(
        isinstance(result, ParsedCaption) for result in read_parses(tmp_path / "a.txt", "jsonl").results
    )
