"""How the numbers differ by kind of caption: length, events, roles, verbs, rare compositions, parse
quality.

Verbs and compositions are in dictionary form, so that jumps, jumping and "jumped over" are one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graphs.levels import ACTION, ENTITY
from graphs.role_graph import NOUN, RoleGraph
from hgr.analysis.base_words import action_base, entity_base
from hgr.analysis.significance import bootstrap_interval, by_cluster
from hgr.errors import DataError
from hgr.metrics.ranking import Ranks

LENGTHS = ((1, 5), (6, 8), (9, 12), (13, 20), (21, 10**6))
"""Words a caption, inclusive."""
COMMON_VERBS = 20
RARE = 5
"""A composition seen at most this often in training is rare."""
MIN_QUERIES = 10
"""Slices with fewer queries are not shown: their interval would be the whole scale."""


@dataclass(frozen=True)
class SliceRow:
    """One slice of the queries.

    Attributes:
        kind: What the captions were divided by.
        value: This slice's value.
        num_queries: Queries in it.
        recall: Cutoff -> share with the right video among the first, 0 to 1.
        low: Lower end of the 95 % interval of the last cutoff's recall, by video.
        high: Its upper end.
        median: Median rank, 1 being first.
    """

    kind: str
    value: str
    num_queries: int
    recall: Mapping[int, float]
    low: float
    high: float
    median: float


def slice_rows(
    ranks: Ranks,
    labels: Mapping[str, Sequence[Iterable[str]]],
    clusters: Sequence[str],
    cutoffs: Sequence[int] = (1, 10),
) -> list[SliceRow]:
    """Numbers of every slice with enough queries.

    Args:
        ranks: (Q,) text-to-video ranks.
        labels: Kind -> for each query the values that it has; a query may be in several slices of a kind, or
            none.
        clusters: (Q,) the video of each query.
        cutoffs: The K of the recalls.
    """
    rows = []
    names = np.array(clusters)
    for kind, values in labels.items():
        members: dict[str, list[int]] = {}
        for query, own in enumerate(values):
            for value in dict.fromkeys(own):
                members.setdefault(value, []).append(query)
        for value, queries in sorted(members.items(), key=lambda item: (-len(item[1]), item[0])):
            if len(queries) < MIN_QUERIES:
                continue
            chosen = ranks.select(np.array(queries))
            hits = {k: chosen.hits(k).numpy() for k in cutoffs}
            low, high = bootstrap_interval(
                by_cluster(hits[cutoffs[-1]], names[queries].tolist()), resamples=1000
            )
            median = float(np.median(chosen.best.numpy())) + 1.0
            recall = {k: float(h.mean()) for k, h in hits.items()}
            rows.append(SliceRow(kind, value, len(queries), recall, low, high, median))
    return rows


def caption_labels(
    texts: Sequence[str],
    graphs: Mapping[str, RoleGraph] | None = None,
    training: Iterable[RoleGraph] | None = None,
) -> dict[str, list[tuple[str, ...]]]:
    """What each caption is sliced by.

    Args:
        texts: (Q,) captions.
        graphs: Caption -> role graph; a caption without one counts as not parsed.
        training: Role graphs of the training captions, to tell seen from unseen compositions.

    Raises:
        DataError: The training graphs hold every caption that is sliced, so that none could be unseen.
    """
    labels: dict[str, list[tuple[str, ...]]] = {"words": [_length(text) for text in texts]}
    if graphs is None:
        return labels
    own = [graphs.get(text) for text in texts]
    labels["parse"] = [(_parse(g),) for g in own]
    labels["events"] = [() if g is None else (_count(len(g.positions(ACTION))),) for g in own]
    labels["role"] = [() if g is None else tuple(sorted({e.role for e in g.edges} - {"", NOUN})) for g in own]
    verbs = [() if g is None else tuple(action_base(g, i) for i in g.positions(ACTION)) for g in own]
    common = {v for v, _ in Counter(v for found in verbs for v in found).most_common(COMMON_VERBS)}
    labels["verb"] = [tuple(v for v in found if v in common) for found in verbs]
    if training is not None:
        taught = list(training)
        _check_training(own, taught)
        seen = Counter(c for graph in taught for c in compositions(graph))
        labels["composition"] = [() if g is None else _novelty(g, seen) for g in own]
    return labels


def compositions(graph: RoleGraph) -> set[tuple[str, str, str]]:
    """(verb, role, head noun of the filler), all in dictionary form: the pairs that a caption puts together."""
    return {
        (action_base(graph, e.source), e.role, entity_base(graph, e.target))
        for e in graph.edges
        if graph.nodes[e.source].level == ACTION and graph.nodes[e.target].level == ENTITY
    }


def _check_training(own: Sequence[RoleGraph | None], training: Sequence[RoleGraph]) -> None:
    sliced = [graph.words for graph in own if graph is not None]
    taught = {graph.words for graph in training}
    if sliced and all(words in taught for words in sliced):
        raise DataError(
            f"the training graphs hold all {len(sliced):,} captions that are sliced, so nothing would be unseen: "
            "expected those of the training split (hgr parse FOLDER --split train writes them)"
        )


def _novelty(graph: RoleGraph, seen: Mapping[tuple[str, str, str], int]) -> tuple[str, ...]:
    counts = [seen.get(c, 0) for c in compositions(graph)]
    if not counts:
        return ("none",)
    least = min(counts)
    return ("unseen" if least == 0 else f"seen at most {RARE} times" if least <= RARE else "all common",)


def _length(text: str) -> tuple[str, ...]:
    count = max(1, len(text.split()))
    low, high = next(bounds for bounds in LENGTHS if bounds[0] <= count <= bounds[1])
    return (f"{low}-{high}" if high < 10**6 else f"{low} or more",)


def _count(number: int) -> str:
    return str(number) if number < 4 else "4 or more"


def _parse(graph: RoleGraph | None) -> str:
    if graph is None:
        return "no graph"
    if not graph.positions(ACTION):
        return "no action"
    fillers = {e.target for e in graph.edges if graph.nodes[e.source].level == ACTION}
    if not fillers:
        return "actions without arguments"
    free = any(e.role == NOUN for e in graph.edges)
    return "some phrase outside every action" if free else "every phrase in an action"
