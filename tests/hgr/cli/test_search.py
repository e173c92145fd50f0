from __future__ import annotations

import json
from pathlib import Path

import pytest

import parsing.parsers
from hgr.cli.main import DATA, OK, USAGE, run
from tests.hgr.retrieval.small_run import SmallParser, make_run

QUERY = "a red ball pushes a blue box"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("search"))


@pytest.fixture(autouse=True)
def small_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(parsing.parsers.PARSERS, "builtin", ("tests.hgr.retrieval.small_run", "SmallParser"))


def test_a_table_with_levels(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", str(small), QUERY, "--top", "2"]) == OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{QUERY}   (best 2 of 12 videos)"
    assert len(lines) == 3
    assert all(name in lines[1] for name in ("event", "action", "entity"))


def test_explanations_name_frames_by_their_time(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", str(small), QUERY, "--top", "1", "--explain"]) == OK
    out = capsys.readouterr().out
    assert "entity  ARG0      a red ball" in out
    assert out.count("of 7 frames") == 3
    assert " s (" in out


def test_json_is_one_object_and_nothing_else(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", str(small), QUERY, "a red ball", "--json", "--split", "test"]) == OK
    found = json.loads(capsys.readouterr().out)
    first, second = found["answers"]
    assert first["candidates"] == 8
    assert len(first["hits"]) == 5
    assert [row["phrase"] for row in first["hits"][0]["alignment"]] == ["pushes", "a red ball", "a blue box"]
    assert second["hits"][0]["levels"]["action"] is None
    assert SmallParser.name == "small"


def test_queries_of_a_file(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "queries.txt").write_text(f"{QUERY}\n\n  a purple box  \n")
    assert run(["search", str(small), "--file", str(tmp_path / "queries.txt"), "--top", "1"]) == OK
    out = capsys.readouterr().out
    assert "a purple box   (best 1" in out
    assert "nothing was found in the query for: action" in out
    assert "words that the run never saw: purple" in out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], USAGE, "give a sentence"),
        ([""], DATA, "query 1 of 1 is empty"),
        ([QUERY, "--top", "0"], USAGE, "--top"),
        ([QUERY, "--split", "nothing"], DATA, "no such split"),
        ([QUERY, "--parser", "nothing"], DATA, "unknown parser 'nothing'"),
        ([QUERY, "--checkpoint", "nothing"], DATA, "expected 'best' or 'last'"),
        (["--file", "nothing.txt"], DATA, "queries cannot be read"),
    ],
)
def test_what_is_wrong_is_said(
    small: Path, arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", str(small), *arguments]) == code
    assert said in capsys.readouterr().err
