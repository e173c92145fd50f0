"""A query with its hits, as text for a terminal and as JSON for a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hgr.retrieval.hits import Hit
from hgr.retrieval.retriever import Retriever

STRONGEST = 3
"""Frames that are named for each phrase."""


@dataclass(frozen=True)
class Answer:
    """What a query found.

    Attributes:
        query: The sentence.
        hits: The best videos, best first.
        phrases: What was read in the query, as (level, role, words).
        unknown: Words that the run never saw.
        candidates: How many videos were ranked.
    """

    query: str
    hits: tuple[Hit, ...]
    phrases: tuple[tuple[str, str, str], ...]
    unknown: tuple[str, ...]
    candidates: int

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "query": self.query,
            "candidates": self.candidates,
            "phrases": [{"level": level, "role": role, "text": text} for level, role, text in self.phrases],
            "unknown_words": list(self.unknown),
            "hits": [hit.to_json() for hit in self.hits],
        }

    def text(self, *, explain: bool) -> str:
        """For a terminal.

        Args:
            explain: Say what was read in the query, and which frames each phrase attended to.
        """
        lines = [f"{self.query}   (best {len(self.hits)} of {self.candidates} videos)"]
        if explain:
            lines += [f"  {level:<8}{role:<10}{text}" for level, role, text in self.phrases]
        if self.hits and self.hits[0].absent:
            absent = ", ".join(self.hits[0].absent)
            lines.append(f"  nothing was found in the query for: {absent}")
        if self.unknown:
            lines.append(f"  words that the run never saw: {', '.join(self.unknown)}")
        width = max((len(hit.video) for hit in self.hits), default=0)
        for place, hit in enumerate(self.hits, 1):
            levels = "  ".join(
                f"{name} {'   –  ' if name in hit.absent else format(score, '6.3f')}"
                for name, score in hit.levels.items()
            )
            lines.append(f"  {place:>2}  {hit.video:<{width}}  {hit.score:6.3f}   {levels}")
            if explain:
                names = max((len(name) for name in hit.alignment), default=0)
                lines += [
                    f"        {name:<{names}}  {_strongest(weights, hit.times)}"
                    for name, weights in hit.alignment.items()
                ]
        return "\n".join(lines)


def answer(retriever: Retriever, query: str, *, top: int = 5, explain: bool = False) -> Answer:
    """Search for one sentence.

    Raises:
        DataError: An empty query, one that cannot be parsed, no candidates.
        ParserError: The parser cannot be loaded.
    """
    item = retriever.queries([query])[0]
    hits = tuple(retriever.search(item, top, explain=explain))
    return Answer(
        item.caption.text,
        hits,
        tuple((phrase.level, phrase.role, phrase.text) for phrase in retriever.phrases(item)),
        retriever.unknown_words(item),
        len(retriever.index),
    )


def _strongest(weights: tuple[float, ...], times: tuple[float, ...] | None) -> str:
    order = sorted(range(len(weights)), key=lambda i: (-weights[i], i))[:STRONGEST]
    named = [f"{times[i]:.1f} s" if times else f"frame {i + 1}" for i in order]
    shares = [f"{name} ({100 * weights[i]:.0f} %)" for name, i in zip(named, order, strict=True)]
    return f"{', '.join(shares)} of {len(weights)} frames"
