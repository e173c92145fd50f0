"""Example sentences of the frame files: reading, and argument words on a tree."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from parsing.training.frame_examples import FrameExample, argument_heads, read_examples
from tests.parsing.trees import tree

EATS = tree(
    "the/DT/2/det dog/NN/4/nsubj quickly/RB/4/advmod eats/VBZ/0/root a/DT/6/det bone/NN/4/obj !/./4/punct "
    "now/RB/4/advmod"
)


def written(path: Path, *records: object) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def test_an_argument_is_the_word_whose_head_lies_outside_its_span():
    example = FrameExample(
        tuple(token.text for token in EATS),
        3,
        (("ARG0", 0, 1), ("ARG1", 4, 7), ("C-V", 2, 2), ("ARGM-TMP", 7, 9)),
    )
    assert argument_heads(example, EATS) == {1: "ARG0", 5: "ARG1", 7: "ARG1"}


def test_examples_with_one_predicate_word_are_read(tmp_path: Path):
    good = {"words": ["it", "rains"], "rel": [1], "spans": [["ARG1", 0, 0]], "rs": "rain.01"}
    two = good | {"rel": [0, 1]}
    spaced = good | {"words": ["it is", "raining"]}
    path = written(tmp_path / "examples.gz", good, two, spaced)
    assert read_examples(path) == [FrameExample(("it", "rains"), 1, (("ARG1", 0, 0),))]


def test_a_bad_line_is_named(tmp_path: Path):
    path = written(tmp_path / "examples.gz", {"words": ["it"]})
    with pytest.raises(ValueError, match=r"examples.gz:1: expected an object"):
        read_examples(path)
