"""What `hgr analyze --graded` looks at: parses, WordNet's index and stop words from files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from graphs.role_graph import RoleGraph
from hgr.analysis.graded_rows import CLOSED_CLASS, PROXIES, CaptionKnowledge
from hgr.errors import DataError
from hgr.metrics.wordnet import read_synsets
from parsing.cache import ParseCache
from parsing.formats import read_parses
from parsing.parsed_caption import ParsedCaption

ALL = "all"


def graded_names(asked: Sequence[str], known: CaptionKnowledge) -> list[str]:
    """The proxies that were asked for; "all" stands for those that have what they need."""
    if ALL not in asked:
        return list(asked)
    return [name for name, proxy in PROXIES.items() if all(getattr(known, what) for what in proxy.needs)]


def read_knowledge(
    *,
    graphs: Mapping[str, RoleGraph] | None = None,
    parses: Path | None = None,
    parser: str | None = None,
    wordnet: Path | None = None,
    stop_words: Path | None = None,
) -> CaptionKnowledge:
    """Everything that was given, read.

    Args:
        graphs: Caption -> role graph.
        parses: Parse cache (`.sqlite`) or any file of parses that `hgr parse` writes.
        parser: Whose parses, where a cache holds those of several.
        wordnet: WordNet's `dict` folder.
        stop_words: Text file, words apart by white space.

    Raises:
        DataError: A file that is missing or is not what it should be.
        ValueError: A damaged parse cache or parse file (`CacheError`, `FormatError`).
    """
    return CaptionKnowledge(
        graphs=graphs or {},
        parses={} if parses is None else _parses(parses, parser),
        synsets={} if wordnet is None else read_synsets(wordnet),
        stop_words=CLOSED_CLASS if stop_words is None else _words(stop_words),
    )


def _parses(path: Path, parser: str | None) -> dict[str, ParsedCaption]:
    if path.suffix == ".sqlite":
        with ParseCache.open(path, create=False) as cache:
            return _by_text(cache.results(cache.one_parser(parser)))
    return _by_text(read_parses(path).results)


def _by_text(results: Iterable[object]) -> dict[str, ParsedCaption]:
    return {found.text: found for found in results if isinstance(found, ParsedCaption)}


def _words(path: Path) -> frozenset[str]:
    try:
        return frozenset(path.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as problem:
        raise DataError(f"{path}: not readable as words: {problem}") from None
