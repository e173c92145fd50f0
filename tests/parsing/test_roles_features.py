"""Candidates and hashed features of the role labeller."""

from __future__ import annotations

import numpy as np
import pytest

from parsing.roles_columns import COLUMNS, ColumnMaker, Sentence
from parsing.roles_features import TEMPLATES, WINDOW, FeatureMaker
from parsing.tree import Tree
from tests.parsing.trees import tree

BITES = tree("a/DT/2/det dog/NN/3/nsubj bites:bite/VBZ/0/root a/DT/5/det man/NN/3/obj now/RB/3/advmod")
WANTS = tree(
    "she/PRP/2/nsubj wants:want/VBZ/0/root to/TO/4/mark eat/VB/2/xcomp rice/NN/4/obj and/CC/7/cc drink/VB/4/conj"
)
PATHS = frozenset(("/nsubj", "/obj", "/advmod", "^xcomp/nsubj", "^conj^xcomp/nsubj", "^conj/obj"))
FRAMES = {"bite": "0PAG 1PPT"}


def sentence(
    maker: FeatureMaker, found: Tree, verbs: list[int], rules: list[list[tuple[int, str]]]
) -> Sentence:
    return Sentence(found, verbs, [maker.candidates(found, verb) for verb in verbs], rules)


@pytest.mark.parametrize("tokens", [BITES, WANTS])
def test_candidates_are_the_words_on_known_paths(tokens):
    found = Tree(tokens)
    maker = FeatureMaker(PATHS, 64, {})
    for verb in range(len(found)):
        wanted = [
            (i, path) for i in range(len(found)) if i != verb and (path := found.path(verb, i)) in PATHS
        ]
        assert maker.candidates(found, verb) == wanted
    assert FeatureMaker(PATHS, 64, {}).candidates(Tree(WANTS), 6) == [
        (0, "^conj^xcomp/nsubj"),
        (4, "^conj/obj"),
    ]


def test_words_far_away_are_no_candidates():
    count = WINDOW + 3
    words = " ".join(f"x{k}/RB/1/advmod" for k in range(count))
    found = Tree(tree(f"go/VB/0/root {words}"))
    candidates = FeatureMaker(PATHS, 64, {}).candidates(found, 0)
    assert [i for i, _ in candidates] == list(range(1, WINDOW + 1))


def test_features_depend_on_the_words_and_not_on_the_process():
    found = Tree(BITES)
    maker, other = FeatureMaker(PATHS, 1 << 12, FRAMES), FeatureMaker(PATHS, 1 << 12, FRAMES)
    columns = maker.table.columns([sentence(maker, found, [2], [[(1, "ARG0")]])], "P")
    ids = maker.features(columns)
    again = other.table.columns([sentence(other, found, [2], [[(1, "ARG0")]])], "P")
    assert ids.shape == (3, len(TEMPLATES))
    assert ids.min() >= 0 and ids.max() < 1 << 12
    assert (ids == other.features(again)).all()
    changed = maker.features(maker.table.columns([sentence(maker, found, [2], [[(1, "ARG1")]])], "P"))
    differs = [TEMPLATES[k] for k in np.flatnonzero((ids != changed).any(axis=0))]
    assert differs and all("rule" in template for template in differs)
    assert ids[0, :3].tolist() == [1505, 993, 2390]


def test_many_sentences_at_once_give_what_each_gives_alone():
    maker = FeatureMaker(PATHS, 1 << 12, FRAMES)
    parts = [
        sentence(maker, Tree(BITES), [2], [[(1, "ARG0")]]),
        sentence(maker, Tree(tree("sit/VB/0/root")), [0], [[]]),
        sentence(maker, Tree(WANTS), [1, 3, 6], [[], [(0, "ARG0")], []]),
    ]
    together = maker.table.columns(parts, "P")
    alone = [maker.table.columns([part], "P") for part in parts]
    assert together.shape == (8, len(COLUMNS))
    assert (together == np.concatenate(alone)).all()
    assert maker.features(alone[1]).shape == (0, len(TEMPLATES))


def test_columns_say_what_the_tree_says():
    maker = FeatureMaker(PATHS, 1 << 12, FRAMES)
    columns = maker.table.columns([sentence(maker, Tree(BITES), [2], [[(1, "ARG0")]])], "G")
    subject = dict(zip(COLUMNS, columns[0].tolist(), strict=True))
    wanted = {
        "noun": "dog", "xpos": "NN", "lemma": "bite", "voice": "A", "frame": "Aos", "tags": "0PAG 1PPT", "trust": "G",
        "path": "/nsubj", "rule": "ARG0", "side": "L", "near": "1", "between": "L", "order": "1", "before": "a",
        "after": "bite", "first": "a", "over_noun": "bite", "sequence": "*sVor", "style": "c", "object": "man",
    }  # fmt: skip
    assert {name: subject[name] for name in wanted} == {k: maker.table.code(v) for k, v in wanted.items()}


def test_codes_survive_a_full_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("parsing.roles_columns._CACHE_LIMIT", 2)
    maker = ColumnMaker({})
    assert [maker.code(text) for text in "abcdabcd"] == [maker.code(text) for text in "abcd"] * 2


def test_buckets_are_a_power_of_two():
    with pytest.raises(ValueError, match="power of two"):
        FeatureMaker(PATHS, 1000, {})
