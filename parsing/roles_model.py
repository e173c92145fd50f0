"""The trained role labeller: hashed features, a small network, numpy only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parsing.english import ASK_VERBS, TEACH_VERBS
from parsing.parsers import ParserError
from parsing.predicates import Labeller
from parsing.roles_columns import Sentence
from parsing.roles_features import FeatureMaker
from parsing.rules import Filler, RuleLabeller
from parsing.tree import Tree

ROLES_FILE = Path(__file__).resolve().parent / "models" / "roles.npz"
SCHEMA = 3
"""Version of features and file; a file of another version cannot be read."""
_UNIQUE = frozenset(("ARG0", "ARG1", "ARG2", "ARG3", "ARG4", "ARG5"))
"""Roles that a predicate has at most once; the weaker claimant falls back to its next best role."""
_CLAUSES = frozenset(("/xcomp", "/ccomp"))
"""Clauses share a role with their subject: in "watch a dog jump" PropBank's one argument is "a dog jump", of which a
tree makes an object and a clause."""
_TELLING = ASK_VERBS | TEACH_VERBS
"""Verbs whose object hears what the clause says: there the two have roles of their own."""


_TOGETHER = 32
"""Trees whose candidates go through the networks together: enough for speed, few enough for the processor's cache."""


class RoleModel:
    """Roles by small networks over hashed features, the rules' opinion being one of them.

    A network sums the vectors of a candidate's features (D) and applies a ReLU; a layer of H units with ReLU reads
    this and mean and maximum over all candidates of the predicate, and names roles; a second layer of H units reads
    the first one, these roles, and what the candidates to the left and to the right got, and corrects them.
    Log-probabilities of several networks are averaged. Label 0 is "no argument".

    Args:
        labels: Role of each output, "" first.
        features: Candidates and feature ids.
        members: For each network its arrays, see `ARRAYS`.
        version: Names the weights.
        gold_trees: Whether trees are known to be right; the model was trained on both kinds and trusts them more.
    """

    def __init__(
        self,
        labels: Sequence[str],
        features: FeatureMaker,
        members: Sequence[Mapping[str, NDArray]],
        version: str,
        gold_trees: bool = False,
    ):
        self.labels = tuple(labels)
        self.features = features
        self.members = members
        self.version = version
        self.gold_trees = gold_trees
        self._table = np.concatenate([m["bytes"] for m in members], axis=1) if members else None
        self._rules = RuleLabeller("en")
        self._unique = [label for label, role in enumerate(self.labels) if role in _UNIQUE]

    def arguments(self, tree: Tree, predicates: Sequence[int]) -> list[list[Filler]]:
        """Role fillers of each predicate, ascending by position; see `parsing.predicates.Labeller`."""
        return self.arguments_of_many([tree], [predicates])[0]

    def arguments_of_many(
        self, trees: Sequence[Tree], predicates: Sequence[Sequence[int]]
    ) -> list[list[list[Filler]]]:
        """The same for many trees, which costs less a tree."""
        result: list[list[list[Filler]]] = []
        for start in range(0, len(trees), _TOGETHER):
            part = slice(start, start + _TOGETHER)
            result += self._arguments(trees[part], predicates[part])
        return result

    def _arguments(
        self, trees: Sequence[Tree], predicates: Sequence[Sequence[int]]
    ) -> list[list[list[Filler]]]:
        sentences = [
            Sentence(
                tree,
                heads,
                [self.features.candidates(tree, verb) for verb in heads],
                self._rules.arguments(tree, heads),
            )
            for tree, heads in zip(trees, predicates, strict=True)
        ]
        sizes = [len(found) for sentence in sentences for found in sentence.candidates if found]
        if not sizes:
            return [[[] for _ in heads] for heads in predicates]
        columns = self.features.table.columns(sentences, "G" if self.gold_trees else "P")
        scores = self.scores(self.features.features(columns), sizes)
        best = scores.argmax(axis=1).tolist()
        result, start = [], 0
        for sentence in sentences:
            fillers = []
            for verb, found in zip(sentence.predicates, sentence.candidates, strict=True):
                end = start + len(found)
                told = sentence.tree.lemmas[verb] in _TELLING
                sharing: frozenset[str] = frozenset() if told else _CLAUSES
                fillers.append(self._decode(found, best[start:end], scores[start:end], sharing))
                start = end
            result.append(fillers)
        return result

    def for_gold_trees(self) -> RoleModel:
        """The same model for trees that are known to be right."""
        return RoleModel(self.labels, self.features, self.members, f"{self.version}-gold", gold_trees=True)

    def scores(self, features: NDArray[np.int64], sizes: Sequence[int]) -> NDArray[np.float32]:
        """Mean log-probabilities (candidates, labels).

        Args:
            features: Feature ids (candidates, templates), predicate by predicate.
            sizes: Number of candidates of each predicate, none 0.
        """
        counts = np.array(sizes)
        starts = np.cumsum(counts) - counts
        group = np.repeat(np.arange(len(counts)), counts)
        assert self._table is not None
        vectors = self._table.take(features.T.ravel(), axis=0).reshape(*features.T.shape, -1)
        sums = np.split(vectors.sum(axis=0, dtype=np.int16), len(self.members), axis=1)
        total = np.zeros((len(features), len(self.labels)), dtype=np.float32)
        for member, one in zip(self.members, sums, strict=True):
            total += _log_probabilities(member, one, counts, starts, group)
        return total / np.float32(len(self.members))

    def _decode(
        self,
        candidates: Sequence[tuple[int, str]],
        best: list[int],
        scores: NDArray[np.float32],
        sharing: frozenset[str],
    ) -> list[Filler]:
        for label in self._unique:
            if best.count(label) > 1:
                claimants = [
                    k for k, (_, path) in enumerate(candidates) if best[k] == label and path not in sharing
                ]
                if len(claimants) < 2:
                    continue
                keep = claimants[int(scores[claimants, label].argmax())]
                for loser in claimants:
                    if loser != keep:
                        second = scores[loser].copy()
                        second[label] = -np.inf
                        best[loser] = int(second.argmax())
        return [(i, self.labels[label]) for (i, _), label in zip(candidates, best, strict=True) if label]


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
    features = FeatureMaker(
        frozenset(meta["paths"]), meta["buckets"], meta["frames"], tuple(meta["templates"])
    )
    return RoleModel(
        meta["labels"], features, members, f"roles-{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
    )


def quantize(embedding: NDArray) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Embedding (buckets, D) as bytes and one scale a column (D,): a quarter of the size."""
    scale = np.maximum(np.abs(embedding).max(axis=0), 1e-12) / 127.0
    return np.rint(embedding / scale).astype(np.int8), scale.astype(np.float32)


def _member(arrays: Mapping[str, NDArray], k: int) -> dict[str, NDArray]:
    """Arrays of network `k`."""
    return {name: arrays[f"{k}/{name}"] for name in ARRAYS}


ARRAYS = (
    "bytes", "scale", "bias", "weight1", "bias1", "weight2", "bias2", "weight3", "bias3", "weight4", "bias4",
)  # fmt: skip
"""Embedding (buckets, D) in bytes with a scale (D,) and a bias (D,); layers 3 D -> H -> labels and
H + 3 labels -> H -> labels."""


def _log_probabilities(
    m: Mapping[str, NDArray],
    sums: NDArray[np.int16],
    counts: NDArray[np.int64],
    starts: NDArray[np.int64],
    group: NDArray[np.int64],
) -> NDArray[np.float32]:
    """One network's log-probabilities (candidates, labels), from its sums of vectors in bytes (candidates, D)."""
    hidden = np.maximum(sums * m["scale"] + m["bias"], 0.0)
    mean = np.add.reduceat(hidden, starts, axis=0) / counts[:, None].astype(np.float32)
    around = np.concatenate([mean, np.maximum.reduceat(hidden, starts, axis=0)], axis=1)
    width = hidden.shape[1]
    read = hidden @ m["weight1"][:width] + (around @ m["weight1"][width:] + m["bias1"])[group]
    read = np.maximum(read, 0.0)
    first = read @ m["weight2"] + m["bias2"]
    given = np.exp(_normalized(first))
    running = np.cumsum(given, axis=0)
    left = running - given - (running[starts] - given[starts])[group]
    right = (running[starts + counts - 1] - running[starts] + given[starts])[group] - left - given
    again = np.concatenate([read, given, left, right], axis=1) @ m["weight3"] + m["bias3"]
    return _normalized(first + np.maximum(again, 0.0) @ m["weight4"] + m["bias4"])


def _normalized(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    logits = logits - logits.max(axis=1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


@cache
def default_labeller(language: str = "en") -> Labeller:
    """The labeller for trees of a language: the trained model for English, the rules for Chinese.

    Other languages get the English rules: relations are universal, word lists are not.
    """
    if language == "en" and ROLES_FILE.is_file():
        return load_role_model()
    return RuleLabeller("zh" if language.startswith("zh") else "en")
