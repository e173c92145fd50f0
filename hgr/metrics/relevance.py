"""Proxies of graded relevance from captions: how much two captions say the same.

Wray, Doughty, Damen: On Semantic Similarity in Video Retrieval, CVPR 2021; role-graph overlap is our own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from graphs.levels import ACTION, ENTITY
from graphs.role_graph import RoleGraph

Words = Sequence[Collection[str]]
_Worded = tuple[list[str], list[str]]
"""A caption's words and their stems."""


class TaggedWord(Protocol):
    """A word with its part of speech, as `parsing.Token` is."""

    text: str
    upos: str
    lemma: str


def set_overlap(first: Words, second: Words) -> Tensor:
    """Intersection over union of every pair of sets; 0 for two empty sets.

    >>> set_overlap([{"man", "dog"}], [{"dog"}, set()])
    tensor([[0.5000, 0.0000]])

    Args:
        first: N sets.
        second: M sets.

    Returns:
        (N, M) float32.
    """
    vocabulary = {word: i for i, word in enumerate(sorted({w for group in (*first, *second) for w in group}))}
    a, b = (_indicator(sets, vocabulary) for sets in (first, second))
    both = torch.sparse.mm(a, b.to_dense().T) if vocabulary else torch.zeros(len(first), len(second))
    sizes = [torch.tensor([float(len(set(s))) for s in sets]) for sets in (first, second)]
    union = sizes[0].unsqueeze(1) + sizes[1] - both
    return both / union.clamp(min=1.0)


def bag_of_words(first: Sequence[str], second: Sequence[str], stop_words: Collection[str]) -> Tensor:
    """Overlap of the captions' words, split at blanks as they stand, stop words left out.

    Args:
        first: N captions.
        second: M captions.
        stop_words: Words that do not count (the paper: spaCy's English list).

    Returns:
        (N, M) float32.
    """
    stop = set(stop_words)
    sets = [
        [{w for w in text.split(" ") if w and w not in stop} for text in texts] for texts in (first, second)
    ]
    return set_overlap(sets[0], sets[1])


def parts_of_speech(first: Sequence[Sequence[TaggedWord]], second: Sequence[Sequence[TaggedWord]]) -> Tensor:
    """Mean of the overlap of verbs and the overlap of nouns, words as they stand.

    A caption without a verb has relevance one half to itself, one without verb and noun 0, as published.

    Args:
        first: N captions as tagged words ("VERB" and "NOUN" count, auxiliaries and names do not).
        second: M captions.

    Returns:
        (N, M) float32.
    """
    return _mean_by_tag(first, second, lambda word: (word.text,))


def synsets(
    first: Sequence[Sequence[TaggedWord]],
    second: Sequence[Sequence[TaggedWord]],
    lookup: Mapping[tuple[str, str], Collection[str]],
) -> Tensor:
    """Mean of the overlap of verb synsets and the overlap of noun synsets.

    Args:
        first: N captions as tagged words.
        second: M captions.
        lookup: (lemma, "VERB" or "NOUN") -> synset names, from WordNet data that the user has; a word that is not
            there stands for itself.

    Returns:
        (N, M) float32.
    """
    return _mean_by_tag(
        first, second, lambda word: lookup.get((word.lemma or word.text, word.upos), (word.text,))
    )


def meteor_like(
    first: Sequence[str], second: Sequence[str], synonyms: Mapping[str, Collection[str]] | None = None
) -> Tensor:
    """METEOR's formula on exact, stem and synonym matches: 10 P R / (R + 9 P), less a penalty for broken order.

    The penalty is 0.5 (chunks / matches)^3. Stems are words without a plural or verb ending; there is no WordNet, so
    values are near those of METEOR and not equal to them. Not symmetric: the first caption is the reference.

    >>> round(meteor_like(["a man feeds a dog"], ["a man feeds a dog"]).item(), 3)
    0.996

    Args:
        first: N captions, the references.
        second: M captions, the hypotheses.
        synonyms: Word -> words that match it.

    Returns:
        (N, M) float32.
    """
    table = synonyms or {}
    references, hypotheses = ([_worded(text) for text in texts] for texts in (first, second))
    values = torch.zeros(len(first), len(second))
    for i, reference in enumerate(references):
        places = _places(reference)
        values[i] = torch.tensor([_meteor(reference, places, hypothesis, table) for hypothesis in hypotheses])
    return values


def role_graph_overlap(first: Sequence[RoleGraph], second: Sequence[RoleGraph]) -> Tensor:
    """Overlap of what the captions' role graphs state: actions, entities, and who has which role.

    The mean of three overlaps: of the actions' words, of the entities' last words, and of the triples (action, role,
    last word of the filler). Two captions with the same words in other roles agree on the first two only. A part that
    neither caption has is left out of the mean.

    Args:
        first: N role graphs.
        second: M role graphs.

    Returns:
        (N, M) float32.
    """
    total = count = torch.zeros(len(first), len(second))
    for statement in (_actions, _entities, _triples):
        a, b = [statement(graph) for graph in first], [statement(graph) for graph in second]
        said = torch.tensor([bool(x) for x in a]).unsqueeze(1) | torch.tensor([bool(x) for x in b])
        total = total + set_overlap(a, b)
        count = count + said.float()
    return total / count.clamp(min=1.0)


def _mean_by_tag(
    first: Sequence[Sequence[TaggedWord]],
    second: Sequence[Sequence[TaggedWord]],
    names: Callable[[TaggedWord], Collection[str]],
) -> Tensor:
    parts = []
    for tag in ("VERB", "NOUN"):
        sets = [
            [{n for w in words if w.upos == tag for n in names(w)} for words in side]
            for side in (first, second)
        ]
        parts.append(set_overlap(sets[0], sets[1]))
    return (parts[0] + parts[1]) / 2


def _indicator(sets: Words, vocabulary: Mapping[str, int]) -> Tensor:
    rows = [(i, vocabulary[word]) for i, group in enumerate(sets) for word in set(group)]
    index = torch.from_numpy(np.array(rows, dtype=np.int64).reshape(-1, 2).T.copy())
    size = (len(sets), max(1, len(vocabulary)))
    return torch.sparse_coo_tensor(index, torch.ones(index.shape[1]), size, check_invariants=True).coalesce()


def _worded(text: str) -> _Worded:
    words = text.lower().split()
    return words, [_stem(word) for word in words]


def _places(reference: _Worded) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Where each word and each stem of a reference stands."""
    by_word: dict[str, list[int]] = {}
    by_stem: dict[str, list[int]] = {}
    for i, (word, stem) in enumerate(zip(*reference, strict=True)):
        by_word.setdefault(word, []).append(i)
        by_stem.setdefault(stem, []).append(i)
    return by_word, by_stem


def _meteor(
    reference: _Worded,
    places: tuple[dict[str, list[int]], dict[str, list[int]]],
    hypothesis: _Worded,
    synonyms: Mapping[str, Collection[str]],
) -> float:
    matched: dict[int, int] = {}
    used: set[int] = set()

    def match(j: int, where: Sequence[int]) -> None:
        free = [i for i in where if i not in used]
        if free:
            wanted = matched.get(j - 1, -2) + 1
            matched[j] = wanted if wanted in free else free[0]
            used.add(matched[j])

    for position, by_what in zip(hypothesis, places, strict=True):
        for j, word in enumerate(position):
            if j not in matched and word in by_what:
                match(j, by_what[word])
    if synonyms:
        for j, word in enumerate(hypothesis[0]):
            if j not in matched:
                known = synonyms.get(word, ())
                match(j, [i for i, o in enumerate(reference[0]) if o in known or word in synonyms.get(o, ())])
    if not matched:
        return 0.0
    precision, recall = len(matched) / len(hypothesis[0]), len(matched) / len(reference[0])
    chunks = sum(matched.get(j - 1) != i - 1 for j, i in matched.items())
    score = 10 * precision * recall / (recall + 9 * precision)
    return score * (1 - 0.5 * (chunks / len(matched)) ** 3)


def _stem(word: str) -> str:
    for ending in ("ing", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _actions(graph: RoleGraph) -> set[str]:
    return {graph.nodes[i].text.lower() for i in graph.positions(ACTION)}


def _entities(graph: RoleGraph) -> set[str]:
    return {graph.nodes[i].text.split()[-1].lower() for i in graph.positions(ENTITY)}


def _triples(graph: RoleGraph) -> set[str]:
    return {
        f"{graph.nodes[e.source].text} {e.role} {graph.nodes[e.target].text.split()[-1]}".lower()
        for e in graph.edges
        if graph.nodes[e.source].level == ACTION
    }
