"""The trained role labeller: features, decoding, files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from parsing import ParserError
from parsing.roles_features import FeatureMaker
from parsing.roles_model import SCHEMA, RoleModel, default_labeller, load_role_model, quantize
from parsing.training.train_roles import RoleOptions, _fit, caption_items, known_paths, write_npz
from parsing.tree import Tree
from tests.parsing.trees import tree

ACTIVE = tree("a/DT/2/det dog/NN/3/nsubj bites:bite/VBZ/0/root a/DT/5/det man/NN/3/obj now/RB/3/advmod")
PATHS = frozenset(("/nsubj", "/obj", "/advmod"))
LABELS = ("", "ARG0", "ARG1", "ARGM-TMP")


def model(scores: list[list[float]]) -> RoleModel:
    """A model that gives each candidate fixed scores, whatever its features."""
    maker = FeatureMaker(PATHS, 64, {})
    found = RoleModel(LABELS, maker, [], "fixed")
    found.scores = lambda rows: np.array(scores, dtype=np.float32)  # type: ignore[method-assign]
    return found


def test_candidates_are_the_words_on_known_paths():
    maker = FeatureMaker(PATHS, 64, {})
    assert maker.candidates(Tree(ACTIVE), 2) == [(1, "/nsubj"), (4, "/obj"), (5, "/advmod")]


def test_features_depend_on_the_words_and_not_on_the_process():
    maker = FeatureMaker(PATHS, 1 << 12, {"bite": "0PAG 1PPT"})
    sentence = Tree(ACTIVE)
    first = maker.features(sentence, 2, maker.candidates(sentence, 2), [(1, "ARG0")])
    again = FeatureMaker(PATHS, 1 << 12, {"bite": "0PAG 1PPT"}).features(
        sentence, 2, maker.candidates(sentence, 2), [(1, "ARG0")]
    )
    assert first == again
    assert all(0 < i < 1 << 12 for row in first for i in row)
    assert first != maker.features(sentence, 2, maker.candidates(sentence, 2), [(1, "ARG1")])
    assert maker._hash("p/nsubj") == 935


def test_numbered_roles_are_given_once():
    labels = model([[0, 3, 1, 0], [0, 5, 2, 0], [0, 0, 0, 1]]).arguments(Tree(ACTIVE), [2])
    assert labels == [[(1, "ARG1"), (4, "ARG0"), (5, "ARGM-TMP")]]


def test_no_argument_is_left_out():
    assert model([[9, 0, 0, 0], [0, 0, 1, 0], [9, 0, 0, 0]]).arguments(Tree(ACTIVE), [2]) == [[(4, "ARG1")]]


def test_no_predicates_give_nothing():
    assert model([]).arguments(Tree(ACTIVE), []) == []


def trained(folder: Path) -> Path:
    items = caption_items([ACTIVE] * 40)
    maker = FeatureMaker(known_paths(items, 1), 256, {})
    index = {label: k for k, label in enumerate(LABELS)}
    rows, targets = [], []
    for sentence, verb, roles in items:
        candidates = maker.candidates(sentence, verb)
        rows += maker.features(sentence, verb, candidates, list(roles.items()))
        targets += [index[roles.get(i, "")] for i, _ in candidates]
    options = RoleOptions(buckets=256, width=8, hidden=8, epochs=25, batch=8, dropout=0.0, members=1)
    member = _fit(rows, np.array(targets), len(LABELS), options, 1)
    meta = {
        "schema": SCHEMA,
        "labels": LABELS,
        "paths": sorted(maker.paths),
        "buckets": 256,
        "frames": {},
        "members": 1,
    }
    arrays = {"meta": np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8)}
    arrays["0/bytes"], arrays["0/scale"] = quantize(member.pop("embedding"))
    path = folder / "roles.npz"
    write_npz(path, arrays | {f"0/{name}": value for name, value in member.items()})
    return path


def test_training_learns_writes_and_reads_the_same(tmp_path: Path):
    path = trained(tmp_path)
    found = load_role_model(path)
    assert found.arguments(Tree(ACTIVE), [2]) == [[(1, "ARG0"), (4, "ARG1"), (5, "ARGM-TMP")]]
    (tmp_path / "again").mkdir()
    assert trained(tmp_path / "again").read_bytes() == path.read_bytes()
    assert load_role_model(path).version == found.version


def test_missing_file_and_other_schema_are_errors(tmp_path: Path):
    with pytest.raises(ParserError, match="missing"):
        load_role_model(tmp_path / "none.npz")
    write_npz(tmp_path / "new.npz", {"meta": np.frombuffer(b'{"schema": 99}', dtype=np.uint8)})
    with pytest.raises(ParserError, match="99"):
        load_role_model(tmp_path / "new.npz")


def test_default_labellers():
    assert default_labeller("en").version.startswith("roles-")
    assert default_labeller("zh").version.endswith("-zh")
    assert default_labeller("de").version.endswith("-en")
