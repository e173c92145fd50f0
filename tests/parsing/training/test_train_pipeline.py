"""Training of the pipeline, tiny: it runs, and twice with the same seed gives the same files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from random import Random

import pytest

from parsing.training.train_pipeline import (
    PipelineOptions,
    batches,
    example,
    learning_rate,
    lowered,
    plain_doc,
    train,
)
from parsing.training.word_vectors import WordVectors
from tests.parsing.training.test_grammar import FRAMES
from tests.parsing.trees import tree

TREES = [
    tree("The/DT/2/det dog/NN/3/nsubj ran:run/VBD/0/root home/RB/3/advmod !/./3/punct"),
    tree("A/DT/2/det cat/NN/3/nsubj sees:see/VBZ/0/root two/CD/5/nummod birds:bird/NNS/3/obj"),
]


def folder(path: Path) -> Path:
    for name in ("train", "dev"):
        with gzip.open(path / f"ewt_{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            for tokens in TREES * 6:
                rows = [[t.text, t.lemma, t.upos, t.xpos, t.feats or "_", t.head, t.deprel] for t in tokens]
                file.write(json.dumps({"toks": rows, "preds": []}) + "\n")
    with gzip.open(path / "frames.json.gz", "wt", encoding="utf-8") as file:
        json.dump(FRAMES, file)
    return path


def test_lowered_drops_case_and_final_punctuation():
    assert [t.text for t in lowered(TREES[0])] == ["the", "dog", "ran", "home"]


def test_learning_rate_rises_stays_and_falls():
    options = PipelineOptions(steps=100, warmup=10, decay_from=0.5, learning_rate=1.0)
    rates = [learning_rate(options, step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[20] == rates[49] == 1.0
    assert rates[75] == pytest.approx(0.5)
    assert rates[-1] < 0.03


def test_batches_hold_enough_words():
    class Grammar:
        def caption(self):
            return TREES[1]

    stream = batches(TREES, Grammar(), PipelineOptions(words=50, captions=3), Random(0))  # type: ignore[arg-type]
    for _, batch in zip(range(20), stream, strict=False):
        assert sum(len(t) for t in batch) >= 5


def test_training_twice_gives_the_same_files(tmp_path: Path):
    data = folder(tmp_path)
    options = PipelineOptions(
        steps=3, captions=10, width=16, depth=1, hidden=8, rows=(50, 50, 50, 50), words=60
    )
    for name in ("one", "two"):
        scores = train(data, tmp_path / name, options)
        assert 0 <= scores["las"] <= 100
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert files
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_predicted_trees_are_written_and_read(tmp_path: Path):
    from parsing.training.tree_files import read_trees, write_trees

    write_trees(tmp_path / "trees.gz", TREES)
    assert read_trees(tmp_path / "trees.gz") == TREES


def test_a_pipeline_that_is_read_again_finds_the_vectors_of_every_spelling(tmp_path: Path):
    import numpy as np
    import spacy

    from parsing.training.train_pipeline import build_pipeline, write_pipeline

    vectors = WordVectors(("dog", "ran", "3d"), np.eye(3, 4, dtype=np.float32))
    nlp = build_pipeline(PipelineOptions(width=16, depth=1, hidden=8, rows=(50, 50, 50, 50)), vectors)
    assert [nlp.vocab.vectors.find(key=nlp.vocab[w].lower) for w in ("DOG", "Ran", "cat")] == [0, 1, -1]
    before = nlp.vocab.vectors
    nlp.initialize(lambda: [example(nlp, tree) for tree in TREES * 30])
    write_pipeline(nlp, tmp_path / "p", vectors)
    assert nlp.vocab.vectors is before
    again = spacy.load(tmp_path / "p")
    for word, row in (("dog", 0), ("Dog", 0), ("DOG", 0), ("ran", 1), ("3D", 2), ("dOg", -1)):
        assert again.vocab.vectors.find(key=again.vocab.strings.add(word)) == row
    words = [["The", "dog", "RAN"], ["Ran", "Dog"]]
    ours, theirs = (
        [p.get_pipe("tok2vec").predict([plain_doc(p, w)])[0] for w in words] for p in (nlp, again)
    )
    for a, b in zip(ours, theirs, strict=True):
        assert np.array_equal(a, b)
