"""hgr/data/role_graphs.py: graphs from a file, the rest from a parser with its cache."""

from __future__ import annotations

import types
from dataclasses import replace

import pytest

from graphs.formats import write_role_graphs
from hgr.data.items import Caption, Segment
from hgr.data.role_graphs import GraphSource, role_graphs_of, text_items
from hgr.errors import DataError
from parsing import parsers
from parsing.parsed_caption import Argument, ParsedCaption, ParseFailure, Predicate, Token
from parsing.parsers import ParserError
from tests.hgr.small_data import graph_of

CALLS: list[str] = []


class FakeParser:
    """Second word is the verb, first its agent; captions with "broken" fail."""

    name, version = "fake", "1"

    def parse(self, texts, batch_size=256):
        for text in texts:
            CALLS.append(text)
            words = text.split()
            if "broken" in words:
                yield ParseFailure(text, "broken on purpose")
                continue
            predicates = (Predicate((1,), words[1], (Argument("ARG0", (0,)),)),) if len(words) > 1 else ()
            yield ParsedCaption(text, tuple(Token(word) for word in words), predicates)


@pytest.fixture(autouse=True)
def _fake_parser(monkeypatch) -> None:
    module = types.ModuleType("fake_parser")
    module.load = lambda: FakeParser()  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "fake_parser", module)
    monkeypatch.setitem(parsers.PARSERS, "builtin", ("fake_parser", "load"))
    CALLS.clear()


def test_the_file_goes_first_and_the_parser_does_the_rest(tmp_path) -> None:
    write_role_graphs(tmp_path / "graphs.jsonl", [("a ball moves", graph_of("a ball moves"))])
    source = GraphSource(tmp_path / "graphs.jsonl", "builtin", tmp_path / "parses.sqlite")
    texts = ["dogs run", "a ball moves", "dogs run", "broken thing here"]
    graphs, report = role_graphs_of(texts, source)
    assert graphs["a ball moves"] == graph_of("a ball moves")
    assert [node.text for node in graphs["dogs run"].nodes] == ["dogs run", "run", "dogs"]
    assert [node.level for node in graphs["broken thing here"].nodes] == ["event"]
    assert (report.from_file, report.parsed, report.failed) == (1, 1, ("broken thing here",))
    assert "a ball moves" not in CALLS


def test_parses_are_cached(tmp_path) -> None:
    source = GraphSource(None, "builtin", tmp_path / "parses.sqlite")
    first, _ = role_graphs_of(["dogs run"], source)
    CALLS.clear()
    again, report = role_graphs_of(["dogs run"], source)
    assert again == first
    assert "dogs run" not in CALLS
    assert report.parsed == 1


def test_without_a_parser_missing_graphs_are_listed(tmp_path) -> None:
    source = GraphSource(None, None, tmp_path / "parses.sqlite")
    with pytest.raises(DataError, match="no role graph of 25 of 25 texts: 'x 0', .*'x 19'$"):
        role_graphs_of([f"x {i}" for i in range(25)], source)


def test_an_unknown_parser(tmp_path) -> None:
    with pytest.raises(ParserError, match="unknown parser 'bultin'"):
        role_graphs_of(["a b"], GraphSource(None, "bultin", tmp_path / "p.sqlite"))


def test_segments_have_their_own_graphs() -> None:
    caption = Caption("1", "v", "A Ball moves", (Segment(0, 1, "Dogs run"),))
    graphs = {"A Ball moves": graph_of("A Ball moves"), "Dogs run": graph_of("Dogs run now")}
    (item,) = text_items([caption], graphs, lowercase=True)
    assert item.graph.words == ("a", "ball", "moves")
    assert item.segment_graphs[0].nodes[0].text == "dogs run now"
    (kept,) = text_items([caption], graphs, lowercase=False)
    assert kept.graph is graphs["A Ball moves"]


def test_shuffled_graphs_are_the_same_control_every_time(tmp_path) -> None:
    source = GraphSource(None, "builtin", tmp_path / "parses.sqlite")
    texts = [f"dogs{i} run{i} fast{i}" for i in range(6)]
    plain, _ = role_graphs_of(texts, source)
    control = [role_graphs_of(texts, replace(source, shuffled=True))[0] for _ in range(2)]
    assert control[0] == control[1]
    assert all(control[0][text].nodes == plain[text].nodes for text in texts)
