"""hgr/cli/main.py: which error ends with which exit code, and what is said."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import pytest
import typer

from graphs.role_graph import RoleGraphError
from hgr.cli.main import CTRL_C, DATA, INTERNAL, OK, RESUMABLE, USAGE, VERBS, run
from hgr.config import ConfigError
from hgr.errors import DataError, Interrupted
from hgr.video.errors import VideoReadError
from parsing.cache_file import CacheError
from parsing.json_lines import FormatError
from parsing.parsers import ParserError
from parsing.records import RecordError


def verb(monkeypatch: pytest.MonkeyPatch, problem: BaseException) -> list[str]:
    """A verb that does nothing but raise; returns the command line that calls it."""

    def command() -> None:
        raise problem

    return _install(monkeypatch, command)


def _install(monkeypatch: pytest.MonkeyPatch, command: Callable[[], None]) -> list[str]:
    module = ModuleType("made_up_verb")
    module.command = command  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "made_up_verb", module)
    monkeypatch.setitem(VERBS, "raise", ("made_up_verb", "made up"))
    return ["raise"]


@pytest.mark.parametrize(
    "problem",
    [
        DataError("captions.jsonl: what is wrong"),
        ConfigError(["training.epochs: what is wrong"], "run.yaml"),
        VideoReadError("a.mp4", "what is wrong"),
        ParserError("what is wrong"),
        RecordError("what is wrong"),
        CacheError("what is wrong"),
        FormatError("what is wrong"),
        RoleGraphError("what is wrong"),
        FileNotFoundError("what is wrong"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "what is wrong"),
        json.JSONDecodeError("what is wrong", "{", 0),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_problems_of_the_input_end_with_3_and_one_line(
    problem: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(verb(monkeypatch, problem)) == DATA
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("hgr raise: ") and "what is wrong" in err and "Traceback" not in err


@pytest.mark.parametrize("kind", [ValueError, TypeError, KeyError, IndexError, AssertionError, RuntimeError])
def test_mistakes_of_the_program_end_with_5_and_a_traceback(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(verb(monkeypatch, kind("what is wrong"))) == INTERNAL
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("Traceback") and f"{kind.__name__}: " in err and "what is wrong" in err


def test_stops(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(verb(monkeypatch, Interrupted("at step 3"))) == RESUMABLE
    assert "stopped: at step 3" in capsys.readouterr().err
    assert run(verb(monkeypatch, KeyboardInterrupt())) == CTRL_C
    assert run(verb(monkeypatch, typer.Abort())) == CTRL_C


def test_a_file_that_ends_too_early_is_a_problem_of_the_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(verb(monkeypatch, EOFError("compressed file ended"))) == DATA
    assert "compressed file ended" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    script = "import sys; from tests.hgr.cli.test_main import many_lines; sys.exit(many_lines())"
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline() == "line\n"
    process.stdout.close()
    said = process.stderr.read()
    assert process.wait(timeout=60) == OK, said
    assert "Traceback" not in said


def many_lines() -> int:
    """A verb that writes more than a pipe holds."""

    def command() -> None:
        for _ in range(100_000):
            typer.echo("line")

    with pytest.MonkeyPatch.context() as monkeypatch:
        return run(_install(monkeypatch, command))


def test_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(verb(monkeypatch, typer.BadParameter("no such option"))) == USAGE
    assert run(["walk"]) == USAGE
    assert "unknown verb 'walk'" in capsys.readouterr().err
    assert run([]) == USAGE and run(["--help"]) == OK and run(["--version"]) == OK


def test_a_traceback_can_be_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HGR_TRACEBACK", "1")
    assert run(verb(monkeypatch, DataError("what is wrong"))) == DATA
    assert "Traceback" in capsys.readouterr().err
