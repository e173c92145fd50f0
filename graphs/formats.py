"""Role graphs as JSON lines with a header; `read_role_graphs` also takes HGR's JSON and a parse cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graphs.levels import EVENT
from graphs.role_graph import Edge, Node, RoleGraph, RoleGraphError, check_role_graph, event_node
from parsing.json_lines import FormatError, read_header, read_lines, write_lines

SCHEMA = "hgr.role_graphs"
VERSION = 1
SQLITE_MAGIC = b"SQLite format 3\x00"


def to_record(text: str, graph: RoleGraph) -> dict[str, Any]:
    """One graph as a JSON object; "words" only where they are not `text.split()`."""
    record: dict[str, Any] = {"text": text}
    if graph.words != tuple(text.split()):
        record["words"] = list(graph.words)
    record["nodes"] = [[node.level, list(node.tokens)] for node in graph.nodes]
    record["edges"] = [[edge.source, edge.target, edge.role] for edge in graph.edges]
    return record


def from_record(record: Mapping[str, Any]) -> tuple[str, RoleGraph]:
    """Caption and graph of one JSON object.

    Raises:
        RoleGraphError: A missing or unknown key, a wrong type, or a graph that breaks a rule.
    """
    unknown = set(record) - {"text", "words", "nodes", "edges"}
    if unknown:
        raise RoleGraphError(f"unknown keys {sorted(unknown)}, expected text, words, nodes, edges")
    text = record.get("text")
    if not isinstance(text, str):
        raise RoleGraphError(f"'text' is {text!r}, expected a string")
    words = record.get("words", text.split())
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise RoleGraphError(f"'words' is {words!r}, expected a list of strings")
    nodes = tuple(_node(i, entry, words) for i, entry in enumerate(_list(record, "nodes")))
    edges = tuple(_edge(i, entry) for i, entry in enumerate(_list(record, "edges")))
    graph = RoleGraph(tuple(words), nodes, edges)
    check_role_graph(graph)
    return text, graph


def write_role_graphs(
    path: Path | str, items: Iterable[tuple[str, RoleGraph]], header: Mapping[str, Any] | None = None
) -> int:
    """Write captions with their graphs, in order; the file is complete or absent.

    Args:
        path: The JSON lines file.
        items: (caption, graph) pairs; may be a generator, nothing is held in memory.
        header: Further keys of the header, as "parser" and "parser_version".

    Returns:
        The number of graphs written.
    """
    first = {"schema": SCHEMA, "version": VERSION}
    first |= {key: value for key, value in (header or {}).items() if key not in first}
    return write_lines(path, first, (to_record(text, graph) for text, graph in items))


def read_graph_header(path: Path | str) -> dict[str, Any]:
    """The header of a role graph file, to be handed on to `write_role_graphs`."""
    return read_header(path, SCHEMA, VERSION)


def iter_role_graphs(path: Path | str) -> Iterator[tuple[str, RoleGraph]]:
    """Captions and graphs of a JSON lines file, one at a time, in file order.

    Raises:
        FormatError: Not such a file, a newer version, or a line that is no valid graph (file and line are
            named).
    """
    for number, record in read_lines(path, SCHEMA, VERSION):
        try:
            yield from_record(record)
        except RoleGraphError as error:
            raise FormatError(f"{path}:{number}: {error}") from error


def read_role_graphs(path: Path | str, parser: str | None = None) -> dict[str, RoleGraph]:
    """Caption -> graph, from JSON lines, from HGR's sent2rolegraph JSON or from a parse cache, told by the
    content.

    Args:
        path: The file.
        parser: For a cache with several parsers: whose parses ("builtin"). Captions that failed give the
            event alone.

    Raises:
        FormatError: None of the three, or a damaged one.
    """
    with open(path, "rb") as file:
        start = file.read(256)
    if start.startswith(SQLITE_MAGIC):
        return _from_cache(path, parser)
    first = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if first.startswith(b"{") and b'"schema"' not in first.split(b"\n", 1)[0]:
        from graphs.hgr_format import read_hgr_graphs

        return read_hgr_graphs(path)
    return dict(iter_role_graphs(path))


def event_only(text: str) -> RoleGraph:
    """The graph of a caption of which nothing is known but its words."""
    return RoleGraph(tuple(text.split()), (event_node(tuple(text.split())),), ())


def _from_cache(path: Path | str, parser: str | None) -> dict[str, RoleGraph]:
    from graphs.build import build_role_graph
    from parsing.cache import ParseCache
    from parsing.parsed_caption import ParseFailure

    with ParseCache.open(path, create=False) as cache:
        entry = cache.one_parser(parser)
        return {
            result.text: event_only(result.text)
            if isinstance(result, ParseFailure)
            else build_role_graph(result)
            for result in cache.results(entry)
        }


def _list(record: Mapping[str, Any], key: str) -> list[Any]:
    value = record.get(key)
    if not isinstance(value, list):
        raise RoleGraphError(f"{key!r} is {value!r}, expected a list")
    return value


def _node(position: int, entry: Any, words: list[str]) -> Node:
    if not (
        isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str) and _integers(entry[1])
    ):
        raise RoleGraphError(f"node {position} is {entry!r}, expected [level, [word positions]]")
    level, tokens = entry
    if any(not 0 <= i < len(words) for i in tokens):
        raise RoleGraphError(f"node {position} has tokens {tokens} outside the caption's {len(words)} words")
    if position == 0 and level == EVENT and tokens == list(range(len(words))):
        return event_node(tuple(words))
    return Node(level, tuple(tokens), " ".join(words[i] for i in tokens))


def _edge(position: int, entry: Any) -> Edge:
    if not (
        isinstance(entry, list) and len(entry) == 3 and _integers(entry[:2]) and isinstance(entry[2], str)
    ):
        raise RoleGraphError(f"edge {position} is {entry!r}, expected [source, target, role]")
    return Edge(entry[0], entry[1], entry[2])


def _integers(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int for value in values)
