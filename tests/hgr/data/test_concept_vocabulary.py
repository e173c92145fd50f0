"""Published concept files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hgr.data.concept_vocabulary import read_concepts
from hgr.errors import DataError


def write(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_frequencies_keep_the_order_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "verb_words_freq.json", {"play": 9, "walk": 4, "run": 4})
    assert read_concepts(path, 2) == ("play", "walk")


def test_concepts_of_captions_are_counted_as_published(tmp_path: Path) -> None:
    path = write(tmp_path / "sent_concept_noun.json", {"v1": [["dog", "man"], ["dog"]], "v2": [["cat"], []]})
    assert read_concepts(path, 10) == ("dog", "man", "cat")


@pytest.mark.parametrize(
    "content", [[], {}, {"v": [["dog"], "cat"]}, {"v": [[1]]}, {"v": [[]]}, {"dog": True}]
)
def test_other_content_is_an_error_that_names_the_file(tmp_path: Path, content: object) -> None:
    path = write(tmp_path / "x.json", content)
    with pytest.raises(DataError, match="x.json"):
        read_concepts(path, 5)


def test_missing_and_broken_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_concepts(tmp_path / "none.json", 5)
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="not JSON"):
        read_concepts(tmp_path / "bad.json", 5)
