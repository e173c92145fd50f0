"""All training steps in order, tiny: the files are there, are read, and are the same the second time."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import torch

from parsing.roles_model import load_role_model
from parsing.training.role_network import NetworkOptions
from parsing.training.train_all import train_all
from parsing.training.train_pipeline import PipelineOptions
from parsing.training.train_roles import RoleOptions
from parsing.training.word_vectors import VectorOptions
from parsing.tree import Tree
from tests.parsing.training.test_grammar import FRAMES
from tests.parsing.training.test_train_pipeline import TREES

VECTORS = VectorOptions(width=4, least=1, contexts=8)
TINY = PipelineOptions(steps=3, captions=300, width=16, depth=1, hidden=8, rows=(50, 50, 50, 50), words=60)


def folder(path: Path) -> Path:
    path.mkdir()
    predicates = [{"i": 2, "sense": "see.01", "args": {"1": ["ARG0"], "4": ["ARG1"]}, "spans": []}]
    for name in ("train", "dev"):
        with gzip.open(path / f"ewt_{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            for tokens in TREES[1:] * 24:
                rows = [[t.text, t.lemma, t.upos, t.xpos, t.feats or "_", t.head, t.deprel] for t in tokens]
                file.write(json.dumps({"toks": rows, "preds": predicates}) + "\n")
    with gzip.open(path / "frames.json.gz", "wt", encoding="utf-8") as file:
        json.dump(FRAMES, file)
    with gzip.open(path / "frames_examples.jsonl.gz", "wt", encoding="utf-8") as file:
        words = [token.text for token in TREES[1]]
        for _ in range(9):
            file.write(json.dumps({"words": words, "rel": [2], "spans": [["ARG0", 0, 1]]}) + "\n")
    return path


def files(path: Path) -> dict[str, bytes]:
    return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


def test_twice_the_same_files(tmp_path: Path):
    data = folder(tmp_path / "data")
    network = NetworkOptions(buckets=256, width=8, hidden=8, epochs=30, batch=8, learning_rate=2e-2)
    roles = RoleOptions(captions=20, members=2)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for run in ("a", "b"):
            work, output = tmp_path / run / "work", tmp_path / run / "models"
            train_all(data, work, output, TINY, TINY, 2, roles, network, VECTORS)
    finally:
        torch.set_num_threads(threads)
    first, second = files(tmp_path / "a"), files(tmp_path / "b")
    assert first == second
    assert {
        "models/roles.npz",
        "models/pipeline/meta.json",
        "work/jackknife.gz",
        "work/examples.gz",
        "work/vectors.npz",
    } <= set(first)
    assert "models/pipeline/done" not in first
    assert first["models/pipeline/vocab/vectors"]
    model = load_role_model(tmp_path / "a" / "models" / "roles.npz").for_gold_trees()
    assert model.arguments(Tree(TREES[1]), [2]) == [[(1, "ARG0"), (4, "ARG1")]]


def test_what_is_there_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = folder(tmp_path / "data")
    work, output = tmp_path / "work", tmp_path / "models"
    arguments = (
        TINY,
        TINY,
        2,
        RoleOptions(captions=2, members=1),
        NetworkOptions(buckets=64, width=4, hidden=4, epochs=1),
        VECTORS,
    )
    train_all(data, work, output, *arguments)
    before = (output / "roles.npz").read_bytes()
    for name in ("train", "jackknife", "trees_of_words", "learn"):
        monkeypatch.delattr(f"parsing.training.train_all.{name}")
    train_all(data, work, output, *arguments)
    assert (output / "roles.npz").read_bytes() == before
