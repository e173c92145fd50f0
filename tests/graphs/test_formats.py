import json

import pytest

from graphs import RoleGraph, check_role_graph
from graphs.formats import (
    event_only,
    from_record,
    iter_role_graphs,
    read_graph_header,
    read_role_graphs,
    to_record,
    write_role_graphs,
)
from graphs.hgr_format import write_hgr_graphs
from graphs.role_graph import RoleGraphError, event_node
from parsing.json_lines import FormatError
from tests.graphs.samples import FALL, KICK

ITEMS = [(" ".join(graph.words), graph) for graph in (KICK, FALL)]


def test_a_record_holds_words_only_where_they_are_not_the_split_text():
    assert "words" not in to_record(ITEMS[0][0], KICK)
    other = RoleGraph(("don't",), (event_node(("don't",)),), ())
    assert to_record("do n't", other)["words"] == ["don't"]
    assert from_record(to_record("do n't", other)) == ("do n't", other)


def test_written_graphs_come_back(tmp_path):
    path = tmp_path / "new" / "graphs.jsonl"
    assert write_role_graphs(path, iter(ITEMS), {"parser": "hand"}) == 2
    assert read_role_graphs(path) == dict(ITEMS)
    assert read_graph_header(path) == {"schema": "hgr.role_graphs", "version": 1, "parser": "hand"}
    assert [p.name for p in path.parent.iterdir()] == ["graphs.jsonl"]


def test_export_import_export_is_byte_identical(tmp_path):
    items = [
        *ITEMS,
        ("", event_only("")),
        ("e\u0301 \U0001f600 \u05e9\u05dc\u05d5\u05dd", event_only("a")),
        ("\ud800", event_only("\ud800")),
    ]
    write_role_graphs(tmp_path / "a.jsonl", items, {"parser": "hand", "note": "x"})
    write_role_graphs(
        tmp_path / "b.jsonl", iter_role_graphs(tmp_path / "a.jsonl"), read_graph_header(tmp_path / "a.jsonl")
    )
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    assert dict(iter_role_graphs(tmp_path / "b.jsonl")) == dict(items)


def test_hgr_json_is_told_by_its_content(tmp_path):
    write_hgr_graphs(tmp_path / "graphs.json", ITEMS)
    graphs = read_role_graphs(tmp_path / "graphs.json")
    assert list(graphs) == [text for text, _ in ITEMS]
    for graph in graphs.values():
        check_role_graph(graph)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"nodes": [], "edges": []}, "'text' is None"),
        ({"text": "a", "nodes": [["event", [0]]]}, "'edges' is None"),
        (
            {"text": "a", "nodes": [["event", [0]], ["entity", [3]]], "edges": []},
            r"node 1 has tokens \[3\] outside",
        ),
        ({"text": "a", "nodes": [["event", [0]], ["entity", "x"]], "edges": []}, "node 1 is"),
        ({"text": "a", "nodes": [["event", [0]]], "edges": [[0, 1]]}, "edge 0 is"),
        ({"text": "a", "nodes": [["event", [0]]], "edges": [[0, 4, "NOUN"]]}, "leaves the 1 nodes"),
        ({"text": "a", "nodes": [["event", [0]]], "edges": [], "caption": 1}, r"unknown keys \['caption'\]"),
    ],
)
def test_a_bad_record_is_named(record, message, tmp_path):
    with pytest.raises(RoleGraphError, match=message):
        from_record(record)
    path = tmp_path / "graphs.jsonl"
    path.write_text('{"schema":"hgr.role_graphs","version":1}\n' + json.dumps(record) + "\n")
    with pytest.raises(FormatError, match=r"graphs\.jsonl:2: .*"):
        read_role_graphs(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"schema":"hgr.role_graphs","version":2}\n', "version 2 is newer"),
        ('{"schema":"hgr.parses","version":1}\n', "schema 'hgr.parses', expected 'hgr.role_graphs'"),
        ("\n", "line 1 is no header"),
        ("[1]\n", "line 1 is no header"),
        ('{"schema":"hgr.role_graphs","version":1}\n{"text":\n', r":2: not JSON"),
        ('{"schema":"hgr.role_graphs","version":1}\n7\n', ":2: expected a JSON object"),
    ],
)
def test_a_foreign_or_newer_file_is_refused(content, message, tmp_path):
    path = tmp_path / "graphs.jsonl"
    path.write_text(content)
    with pytest.raises(FormatError, match=message):
        read_role_graphs(path)


def test_invalid_utf8_names_the_line(tmp_path):
    path = tmp_path / "graphs.jsonl"
    path.write_bytes(b'{"schema":"hgr.role_graphs","version":1}\n{"text":"\xff"}\n')
    with pytest.raises(FormatError, match=":2: not UTF-8 at byte 9"):
        read_role_graphs(path)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "graphs.jsonl"
    write_role_graphs(path, ITEMS)
    before = path.read_bytes()

    def broken():
        yield ITEMS[0]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_role_graphs(path, broken())
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["graphs.jsonl"]
