"""Where a report comes from: matrices of other systems with their captions, and similarities that do not fit."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graphs.formats import event_only, write_role_graphs
from graphs.levels import ACTION
from hgr.analysis.foreign_run import write_foreign_run
from hgr.analysis.report import source as module
from hgr.analysis.report.source import open_source
from hgr.analysis.stored import StoredSimilarity
from hgr.errors import DataError
from parsing.parsers import ParserError
from tests.hgr.analysis.made_up import made_up
from tests.hgr.retrieval.small_run import make_run

TEXTS = ["a man runs", "a dog jumps over a fence", "a woman cuts a tomato", "two boys play football"]


def other_system(folder: Path, texts: list[str]) -> Path:
    stored = made_up(num_texts=4, num_videos=4)
    rows = tuple(replace(row, text=text) for row, text in zip(stored.texts, texts, strict=True))
    write_foreign_run(StoredSimilarity(rows, stored.videos, stored.matrices), folder, "test")
    return folder


def test_captions_are_parsed_and_kept(tmp_path: Path) -> None:
    run = other_system(tmp_path / "run", TEXTS)
    found = open_source(run)
    assert [item.caption.text for item in found.items.values()] == TEXTS
    assert all(item.graph.positions(ACTION) for item in found.items.values())
    assert "4 by the parser 'builtin'" in found.notes[0] and (run / "parses.sqlite").is_file()
    assert found.result is not None and found.result["protocol"]["protocol"] == "custom"


def test_graphs_of_a_file_come_first(tmp_path: Path) -> None:
    run = other_system(tmp_path / "run", TEXTS)
    write_role_graphs(tmp_path / "graphs.jsonl", [(text, event_only(text)) for text in TEXTS])
    found = open_source(run, graphs=tmp_path / "graphs.jsonl")
    assert not any(item.graph.positions(ACTION) for item in found.items.values())
    assert "4 from graphs.jsonl, 0 by the parser" in found.notes[0]


def test_unknown_texts_have_no_graphs(tmp_path: Path) -> None:
    run = other_system(tmp_path / "run", ["", *TEXTS[1:]])
    assert (open_source(run).items, open_source(run).notes) == ({}, ())
    with pytest.raises(DataError, match="graphs.jsonl: the texts of .* are not known"):
        open_source(run, graphs=tmp_path / "graphs.jsonl")


def test_without_a_parser_there_is_a_report_without_graphs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ParserError("spaCy is not installed")

    run = other_system(tmp_path / "run", TEXTS)
    monkeypatch.setattr(module, "role_graphs_of", fail)
    found = open_source(run)
    assert found.items == {} and "spaCy is not installed" in found.notes[0]


def test_a_run_has_graphs_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has its own"):
        open_source(make_run(tmp_path), graphs=tmp_path / "graphs.jsonl")


@pytest.mark.parametrize("fails", [False, True])
def test_similarities_of_its_own_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    made = make_run(tmp_path)
    open_source(made)
    path = made / "similarity" / "test" / "fused.npy"
    np.save(path, np.load(path) + 0.1)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    if fails:
        monkeypatch.setattr(module, "evaluate", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            open_source(made)
    else:
        found = open_source(made)
        np.testing.assert_allclose(found.stored.scores("fused"), np.load(path) - 0.1, atol=1e-5)
    assert list((tmp_path / "temporary").iterdir()) == []
