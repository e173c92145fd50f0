"""Role graphs of a data set's captions: from its file, and what that lacks from a parser and its cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from graphs.build import build_role_graph
from graphs.formats import event_only, read_role_graphs
from graphs.role_graph import RoleGraph
from graphs.transforms import shuffle
from hgr.data.items import Caption, TextItem
from hgr.errors import DataError
from parsing.cache import ParseCache
from parsing.parsed_caption import ParsedCaption, ParseFailure
from parsing.parsers import load_parser

GRAPHS_FILE = "graphs.jsonl"
PARSES_FILE = "parses.sqlite"


@dataclass(frozen=True)
class GraphSource:
    """Where role graphs come from.

    Attributes:
        file: Role graphs as JSON lines, HGR's JSON, or a parse cache; None for none.
        parser: What parses captions that the file lacks; None makes them an error.
        cache: Where parses are kept.
        shuffled: Rewire every graph at random, the same way for the same text: the control for what graphs are worth.
    """

    file: Path | None
    parser: str | None
    cache: Path
    shuffled: bool = False


@dataclass(frozen=True)
class GraphReport:
    """How many texts got their graph from where.

    Attributes:
        from_file: Texts whose graph the file had.
        parsed: Texts that the parser, or its cache, gave.
        failed: Texts that could not be parsed; their graph is the event alone.
    """

    from_file: int
    parsed: int
    failed: tuple[str, ...]


def role_graphs_of(texts: Iterable[str], source: GraphSource) -> tuple[dict[str, RoleGraph], GraphReport]:
    """The role graph of every different text.

    Raises:
        DataError: Texts without a graph and no parser to make it; the first 20 are listed.
        ParserError: The parser cannot be loaded; the message says what to run.
    """
    wanted = tuple(dict.fromkeys(texts))
    known = read_role_graphs(source.file, source.parser) if source.file is not None else {}
    graphs = {text: known[text] for text in wanted if text in known}
    rest = [text for text in wanted if text not in graphs]
    failed: list[str] = []
    if rest and source.parser is None:
        listed = ", ".join(map(repr, rest[:20]))
        raise DataError(f"{source.file}: no role graph of {len(rest)} of {len(wanted)} texts: {listed}")
    if rest and source.parser is not None:
        for result in _parse(rest, source.parser, source.cache):
            if isinstance(result, ParseFailure):
                failed.append(result.text)
                graphs[result.text] = event_only(result.text)
            else:
                graphs[result.text] = build_role_graph(result)
    if source.shuffled:
        graphs = {text: shuffle(graph, Random(text)) for text, graph in graphs.items()}
    return graphs, GraphReport(len(wanted) - len(rest), len(rest) - len(failed), tuple(failed))


def text_items(
    captions: Iterable[Caption], graphs: Mapping[str, RoleGraph], *, lowercase: bool
) -> tuple[TextItem, ...]:
    """Captions with the graphs of their text and of their segments' texts.

    Args:
        captions: The captions.
        graphs: Text -> graph, for every text of them.
        lowercase: Lower the words of the graphs; the captions themselves stay.
    """
    made = {text: lowered(graph) for text, graph in graphs.items()} if lowercase else graphs
    return tuple(
        TextItem(caption, made[caption.text], tuple(made[part.text] for part in caption.segments))
        for caption in captions
    )


def lowered(graph: RoleGraph) -> RoleGraph:
    """The same graph with its words in lower case."""
    words = tuple(word.lower() for word in graph.words)
    if words == graph.words:
        return graph
    nodes = tuple(replace(node, text=" ".join(words[i] for i in node.tokens)) for node in graph.nodes)
    return RoleGraph(words, nodes, graph.edges)


def _parse(texts: Sequence[str], parser: str, cache: Path) -> Iterator[ParsedCaption | ParseFailure]:
    with ParseCache.open(cache) as opened:
        yield from opened.parse(texts, load_parser(parser))
