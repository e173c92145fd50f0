"""`hgr parse`: captions into a parse cache and role graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parsing.wording import counted

if TYPE_CHECKING:
    from graphs.role_graph import RoleGraph
    from graphs.statistics import GraphStatistics
    from parsing.cache import ParseCache, ParserEntry
    from parsing.filling import FillReport


@dataclass
class ParseReport:
    """What `parse_captions` did.

    Attributes:
        cache: The cache file.
        graphs: The role graph file, None where none was wanted.
        parser: Name and version.
        fill: Counts of captions.
        graphs_written: Graphs in the role graph file.
        statistics: Coverage, None where not wanted.
        notes: What the reader of the captions had to say.
    """

    cache: Path
    graphs: Path | None
    parser: str
    fill: FillReport
    graphs_written: int = 0
    statistics: GraphStatistics | None = None
    notes: tuple[str, ...] = field(default=())


def command(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT",
            help="A data set's folder, captions.jsonl, a .txt (one a line), or HGR's ref_captions.json.",
        ),
    ],
    graphs: Annotated[
        Path | None,
        typer.Option(help="Role graphs: .jsonl, or .json for HGR's format. For a folder its graphs.jsonl."),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(help="The parse cache. For a folder its parses.sqlite, else INPUT.parses.sqlite."),
    ] = None,
    parser: Annotated[
        str, typer.Option(help="builtin, spacy:<model>, stanza:<language> or conllu:<file>.")
    ] = "builtin",
    processes: Annotated[int, typer.Option(min=1, help="Worker processes, each with its own parser.")] = 2,
    batch_size: Annotated[int, typer.Option(min=1, help="Captions parsed and committed at once.")] = 128,
    time_limit: Annotated[float, typer.Option(min=0.01, help="Seconds a caption.")] = 10.0,
    attempts: Annotated[
        int, typer.Option(min=1, help="A caption that failed so often is not tried again.")
    ] = 2,
    max_failures: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Share of failures among the captions parsed now above which the exit code is 3 (a single one is "
            "let pass); from 200 captions on the run stops there, with fewer it ends and writes the graphs.",
        ),
    ] = 0.02,
    split: Annotated[
        str | None,
        typer.Option(
            help="Of a folder only the captions of this split; their role graphs go to graphs.SPLIT.jsonl."
        ),
    ] = None,
    stats: Annotated[
        bool, typer.Option("--stats", help="Coverage, next to HGR's published figures.")
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Parse captions that the cache lacks, and write their role graphs; run it again to go on after a stop."""
    import json

    from hgr.cli.progress import progress_bar

    with progress_bar("caption") as progress:
        report = parse_captions(
            source,
            parser,
            graphs=graphs,
            cache=cache,
            processes=processes,
            batch_size=batch_size,
            time_limit=time_limit,
            attempts=attempts,
            max_failures=max_failures,
            split=split,
            statistics=stats,
            progress=progress,
        )
    typer.echo(json.dumps(report_object(report), ensure_ascii=False) if json_output else report_text(report))
    failed, parsed = report.fill.failed, report.fill.parsed
    if failed > max(1, max_failures * parsed):
        said = f"{failed:,} of {counted(parsed, 'caption')} parsed now failed, more than {max_failures:.1%}"
        typer.echo(f"hgr parse: {said}", err=True)
        raise typer.Exit(3)


def parse_captions(
    source: Path,
    parser: str = "builtin",
    *,
    graphs: Path | None = None,
    cache: Path | None = None,
    processes: int = 2,
    batch_size: int = 128,
    time_limit: float = 10.0,
    attempts: int = 2,
    max_failures: float = 0.02,
    split: str | None = None,
    statistics: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ParseReport:
    """Fill a parse cache with the captions of a file or folder, and write role graphs.

    Args:
        source: What `hgr.data.caption_files.read_captions` takes.
        parser: Name of the parser.
        graphs: Role graph file; where None for a folder its graphs.jsonl, for a split of it graphs.<split>.jsonl.
        cache: Cache file; where None parses.sqlite in a folder, else beside the source.
        processes: Worker processes.
        batch_size: Captions parsed and committed at once.
        time_limit: Seconds a caption.
        attempts: A caption that failed so often is not tried again.
        max_failures: Largest share of failures among at least 200 captions parsed now; of fewer the report
            tells.
        split: Of a folder only the captions of this split.
        statistics: Whether coverage is counted.
        progress: Called with (done, total).

    Raises:
        Interrupted: Ctrl-C; what was parsed is in the cache.
        DataError, CacheError, ParserError: Bad input, a cache that cannot be used, a parser that cannot be
            loaded, or too many failures.
    """
    from functools import partial

    from hgr.data.caption_files import read_captions
    from hgr.data.role_graphs import GRAPHS_FILE, PARSES_FILE
    from hgr.errors import Interrupted
    from parsing.cache import ParseCache
    from parsing.parsers import load_parser
    from parsing.worker_pool import ParserPool

    captions = read_captions(source, split)
    if cache is None:
        cache = (
            source / PARSES_FILE if captions.is_folder else source.with_name(f"{source.name}.{PARSES_FILE}")
        )
    if graphs is None and captions.is_folder:
        graphs = source / (GRAPHS_FILE if split is None else f"graphs.{split}.jsonl")
    total, done = len(captions.texts), 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done, total)

    try:
        with ParseCache.open(cache) as opened:
            with ParserPool(partial(load_parser, parser), processes=processes, time_limit=time_limit) as pool:
                fill = opened.fill(
                    captions.texts,
                    pool,
                    batch_size=batch_size,
                    max_attempts=attempts,
                    max_failure_rate=max_failures,
                    progress=advance,
                )
                entry = opened.one_parser(f"{pool.name}@{pool.version}")
            report = ParseReport(cache, graphs, f"{entry.name} ({entry.version})", fill, notes=captions.notes)
            if graphs is not None or statistics:
                _write(report, opened, entry, captions.texts, statistics)
    except KeyboardInterrupt as stop:
        raise Interrupted(
            f"{done} of {total} captions are in {cache}; the same command goes on from there"
        ) from stop
    return report


def report_text(report: ParseReport) -> str:
    """The summary that a person reads."""
    fill = report.fill
    lines = list(report.notes)
    lines.append(
        f"{counted(fill.total, 'caption')}: {fill.parsed:,} parsed now, {fill.cached:,} known before or repeated, "
        f"{fill.failed + fill.known_failures:,} failed, {fill.empty:,} without words"
    )
    if fill.damaged:
        lines.append(f"{counted(fill.damaged, 'damaged row')} of the cache parsed again")
    if fill.known_failures:
        known = counted(fill.known_failures, "failure")
        lines.append(f"{known} of earlier runs not tried again (hgr cache gc --failures)")
    lines += [f"  {count:,} failed: {reason}" for reason, count in fill.reasons.most_common(5)]
    lines.append(f"parser {report.parser}; cache {report.cache}")
    if report.graphs is not None:
        lines.append(f"{counted(report.graphs_written, 'role graph')} in {report.graphs}")
    if report.statistics is not None:
        from graphs.statistics import statistics_table

        lines += ["", statistics_table(report.statistics)]
    return "\n".join(lines)


def report_object(report: ParseReport) -> dict[str, Any]:
    """The summary that a script reads."""
    from dataclasses import asdict

    return {
        "cache": str(report.cache),
        "graphs": None if report.graphs is None else str(report.graphs),
        "graphs_written": report.graphs_written,
        "parser": report.parser,
        **(asdict(report.fill) | {"reasons": dict(report.fill.reasons.most_common())}),
        "notes": list(report.notes),
        "statistics": None if report.statistics is None else asdict(report.statistics),
    }


def _write(
    report: ParseReport, cache: ParseCache, entry: ParserEntry, texts: tuple[str, ...], statistics: bool
) -> None:
    from graphs.formats import write_role_graphs
    from graphs.hgr_format import write_hgr_graphs
    from graphs.statistics import Counting

    counting = Counting() if statistics else None

    def counted() -> Iterator[tuple[str, RoleGraph]]:
        for text, graph in _graphs(cache, entry, texts):
            if counting is not None:
                counting.add(graph)
            yield text, graph

    if report.graphs is None:
        report.graphs_written = 0
        for _ in counted():
            pass
    elif report.graphs.suffix == ".json":
        report.graphs_written = write_hgr_graphs(report.graphs, counted())
    else:
        header = {"parser": entry.name, "parser_version": entry.version}
        report.graphs_written = write_role_graphs(report.graphs, counted(), header)
    report.statistics = None if counting is None else counting.result()


def _graphs(cache: ParseCache, entry: ParserEntry, texts: tuple[str, ...]) -> Iterator[tuple[str, RoleGraph]]:
    """The graph of each different caption, in order; of a failed one the event alone."""
    from graphs.build import build_role_graph
    from graphs.formats import event_only
    from parsing.guard import batches
    from parsing.parsed_caption import ParseFailure

    for window in batches(dict.fromkeys(texts), 2048):
        for result in cache.read(entry, window):
            graph = event_only(result.text) if isinstance(result, ParseFailure) else build_role_graph(result)
            yield result.text, graph
