"""Candidates of the trained role labeller and their hashed features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parsing.roles_columns import COLUMNS, ColumnMaker
from parsing.tree import Tree

WINDOW = 60
"""Words farther from the predicate are no candidates: time grows with the length of a text, not with its square."""
TEMPLATES = (
    "path", "path lemma", "path voice", "path frame", "path lemma frame", "case path", "case lemma relation",
    "case noun", "case frame relation", "case lemma kind", "case kind relation", "mark path", "mark lemma",
    "mark xpos relation", "frame lemma", "xpos path", "noun path", "noun", "lemma noun", "governor path",
    "verb_tag path", "rule", "rule lemma", "rule case", "rule case lemma", "rule frame", "side relation near",
    "side path upos", "tags relation case", "tags rule voice", "tags path frame", "object case relation",
    "lemma object relation", "kind path voice", "lemma relation xpos", "trust path", "trust rule relation",
    "trust side upos relation", "frame places lemma relation", "places case relation tags", "eventive lemma relation",
    "eventive case path", "between upos", "between lemma", "between path", "trust between voice",
    "before relation side", "before_tag xpos after_tag side", "after relation side", "first path", "first lemma side",
    "first_tag first kind relation", "order path case", "over xpos path", "style rule relation", "style rule case",
    "style path voice", "own first noun", "verb_tag voice between upos", "word side", "suffix relation",
    "noun lemma side", "noun path xpos", "path frame subject", "path clause governor frame",
    "sequence", "sequence lemma", "sequence tags", "sequence case", "kids relation side", "kids path", "over_noun case",
    "word own relation", "case noun relation tags", "suffix case path",
)  # fmt: skip
"""Conjunctions of columns; each gives every candidate one feature."""
_WIDEST = max(len(template.split()) for template in TEMPLATES)
_MASK = (1 << 64) - 1


def _mixed(value: int) -> int:
    """A 64-bit value that looks random (the finalizer of SplitMix64)."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


class FeatureMaker:
    """Finds a predicate's candidates and turns them into hashed features.

    Args:
        paths: Tree paths from a predicate on which candidates are looked for.
        buckets: Number of hash buckets, a power of two.
        frames: Verb lemma -> its roles with function tags, see `ColumnMaker`.
        templates: Conjunctions of columns, one feature each.
    """

    def __init__(
        self,
        paths: frozenset[str],
        buckets: int,
        frames: dict[str, str],
        templates: tuple[str, ...] = TEMPLATES,
    ):
        if buckets < 2 or buckets & (buckets - 1):
            raise ValueError(f"expected a power of two as number of buckets, found {buckets}")
        self.paths = paths
        self.buckets = buckets
        self.frames = frames
        self.templates = templates
        self._prefixes = frozenset(
            path[:end]
            for path in paths
            for end in range(1, len(path) + 1)
            if path[end : end + 1] in ("", "^", "/")
        )
        self.table = ColumnMaker(frames)
        chosen = [[COLUMNS.index(name) for name in template.split()] for template in templates]
        self._columns = np.array([row + [0] * (_WIDEST - len(row)) for row in chosen])
        self._factors = np.array(
            [
                [_mixed(8 * t + k) | 1 if k < len(row) else 0 for k in range(_WIDEST)]
                for t, row in enumerate(chosen)
            ],
            dtype=np.uint64,
        )

    def candidates(self, tree: Tree, verb: int) -> list[tuple[int, str]]:
        """Words on a known path from the predicate and near it, with the path, ascending."""
        found: list[tuple[int, str]] = []
        below: list[tuple[int, str]] = []
        relations, paths, prefixes = tree.relations, self.paths, self._prefixes
        top, before, path = verb, -1, ""
        while True:
            for child in tree.children[top]:
                step = f"{path}/{relations[child]}"
                if child != before and step in prefixes:
                    below.append((child, step))
            step = f"{path}^{relations[top]}"
            if tree.heads[top] < 0 or step not in prefixes:
                break
            before, top, path = top, tree.heads[top], step
            if path in paths:
                found.append((top, path))
        while below:
            i, path = below.pop()
            if path in paths:
                found.append((i, path))
            for child in tree.children[i]:
                step = f"{path}/{relations[child]}"
                if step in prefixes:
                    below.append((child, step))
        return sorted((i, path) for i, path in found if abs(i - verb) <= WINDOW and relations[i] != "punct")

    def features(self, columns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Feature ids (candidates, templates) below `buckets`, from columns (candidates, len(COLUMNS))."""
        values = columns.view(np.uint64)
        mixed = values[:, self._columns[:, 0]] * self._factors[:, 0]
        for k in range(1, _WIDEST):
            mixed += values[:, self._columns[:, k]] * self._factors[:, k]
        mixed ^= mixed >> np.uint64(32)
        mixed *= np.uint64(0xD6E8FEB86659FD93)
        mixed ^= mixed >> np.uint64(32)
        return (mixed & np.uint64(self.buckets - 1)).astype(np.int64)
