"""Graded metrics by definition, with every order of the tied candidates."""

from __future__ import annotations

from itertools import permutations
from math import log2


def tie_orders(scores: list[float]) -> list[tuple[int, ...]]:
    """Every order that sorts the scores downwards."""
    return [
        order
        for order in permutations(range(len(scores)))
        if all(scores[a] >= scores[b] for a, b in zip(order, order[1:], strict=False))
    ]


def mean_ndcg(scores: list[float], relevance: list[float]) -> float:
    """nDCG cut at the number of relevant candidates, mean over the orders of ties."""
    cut = sum(r > 0 for r in relevance)
    ideal = sum(r / log2(place + 2) for place, r in enumerate(sorted(relevance, reverse=True)[:cut]))
    values = [
        sum(relevance[c] / log2(place + 2) for place, c in enumerate(order[:cut])) / ideal
        for order in tie_orders(scores)
    ]
    return sum(values) / len(values)


def mean_average_precision(scores: list[float], right: list[bool]) -> float:
    """Average precision, mean over the orders of ties."""
    values = []
    for order in tie_orders(scores):
        hits, total = 0, 0.0
        for place, candidate in enumerate(order, 1):
            if right[candidate]:
                hits += 1
                total += hits / place
        values.append(total / hits)
    return sum(values) / len(values)


def mean_graded_precision(scores: list[float], relevance: list[float]) -> float:
    """Precision as the sum of graded relevance over the place, at the fully relevant; mean over the orders of ties."""
    values = []
    for order in tie_orders(scores):
        so_far, total, right = 0.0, 0.0, 0
        for place, candidate in enumerate(order, 1):
            so_far += relevance[candidate]
            if relevance[candidate] == 1:
                right += 1
                total += so_far / place
        values.append(total / right)
    return sum(values) / len(values)
