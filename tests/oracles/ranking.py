"""Ranks by definition: every order of the tied candidates, one after the other."""

from __future__ import annotations

from itertools import permutations


def rank_orders(scores: list[float], relevant: list[bool]) -> list[int]:
    """0-based rank of the first relevant candidate under every order that sorts the scores downwards."""
    found = []
    for order in permutations(range(len(scores))):
        if all(scores[a] >= scores[b] for a, b in zip(order, order[1:], strict=False)):
            found.append(next(place for place, c in enumerate(order) if relevant[c]))
    return found


def rank_bounds(scores: list[float], relevant: list[bool]) -> tuple[int, int]:
    """Best and worst rank of the first relevant candidate, by counting."""
    best = max(s for s, r in zip(scores, relevant, strict=True) if r)
    above = beside = 0
    for score, right in zip(scores, relevant, strict=True):
        if score > best:
            above += 1
        elif score == best and not right:
            beside += 1
    return above, above + beside
