import json

import pytest

from hgr.data.caption_files import read_captions
from hgr.errors import DataError


def test_a_text_file_has_one_caption_a_line(tmp_path):
    path = tmp_path / "captions.txt"
    path.write_bytes("\ufeffa man\r\n\r\n  tab\there \nno end é\x0b😀".encode())
    assert read_captions(path).texts == ("a man", "", "  tab\there ", "no end é\x0b😀")
    path.write_bytes(b"")
    assert read_captions(path).texts == ()


def test_invalid_utf8_in_a_text_file_is_replaced_and_noted(tmp_path):
    path = tmp_path / "captions.txt"
    path.write_bytes(b"good\nb\xffd\nnul \x00\n\xc3\n")
    found = read_captions(path)
    assert found.texts == ("good", "b\ufffdd", "nul \x00", "\ufffd")
    assert found.notes == ("2 lines not UTF-8, bad bytes replaced by U+FFFD: lines 2, 4",)


def test_json_lines_and_their_segments(tmp_path):
    path = tmp_path / "captions.jsonl"
    records = [{"id": "1", "video": "v", "text": "a"}, {"text": "b", "segments": [{"text": "c"}]}]
    path.write_text("\n\n".join(map(json.dumps, records)))
    assert read_captions(path).texts == ("a", "b", "c")


def test_hgr_reference_captions(tmp_path):
    path = tmp_path / "ref_captions.json"
    path.write_text(json.dumps({"v1": ["a", "b"], "v2": ["a"]}))
    assert read_captions(path).texts == ("a", "b", "a")


def test_a_data_sets_folder(tmp_path):
    (tmp_path / "captions.jsonl").write_text('{"id": "1", "video": "v", "text": "a man"}\n')
    (tmp_path / "videos.jsonl").write_text('{"id": "v"}\n')
    found = read_captions(tmp_path)
    assert found.texts == ("a man",) and found.is_folder


def test_one_split_of_a_folder(tmp_path):
    lines = [json.dumps({"id": v, "video": v, "text": f"a man {v}"}) for v in "abc"]
    (tmp_path / "captions.jsonl").write_text("\n".join(lines))
    (tmp_path / "videos.jsonl").write_text("\n".join(json.dumps({"id": v}) for v in "abc"))
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits" / "train.txt").write_text("a\nc\n")
    assert read_captions(tmp_path, "train").texts == ("a man a", "a man c")
    with pytest.raises(DataError, match="no such split; there are: train"):
        read_captions(tmp_path, "val")
    with pytest.raises(DataError, match="a file has no split 'train'"):
        read_captions(tmp_path / "captions.jsonl", "train")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", b"", "expected a folder, .jsonl, .txt or .json"),
        ("x.jsonl", b'{"text": 1}', "x.jsonl:1: 'text' is 1"),
        ("x.jsonl", b'{"text": "a"}\n[]', "x.jsonl:2: 'text' is None"),
        ("x.jsonl", b"\xff", "x.jsonl:1: no JSON in UTF-8"),
        ("x.jsonl", b'{"text": "a", "segments": 3}', "'segments' is 3"),
        ("x.json", b"[]", "expected an object"),
        ("x.json", b'{"v": "a"}', "video 'v' has 'a'"),
        ("x.json", b"{", "no JSON"),
    ],
)
def test_what_holds_no_captions_is_an_error(name, content, message, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_captions(tmp_path / name)
    with pytest.raises(DataError, match="no such file or folder"):
        read_captions(tmp_path / "missing.txt")
