"""The documented JSON schemas accept what is written and refuse what is not."""

import json

import pytest

from graphs.formats import event_only, write_role_graphs
from parsing.formats import write_parses
from tests.graphs.samples import FALL, KICK
from tests.parsing.parse_samples import sample_results
from tests.schemas import SCHEMAS, validator

jsonschema = pytest.importorskip("jsonschema")


def test_parses(tmp_path):
    check = validator("parses")
    write_parses(tmp_path / "a.jsonl", sample_results(), {"parser": "toy", "parser_version": "1"})
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_bytes().split(b"\n") if line]
    assert len(lines) > 300
    for line in lines:
        check.validate(line)
    parse = lines[1]
    for change in (
        {"heads": ["1"]},
        {"more": 1},
        {"predicates": [{}]},
        {"text": None},
        {"noun_phrases": [[]]},
    ):
        assert not check.is_valid(parse | change)
    assert not check.is_valid(lines[0] | {"version": 2})


def test_role_graphs(tmp_path):
    check = validator("role_graphs")
    write_role_graphs(
        tmp_path / "a.jsonl", [("a", KICK), ("b", FALL), ("", event_only(""))], {"parser": "toy"}
    )
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    for line in lines:
        check.validate(line)
    for change in (
        {"nodes": []},
        {"nodes": [["verb", [0]]]},
        {"edges": [[0, 1]]},
        {"edges": [[1, 0, ""]]},
        {"x": 1},
    ):
        assert not check.is_valid(lines[1] | change)


def test_the_examples_of_the_documentation_are_valid():
    page = (SCHEMAS.parent / "parse_formats.md").read_text()
    blocks = [block for block in page.split("```") if block.startswith("\n{")]
    assert len(blocks) == 2
    graphs = validator("role_graphs")
    for line in blocks[0].strip().splitlines():
        graphs.validate(json.loads(line))
    validator("parses").validate(json.loads(blocks[1]))
