"""Reading the treebank."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from parsing.training.treebank import GoldPredicate, read_treebank

ROW = {
    "id": "x",
    "toks": [
        ["Dogs", "dog", "NOUN", "NNS", "Number=Plur", 1, "nsubj"],
        ["bark", "bark", "VERB", "VBP", "_", -1, "root"],
    ],
    "preds": [{"i": 1, "sense": "bark.01", "args": {"0": ["ARG0"]}, "spans": [["ARG0", 0, 0]]}],
}


def write(path: Path, *lines: str) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines))
    return path


def test_read(tmp_path: Path):
    (sentence,) = read_treebank(write(tmp_path / "a.gz", json.dumps(ROW)))
    assert [t.text for t in sentence.tokens] == ["Dogs", "bark"]
    assert sentence.tokens[1].feats == ""
    assert sentence.predicates == (GoldPredicate(1, "bark.01", ((0, "ARG0"),)),)


def test_bad_line_is_named(tmp_path: Path):
    with pytest.raises(ValueError, match=r"a\.gz:2"):
        read_treebank(write(tmp_path / "a.gz", json.dumps(ROW), '{"toks": [1]}'))
