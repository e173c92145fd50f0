"""The trained role labeller: features, decoding, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from parsing import ParserError
from parsing.roles_features import FeatureMaker
from parsing.roles_model import RoleModel, default_labeller, load_role_model
from parsing.training.npz_file import write_npz
from parsing.training.role_network import NetworkOptions, RoleNetwork, fit
from parsing.training.train_roles import caption_items, known_paths, role_data, write_model
from parsing.tree import Tree
from tests.parsing.trees import tree

ACTIVE = tree("a/DT/2/det dog/NN/3/nsubj bites:bite/VBZ/0/root a/DT/5/det man/NN/3/obj now/RB/3/advmod")
PATHS = frozenset(("/nsubj", "/obj", "/advmod"))
LABELS = ("", "ARG0", "ARG1", "ARGM-TMP")


def model(scores: list[list[float]], paths: frozenset[str] = PATHS) -> RoleModel:
    """A model that gives each candidate fixed scores, whatever its features."""
    maker = FeatureMaker(paths, 64, {})
    found = RoleModel(LABELS, maker, [], "fixed")
    found.scores = lambda features, sizes: np.array(scores, dtype=np.float32)  # type: ignore[method-assign]
    return found


def test_numbered_roles_are_given_once():
    labels = model([[0, 3, 1, 0], [0, 5, 2, 0], [0, 0, 0, 1]]).arguments(Tree(ACTIVE), [2])
    assert labels == [[(1, "ARG1"), (4, "ARG0"), (5, "ARGM-TMP")]]


def test_a_clause_shares_its_role_with_its_subject():
    words = Tree(tree("they/PRP/2/nsubj watch/VBP/0/root dogs/NNS/2/obj jump:jump/VB/2/xcomp"))
    paths = frozenset(("/nsubj", "/obj", "/xcomp"))
    found = model([[0, 3, 1, 0], [0, 0, 4, 0], [0, 0, 5, 0]], paths).arguments(words, [1])
    assert found == [[(0, "ARG0"), (2, "ARG1"), (3, "ARG1")]]
    found = model([[1, 0, 3, 0], [0, 0, 4, 0], [0, 0, 5, 0]], paths).arguments(words, [1])
    assert found == [[(2, "ARG1"), (3, "ARG1")]]  # subject and object do not share


def test_no_argument_is_left_out():
    assert model([[9, 0, 0, 0], [0, 0, 1, 0], [9, 0, 0, 0]]).arguments(Tree(ACTIVE), [2]) == [[(4, "ARG1")]]


def test_no_predicates_give_nothing():
    assert model([]).arguments(Tree(ACTIVE), []) == []


def trained(folder: Path, members: int = 1) -> Path:
    items = caption_items([ACTIVE] * 60)
    maker = FeatureMaker(known_paths(items, 1), 256, {"bite": "0PAG 1PPT"})
    data = role_data(maker, LABELS, {"P": items, "E": items[:10]})
    options = NetworkOptions(
        buckets=256, width=8, hidden=8, epochs=25, batch=8, dropout=0.0, example_epochs=2, learning_rate=1e-2
    )
    path = folder / "roles.npz"
    write_model(path, maker, LABELS, [fit(data, len(LABELS), options, k) for k in range(members)])
    return path


def test_numpy_computes_what_torch_computes(tmp_path: Path):
    found = load_role_model(trained(tmp_path))
    arrays = found.members[0]
    network = RoleNetwork(NetworkOptions(buckets=256, width=8, hidden=8), len(LABELS)).eval()
    with torch.no_grad():
        network.embedding.weight[:-1] = torch.from_numpy(arrays["bytes"] * arrays["scale"])
        network.bias[:] = torch.from_numpy(arrays["bias"])
        for k in range(1, 5):
            layer = getattr(network, f"layer{k}")
            layer.weight[:] = torch.from_numpy(arrays[f"weight{k}"].T)
            layer.bias[:] = torch.from_numpy(arrays[f"bias{k}"])
        features = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (9, 11)))
        sizes = [4, 1, 4]
        _, scores = network(features, 1.0, torch.tensor(sizes))
        wanted = torch.log_softmax(scores, dim=1).numpy()
    np.testing.assert_allclose(found.scores(features.numpy(), sizes), wanted, atol=1e-4)


def test_trees_together_get_what_each_gets_alone(tmp_path: Path):
    found = load_role_model(trained(tmp_path, 2))
    short = tree("a/DT/2/det dog/NN/3/nsubj bites:bite/VBZ/0/root")
    trees = [Tree(ACTIVE), Tree(tree("dogs/NNS/0/root")), Tree(short), *[Tree(ACTIVE)] * 40]
    predicates = [[2], [], [2], *[[2]] * 40]
    alone = [found.arguments(one, heads) for one, heads in zip(trees, predicates, strict=True)]
    assert found.arguments_of_many(trees, predicates) == alone
    assert alone[:3] == [[[(1, "ARG0"), (4, "ARG1"), (5, "ARGM-TMP")]], [], [[(1, "ARG0")]]]


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
