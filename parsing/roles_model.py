"""The trained role labeller: hashed features, a small network, numpy only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parsing.parsers import ParserError
from parsing.predicates import Labeller
from parsing.roles_features import FeatureMaker
from parsing.rules import Filler, RuleLabeller
from parsing.tree import Tree

ROLES_FILE = Path(__file__).resolve().parent / "models" / "roles.npz"
SCHEMA = 2
"""Version of features and file; a file of another version cannot be read."""
_UNIQUE = frozenset(("ARG0", "ARG1", "ARG2", "ARG3", "ARG4", "ARG5"))
"""Roles that a predicate has at most once; the weaker claimant falls back to its next best role."""


class RoleModel:
    """Roles by a network over hashed features, the rules' opinion being one of them.

    Every member of the ensemble maps the sum of a candidate's feature vectors (D) through a ReLU, a layer of H with
    ReLU and a layer of as many outputs as labels; log-probabilities are averaged. Label 0 is "no argument".

    Args:
        labels: Role of each output, "" first.
        features: Candidates and feature ids.
        members: For each network embedding (buckets, D), bias (D,), weight1 (D, H), bias1 (H,), weight2
            (H, labels), bias2 (labels,).
        version: Names the weights.
        gold_trees: Whether trees are known to be right; the model was trained on both kinds and trusts them more.
    """

    def __init__(
        self,
        labels: Sequence[str],
        features: FeatureMaker,
        members: Sequence[dict[str, NDArray]],
        version: str,
        gold_trees: bool = False,
    ):
        self.labels = tuple(labels)
        self.features = features
        self.members = members
        self.version = version
        self.gold_trees = gold_trees
        self._rules = RuleLabeller("en")

    def arguments(self, tree: Tree, predicates: Sequence[int]) -> list[list[Filler]]:
        """Role fillers of each predicate, ascending by position; see `parsing.predicates.Labeller`."""
        if not predicates:
            return []
        candidates = [self.features.candidates(tree, verb) for verb in predicates]
        by_rule = self._rules.arguments(tree, predicates)
        rows: list[list[int]] = []
        for verb, found, rules in zip(predicates, candidates, by_rule, strict=True):
            rows += self.features.features(tree, verb, found, rules, self.gold_trees)
        if not rows:
            return [[] for _ in predicates]
        scores = self.scores(rows)
        result, start = [], 0
        for found in candidates:
            part = scores[start : start + len(found)]
            result.append(self._decode([i for i, _ in found], part))
            start += len(found)
        return result

    def for_gold_trees(self) -> RoleModel:
        """The same model for trees that are known to be right."""
        return RoleModel(self.labels, self.features, self.members, f"{self.version}-gold", gold_trees=True)

    def scores(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Mean log-probabilities (candidates, labels) of candidates given by their feature ids."""
        flat = np.fromiter((i for row in rows for i in row), dtype=np.int64)
        starts = np.cumsum([0, *(len(row) for row in rows[:-1])])
        total: NDArray[np.float32] | None = None
        for m in self.members:
            hidden = np.maximum(np.add.reduceat(m["embedding"][flat], starts, axis=0) + m["bias"], 0.0)
            hidden = np.maximum(hidden @ m["weight1"] + m["bias1"], 0.0)
            logits = hidden @ m["weight2"] + m["bias2"]
            logits -= logits.max(axis=1, keepdims=True)
            logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
            total = logits if total is None else total + logits
        assert total is not None
        return total / np.float32(len(self.members))

    def _decode(self, positions: list[int], scores: NDArray[np.float32]) -> list[Filler]:
        best = scores.argmax(axis=1)
        for label, role in enumerate(self.labels):
            if role in _UNIQUE:
                claimants = np.flatnonzero(best == label)
                if len(claimants) > 1:
                    keep = claimants[scores[claimants, label].argmax()]
                    for loser in claimants:
                        if loser != keep:
                            second = scores[loser].copy()
                            second[label] = -np.inf
                            best[loser] = second.argmax()
        return [(i, self.labels[label]) for i, label in zip(positions, best.tolist(), strict=True) if label]


def load_role_model(path: Path = ROLES_FILE) -> RoleModel:
    """Read a role model.

    Raises:
        ParserError: The file is missing or of another schema.
    """
    if not path.is_file():
        raise ParserError(f"the role model is missing, expected {path}; install the package again")
    with np.load(path, allow_pickle=False) as arrays:
        meta = json.loads(bytes(arrays["meta"]).decode())
        if meta["schema"] != SCHEMA:
            raise ParserError(f"{path} has role model schema {meta['schema']}, expected {SCHEMA}")
        members = [_member(arrays, k) for k in range(meta["members"])]
    features = FeatureMaker(frozenset(meta["paths"]), meta["buckets"], meta["frames"])
    return RoleModel(
        meta["labels"], features, members, f"roles-{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
    )


def quantize(embedding: NDArray) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Embedding (buckets, D) as bytes and one scale a column (D,): a quarter of the size."""
    scale = np.maximum(np.abs(embedding).max(axis=0), 1e-12) / 127.0
    return np.rint(embedding / scale).astype(np.int8), scale.astype(np.float32)


def _member(arrays: Mapping[str, NDArray], k: int) -> dict[str, NDArray]:
    """Weights of network `k`, the embedding no longer in bytes."""
    member = {name: arrays[f"{k}/{name}"].astype(np.float32) for name in _ARRAYS}
    member["embedding"] = arrays[f"{k}/bytes"].astype(np.float32) * arrays[f"{k}/scale"]
    return member


_ARRAYS = ("bias", "weight1", "bias1", "weight2", "bias2")


@cache
def default_labeller(language: str = "en") -> Labeller:
    """The labeller for trees of a language: the trained model for English, the rules for Chinese.

    Other languages get the English rules: relations are universal, word lists are not.
    """
    if language == "en" and ROLES_FILE.is_file():
        return load_role_model()
    return RuleLabeller("zh" if language.startswith("zh") else "en")
