"""The digest of the rules' sources: every source is there, and the parsers' versions hold it."""

from __future__ import annotations

from pathlib import Path

import parsing.code_digest as module
from parsing import load_parser
from parsing.code_digest import SOURCES, code_digest


def test_every_source_is_there_and_part_of_the_builtin_version() -> None:
    folder = Path(module.__file__).parent
    assert all((folder / f"{name}.py").is_file() for name in SOURCES)
    assert f"+{code_digest()}+" in load_parser("builtin").version


def test_a_changed_source_changes_it_and_line_ends_do_not(tmp_path, monkeypatch) -> None:
    for name in SOURCES:
        (tmp_path / f"{name}.py").write_bytes(b"a = 1\nb = 2\n")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "code_digest.py"))
    before = code_digest.__wrapped__()
    (tmp_path / "rules.py").write_bytes(b"a = 1\r\nb = 2\r\n")
    assert code_digest.__wrapped__() == before
    (tmp_path / "rules.py").write_bytes(b"a = 1\nb = 3\n")
    assert code_digest.__wrapped__() != before
