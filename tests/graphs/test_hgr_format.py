import json

import pytest

from graphs import Edge, check_role_graph
from graphs.formats import read_role_graphs
from graphs.hgr_format import from_hgr, read_hgr_graphs, to_hgr, write_hgr_graphs
from graphs.role_graph import RoleGraphError
from graphs.transforms import merge_repeated
from parsing.json_lines import FormatError
from tests.graphs.samples import FALL, KICK

EGG = "a egg has been broken and dropped into the cup"
EGG_ENTRY = [
    {
        "ROOT": {"role": "ROOT", "spans": list(range(10)), "words": EGG.split()},
        "1": {"role": "V", "spans": [4], "words": ["broken"]},
        "2": {"role": "ARG1", "spans": [0, 1], "words": ["a", "egg"]},
        "3": {"role": "V", "spans": [6], "words": ["dropped"]},
        "4": {"role": "ARG4", "spans": [7, 8, 9], "words": ["into", "the", "cup"]},
    },
    [["1", "2", "ARG1"], ["3", "2", "ARG1"], ["3", "4", "ARG4"]],
]


def test_the_published_shape_is_read_and_written_back():
    graph = from_hgr(EGG, EGG_ENTRY)
    check_role_graph(graph)
    assert [(node.level, node.text) for node in graph.nodes[1:]] == [
        ("action", "broken"),
        ("entity", "a egg"),
        ("action", "dropped"),
        ("entity", "into the cup"),
    ]
    assert Edge(3, 2, "ARG1") in graph.edges
    assert to_hgr(graph) == EGG_ENTRY


def test_our_graphs_take_the_published_view_and_come_back_when_merged():
    for graph in (KICK, FALL):
        text = " ".join(graph.words)
        entry = json.loads(json.dumps(to_hgr(graph)))
        again = from_hgr(text, entry)
        check_role_graph(again)
        assert to_hgr(again) == entry
        merged = merge_repeated(again)
        triples = {(graph.nodes[e.source].text, graph.nodes[e.target].text, e.role) for e in graph.edges}
        assert {
            (merged.nodes[e.source].text, merged.nodes[e.target].text, e.role) for e in merged.edges
        } == triples


def test_roles_stay_as_they_are_and_unheld_nodes_hang_under_the_event():
    nodes = {
        "ROOT": {"role": "ROOT", "spans": [0, 1, 2, 3], "words": []},
        "1": {"role": "V", "spans": [1], "words": ["x"]},
        "2": {"role": "R-ARG0", "spans": [0], "words": ["x"]},
        "3": {"role": "ARGM-GOL", "spans": [3, 2], "words": ["x"]},
        "4": {"role": "NOUN", "spans": [0, 3], "words": ["x"]},
    }
    graph = from_hgr("who wins the cup", [nodes, [["1", "2", "R-ARG0"], ["ROOT", "1", ""], ["2", "3", "x"]]])
    check_role_graph(graph)
    assert graph.roles_of(2) == ("R-ARG0",)
    assert graph.roles_of(3) == ("NOUN",) and graph.nodes[3].tokens == (2, 3)
    assert graph.roles_of(4) == ("NOUN",) and graph.nodes[4].tokens == (0, 3)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            [{"1": {"role": "V", "spans": [2], "words": []}}, []],
            r"node '1' has spans \[2\] outside the caption's 2 words",
        ),
        ([{"1": {"role": "V", "spans": [-1], "words": []}}, []], r"spans \[-1\] outside"),
        ([{"1": {"role": "V", "spans": [], "words": []}}, []], "has no spans"),
        ([{"1": {"role": "V", "spans": ["0"], "words": []}}, []], "expected a list of word positions"),
        ([{"1": {"spans": [0]}}, []], "expected an object with role"),
        ([{"1": {"role": "V", "spans": [0]}}, [["1", "9", "ARG0"]]], "names node '9'"),
        ([{}, [["1"]]], "expected .verb node"),
        ([{}], "expected .nodes, edges."),
    ],
)
def test_a_bad_entry_names_file_caption_and_node(entry, message, tmp_path):
    with pytest.raises(RoleGraphError, match=message):
        from_hgr("two words", entry)
    path = tmp_path / "sent2rolegraph.json"
    path.write_text(json.dumps({"two words": entry}))
    with pytest.raises(FormatError, match="sent2rolegraph.json: caption 'two words': "):
        read_role_graphs(path)


def test_a_file_that_is_no_object_is_refused(tmp_path):
    path = tmp_path / "graphs.json"
    path.write_text("[1]")
    with pytest.raises(FormatError, match="expected an object"):
        read_hgr_graphs(path)
    path.write_text('{"a": [')
    with pytest.raises(FormatError, match="not JSON"):
        read_hgr_graphs(path)


def test_a_repeated_caption_is_written_once(tmp_path):
    path = tmp_path / "graphs.json"
    text = " ".join(KICK.words)
    assert write_hgr_graphs(path, [(text, KICK), (text, KICK)]) == 1
    assert list(json.loads(path.read_text())) == [text]
    assert write_hgr_graphs(path, []) == 0
    assert json.loads(path.read_text()) == {}
