from __future__ import annotations

from pathlib import Path

import pytest

from hgr.errors import DataError
from hgr.metrics.wordnet import read_synsets

NOUNS = """  1 This software and database is being provided to you, the LICENSEE
  2 by Princeton University under the following license.
hot_dog n 3 2 @ ~ 3 1 10187710 07676602 07697537
dog n 1 3 @ ~ #m 1 1 02084071
"""
VERBS = "dog v 1 3 @ ~ + 1 1 02001858\n"


def write(folder: Path, nouns: str = NOUNS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.noun").write_text(nouns)
    (folder / "index.verb").write_text(VERBS)
    return folder


def test_index_files_are_read(tmp_path: Path) -> None:
    expected = {
        ("hot dog", "NOUN"): ("10187710-n", "07676602-n", "07697537-n"),
        ("dog", "NOUN"): ("02084071-n",),
        ("dog", "VERB"): ("02001858-v",),
    }
    assert read_synsets(write(tmp_path / "a" / "dict")) == expected
    assert read_synsets(tmp_path / "a") == expected


@pytest.mark.parametrize(
    "line", ["dog n", "dog n x 3 @ 1 1 02084071", "dog n 2 1 @ 1 1 02084071", "dog n 0 0 0 0"]
)
def test_other_lines_are_errors(tmp_path: Path, line: str) -> None:
    with pytest.raises(DataError, match=r"index.noun:1: not a line of WordNet's index"):
        read_synsets(write(tmp_path, f"{line}\n"))


def test_missing_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="index.noun"):
        read_synsets(tmp_path)
