import json
import xml.etree.ElementTree as ElementTree

import pytest

from graphs.formats import from_record
from hgr.cli.main import run
from tests.hgr.cli.conllu_trees import write_trees


@pytest.fixture
def parser(tmp_path):
    return write_trees(tmp_path / "trees.conllu")


def test_text_is_a_tree(parser, capsys):
    assert run(["graph", "a man feeds a dog", "girls sing", "--parser", parser]) == 0
    assert capsys.readouterr().out == (
        "a man feeds a dog\n└─ feeds\n   ├─ ARG0  a man\n   └─ ARG1  a dog\n\ngirls sing\n└─ sing\n   └─ ARG0  girls\n"
    )


def test_json_is_one_object_of_records(parser, capsys):
    assert run(["graph", "girls sing", "--parser", parser, "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)["graphs"]
    assert from_record(record)[1].roles_of(2) == ("ARG0",)


def test_a_picture_and_a_page_are_written(parser, tmp_path, capsys):
    assert (
        run(
            ["graph", "two red cars", "--parser", parser, "--format", "svg", "--out", str(tmp_path / "a.svg")]
        )
        == 0
    )
    ElementTree.parse(tmp_path / "a.svg")
    assert (
        run(
            [
                "graph",
                "girls sing",
                "two red cars",
                "--parser",
                parser,
                "--format",
                "html",
                "--out",
                str(tmp_path / "a.html"),
            ]
        )
        == 0
    )
    assert (tmp_path / "a.html").read_text().count("<svg") == 2
    assert capsys.readouterr().out == ""


def test_the_page_can_be_opened(parser, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    out = tmp_path / "page.html"
    assert run(["graph", "girls sing", "--parser", parser, "--show", "--out", str(out)]) == 0
    assert opened == [out.as_uri()]


def test_misuse_and_bad_captions(parser, capsys):
    assert run(["graph", "girls sing", "--parser", parser, "--format", "png"]) == 2
    assert run(["graph", "girls sing", "two red cars", "--parser", parser, "--format", "svg"]) == 2
    assert run(["graph", "unknown", "--parser", parser]) == 3
    assert "caption 'unknown': no tree" in capsys.readouterr().err
    assert run(["graph", "round and round", "--parser", parser]) == 3
    assert run(["graph", "", "--parser", parser]) == 0
