"""Sentences that a user types, as captions with role graphs, read the way the run's own captions were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphs.build import build_role_graph
from graphs.role_graph import RoleGraph
from hgr.data.items import Caption, TextItem
from hgr.data.role_graphs import lowered
from hgr.errors import DataError
from parsing.parsed_caption import ParseFailure
from parsing.parsers import Parser, load_parser

QUERY_VIDEO = ""
"""Queries describe no known video."""


class QueryReader:
    """Queries -> text items.

    Args:
        parser: The parser or its name ("builtin", "spacy:<model>", ...); None where only graphs will be given.
        lowercase: Lower the words that the model sees, as in training.
    """

    def __init__(self, parser: Parser | str | None, *, lowercase: bool = True) -> None:
        self._given = parser
        self.lowercase = lowercase

    def parser(self) -> Parser:
        """The parser, loaded on first use.

        Raises:
            ParserError: It cannot be loaded; the message says what to run.
            DataError: There is none.
        """
        if self._given is None:
            raise DataError(
                "the run's role graphs come from a file (data.parser is null): name a parser for queries"
            )
        if isinstance(self._given, str):
            self._given = load_parser(self._given)
        return self._given

    def __call__(self, queries: Iterable[str | RoleGraph | TextItem]) -> tuple[TextItem, ...]:
        """One text item a query, in order.

        Args:
            queries: Sentences, ready role graphs, or text items, which stay as they are.

        Raises:
            DataError: A sentence is empty or cannot be parsed; the message says which.
        """
        listed = list(queries)
        texts = {i: " ".join(query.split()) for i, query in enumerate(listed) if isinstance(query, str)}
        for i, text in texts.items():
            if not text:
                raise DataError(f"query {i + 1} of {len(listed)} is empty: expected at least one word")
        graphs = dict(zip(texts, self._parse(list(texts.values())), strict=True))
        return tuple(self._item(i, query, graphs.get(i)) for i, query in enumerate(listed))

    def _parse(self, texts: Sequence[str]) -> list[RoleGraph]:
        found = []
        for text, result in zip(texts, self.parser().parse(texts) if texts else (), strict=True):
            if isinstance(result, ParseFailure):
                raise DataError(f"query {text!r} cannot be parsed: {result.reason}")
            found.append(build_role_graph(result))
        return found

    def _item(self, position: int, query: str | RoleGraph | TextItem, graph: RoleGraph | None) -> TextItem:
        if isinstance(query, TextItem):
            return query
        if isinstance(query, RoleGraph):
            if not query.words:
                raise DataError(f"query {position + 1} is a role graph without words")
            text, graph = " ".join(query.words), query
        else:
            text = " ".join(query.split())
        assert graph is not None
        caption = Caption(f"query{position + 1}", QUERY_VIDEO, text)
        return TextItem(caption, lowered(graph) if self.lowercase else graph)
