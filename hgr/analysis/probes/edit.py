"""One altered caption: its words, its graph, what was changed and which level should notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphs.edits import Piece, keep, rewrite
from graphs.role_graph import RoleGraph
from hgr.analysis.probes.lexicons import PRONOUNS
from hgr.analysis.probes.morphology import article_before
from hgr.analysis.probes.source import PUNCTUATION, Source

OBJECT_FORMS = {"he": "him", "she": "her", "they": "them", "him": "he", "them": "they"}


@dataclass(frozen=True, slots=True)
class Edit:
    """An altered caption.

    Attributes:
        kind: Name of the operator.
        text: The altered caption.
        graph: Its role graph, edited, not parsed again.
        before: The words that were changed.
        after: What they became.
        nodes: Positions of the changed nodes in the old graph.
    """

    kind: str
    text: str
    graph: RoleGraph
    before: str
    after: str
    nodes: tuple[int, ...]


def make_edit(
    source: Source,
    kind: str,
    pieces: Sequence[Piece],
    *,
    before: str,
    after: str,
    nodes: Sequence[int],
    graph: RoleGraph | None = None,
) -> Edit:
    """Finish an edited caption: articles, first letter and final punctuation as in the source.

    Args:
        source: The caption that was edited.
        kind: Name of the operator.
        pieces: Its new words.
        before: The words that were changed.
        after: What they became.
        nodes: The changed nodes.
        graph: The graph whose nodes the origins refer to; the source's where None.
    """
    words = _with_articles([piece.word for piece in pieces])
    first, last = source.graph.words[0], source.graph.words[-1]
    if first[:1].isupper():
        words[0] = words[0][:1].upper() + words[0][1:]
    words[-1] += last[len(last.rstrip(PUNCTUATION)) :]
    finished = [Piece(word, piece.origin) for word, piece in zip(words, pieces, strict=True)]
    edited = rewrite(graph if graph is not None else source.graph, finished)
    return Edit(kind, " ".join(words), edited, before, after, tuple(nodes))


def substitute(source: Source, start: int, stop: int, new: Sequence[str]) -> list[Piece]:
    """The caption's words with a stretch exchanged; the new words stand for the old ones one by one, the surplus
    for the last."""
    inner = [Piece(word, min(start + i, stop - 1)) for i, word in enumerate(new)]
    return [*keep(source.words, 0, start), *inner, *keep(source.words, stop)]


def has_pronoun(words: Sequence[str]) -> bool:
    """True where a word refers to something else in the caption."""
    return any(word in PRONOUNS for word in words)


def _with_articles(words: list[str]) -> list[str]:
    fixed = list(words)
    for i in range(len(fixed) - 1):
        if fixed[i] in ("a", "an"):
            fixed[i] = article_before(fixed[i + 1])
    return fixed
