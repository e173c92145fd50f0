"""`hgr cache`: look after a parse cache, and exchange its content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parsing.wording import counted

if TYPE_CHECKING:
    from graphs.diff import GraphDiff
    from graphs.role_graph import RoleGraph
    from parsing.cache import ParserEntry
    from parsing.parsed_caption import ParsedCaption

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Look after a parse cache, and exchange its content.",
)
CacheArgument = Annotated[Path, typer.Argument(metavar="CACHE", help="The cache file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
GRAPH_FORMATS = ("hgr", "graphs")
"""Formats of role graphs, beside those of parses in `parsing.formats.FORMATS`."""
FORMATS_HELP = (
    "jsonl, conllu, parquet, allennlp, hgr (role graphs of HGR) or graphs (role graphs as JSON lines)."
)


@app.command("stats")
def stats(cache: CacheArgument, json_output: JsonOption = False) -> None:
    """Captions by parser and status, and the commonest reasons of failures."""
    from dataclasses import asdict

    from parsing.cache import ParseCache
    from parsing.cache_upkeep import stats as count

    with ParseCache.open(cache, create=False) as opened:
        found = count(opened)
    if json_output:
        _print_json(
            {"cache": str(cache), "bytes": cache.stat().st_size, "parsers": [asdict(one) for one in found]}
        )
        return
    typer.echo(f"{cache}: {cache.stat().st_size:,} bytes, {counted(len(found), 'parser')}")
    for one in found:
        counts = ", ".join(f"{count:,} {status}" for status, count in one.counts.items()) or "no captions"
        typer.echo(f"  {one.parser}@{one.version}: {counts}")
        for reason, times in one.reasons:
            typer.echo(f"    {times:,} failed: {reason}")


@app.command("verify")
def verify(
    cache: CacheArgument,
    repair: Annotated[
        bool, typer.Option("--repair", help="Delete damaged rows; they are parsed again.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Check every row's digest and positions, and the file's structure; exit code 3 where something is wrong."""
    from dataclasses import asdict

    from parsing.cache import ParseCache
    from parsing.cache_upkeep import verify as check

    with ParseCache.open(cache, create=False) as opened:
        report = check(opened, repair)
    if json_output:
        _print_json({"cache": str(cache), "sound": report.sound, **asdict(report)})
    else:
        typer.echo(
            f"{counted(report.rows, 'row')}, {len(report.damaged):,} damaged, {report.removed:,} removed"
        )
        for text, problem in report.damaged[:20]:
            typer.echo(f"  {text[:80]!r}: {problem}")
        for problem in report.problems:
            typer.echo(f"  file: {problem}")
    if not report.sound and (report.problems or not repair):
        raise typer.Exit(3)


@app.command("export")
def export(
    cache: CacheArgument,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Suffix .jsonl, .conllu, .parquet or .json.")],
    format: Annotated[str | None, typer.Option(help=FORMATS_HELP)] = None,
    parser: Annotated[str | None, typer.Option(help="Whose parses, where the cache has several.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Write all parses of one parser, sorted by caption; equal content gives equal bytes."""
    _check_format(format)
    count = export_cache(cache, out, format, parser)
    _tell(json_output, {"file": str(out), "captions": count}, f"{counted(count, 'caption')} in {out}")


@app.command("import")
def import_(
    cache: CacheArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What another cache exported, or HGR's JSON.")],
    format: Annotated[str | None, typer.Option(help=FORMATS_HELP)] = None,
    parser: Annotated[str, typer.Option(help="Name to file them under, where it is not the file's.")] = "",
    version: Annotated[str, typer.Option(help="Version to file them under.")] = "",
    json_output: JsonOption = False,
) -> None:
    """Add the parses of a file, all or none; what the cache holds already stays."""
    _check_format(format)
    entry, count = import_parses(cache, file, format, parser, version)
    name = f"{entry.name}@{entry.version}"
    said = f"{counted(count, 'caption')} of {name}"
    _tell(json_output, {"cache": str(cache), "captions": count, "parser": name}, said)


@app.command("merge")
def merge(
    cache: CacheArgument,
    others: Annotated[list[Path], typer.Argument(metavar="OTHER...", help="Caches to copy from.")],
    json_output: JsonOption = False,
) -> None:
    """Copy the parses of other caches; a parse wins over a failure, otherwise what is here stays."""
    from parsing.cache import ParseCache
    from parsing.cache_upkeep import merge as copy

    copied: dict[str, dict[str, int]] = {}
    with ParseCache.open(cache) as opened:
        for other in others:
            with ParseCache.open(other, create=False) as source:
                copied[str(other)] = copy(opened, source)
    lines = [
        f"{counted(count, 'caption')} of {name} from {other}"
        for other, rows in copied.items()
        for name, count in rows.items()
    ]
    _tell(json_output, {"cache": str(cache), "copied": copied}, "\n".join(lines) or "nothing to copy")


@app.command("diff")
def diff(
    left: Annotated[
        str, typer.Argument(metavar="LEFT", help="A cache or role graph file, or CACHE::PARSER.")
    ],
    right: Annotated[str, typer.Argument(metavar="RIGHT", help="The same, or a parser's name within LEFT.")],
    limit: Annotated[int, typer.Option(min=0, help="Captions that are shown with their changes.")] = 20,
    json_output: JsonOption = False,
) -> None:
    """Which role graphs differ between two parsers, and how."""
    found = diff_graphs(left, right)
    if json_output:
        _print_json(diff_object(found))
    else:
        typer.echo(diff_text(found, limit))


@app.command("gc")
def gc(
    cache: CacheArgument,
    parser: Annotated[
        str | None, typer.Option(help="Remove all parses of this parser (name or name@version).")
    ] = None,
    failures: Annotated[
        bool, typer.Option("--failures", help="Remove only failures: they are tried again.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Remove old versions of parsers (or one parser, or failures) and give the space back."""
    from parsing.cache import ParseCache
    from parsing.cache_upkeep import collect_garbage

    with ParseCache.open(cache, create=False) as opened:
        removed = collect_garbage(opened, parser, failures)
    _tell(json_output, {"cache": str(cache), "removed": removed}, f"{counted(removed, 'row')} removed")


def export_cache(cache: Path, out: Path, format: str | None = None, parser: str | None = None) -> int:
    """Write a cache's parses, or for a format of GRAPH_FORMATS their role graphs; returns how many.

    Raises:
        DataError: The folder of the file is not there.
    """
    from graphs.formats import write_role_graphs
    from graphs.hgr_format import write_hgr_graphs
    from hgr.errors import DataError
    from parsing.cache import ParseCache
    from parsing.cache_upkeep import export as write

    if not out.parent.is_dir():
        raise DataError(f"{out}: no such folder: {out.parent}")
    with ParseCache.open(cache, create=False) as opened:
        entry = opened.one_parser(parser)
        if format not in GRAPH_FORMATS:
            return write(opened, entry, out, format)
        items = ((result.text, graph) for result, graph in _graphs_of(opened.results(entry)))
        if format == "hgr":
            return write_hgr_graphs(out, items)
        return write_role_graphs(out, items, {"parser": entry.name, "parser_version": entry.version})


def import_parses(
    cache: Path, file: Path, format: str | None = None, parser: str = "", version: str = ""
) -> tuple[ParserEntry, int]:
    """Add the parses of a file to a cache, all or none; a file that cannot be read makes no cache.

    Args:
        cache: The cache file.
        file: The file.
        format: A name of `parsing.formats.FORMATS` or of GRAPH_FORMATS, told by the suffix where None.
        parser: Name to file them under, where it is not the file's.
        version: Version to file them under.

    Returns:
        The parser's row and the number of parses in the file.
    """
    from parsing.cache import ParseCache
    from parsing.cache_upkeep import import_file, import_results
    from parsing.formats import read_parses

    if not cache.exists():
        for _ in _parses_of_graphs(file) if format in GRAPH_FORMATS else read_parses(file, format).results:
            pass
    with ParseCache.open(cache) as opened:
        if format in GRAPH_FORMATS:
            return import_results(opened, _parses_of_graphs(file), {"parser": file.name}, parser, version)
        return import_file(opened, file, format, parser, version)


def diff_graphs(left: str, right: str) -> GraphDiff:
    """Differences between the role graphs of two sources, each FILE or FILE::PARSER; RIGHT may be a parser of LEFT.

    Raises:
        DataError: RIGHT is neither a file nor a parser of LEFT, or a file before "::" is no parse cache.
    """
    from graphs.diff import compare

    if "::" not in right and not Path(right).exists():
        right = _parser_within(left.partition("::")[0], right)
    return compare(_read(left).items(), _read(right).items())


def diff_text(found: GraphDiff, limit: int = 20) -> str:
    """The differences for a person."""
    lines = [f"{counted(found.same, 'graph')} equal, {len(found.changed):,} different"]
    lines += [f"  {counted(count, 'caption')}: {kind}" for kind, count in found.kinds.items()]
    for side, texts in (("left", found.only_left), ("right", found.only_right)):
        if texts:
            lines.append(f"{counted(len(texts), 'caption')} only on the {side}")
    for text, changes in list(found.changed.items())[:limit]:
        lines += [text, *(f"    {change.kind}: {change.detail}" for change in changes)]
    return "\n".join(lines)


def diff_object(found: GraphDiff) -> dict[str, Any]:
    """The differences for a script."""
    return {
        "same": found.same,
        "kinds": found.kinds,
        "changed": {
            text: [{"kind": change.kind, "detail": change.detail} for change in changes]
            for text, changes in found.changed.items()
        },
        "only_left": found.only_left,
        "only_right": found.only_right,
    }


def _read(source: str) -> dict[str, RoleGraph]:
    from graphs.formats import read_role_graphs
    from hgr.errors import DataError

    path, _, parser = source.partition("::")
    if parser and not _is_cache(path):
        raise DataError(f"{path}: no parse cache, expected one before ::{parser}")
    return read_role_graphs(path, parser or None)


def _parser_within(path: str, name: str) -> str:
    from hgr.errors import DataError
    from parsing.cache import CacheError, ParseCache

    if not _is_cache(path):
        raise DataError(f"{name}: no such file")
    try:
        with ParseCache.open(path, create=False) as opened:
            opened.one_parser(name)
    except CacheError as error:
        raise DataError(f"{name}: no such file, nor a parser's name ({error})") from error
    return f"{path}::{name}"


def _is_cache(path: str) -> bool:
    from graphs.formats import SQLITE_MAGIC

    with open(path, "rb") as file:
        return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC


def _parses_of_graphs(file: Path) -> Iterator[ParsedCaption]:
    from graphs.formats import read_role_graphs
    from graphs.hgr_format import parsed_from_graph
    from parsing.check import record_problem
    from parsing.json_lines import FormatError

    for text, graph in read_role_graphs(file).items():
        parsed = parsed_from_graph(text, graph)
        problem = record_problem(parsed)
        if problem:
            raise FormatError(f"{file}: caption {text[:60]!r}: {problem}")
        yield parsed


def _check_format(format: str | None) -> None:
    from parsing.formats import FORMATS

    known = (*FORMATS, *GRAPH_FORMATS)
    if format is not None and format not in known:
        raise typer.BadParameter(f"{format!r}, expected one of {', '.join(known)}", param_hint="--format")


def _graphs_of(results: Any) -> Iterator[tuple[Any, RoleGraph]]:
    from graphs.build import build_role_graph
    from graphs.formats import event_only
    from parsing.parsed_caption import ParseFailure

    for result in results:
        yield (
            result,
            event_only(result.text) if isinstance(result, ParseFailure) else build_role_graph(result),
        )


def _tell(json_output: bool, value: dict[str, Any], text: str) -> None:
    if json_output:
        _print_json(value)
    else:
        typer.echo(text)


def _print_json(value: Any) -> None:
    import json

    typer.echo(json.dumps(value, ensure_ascii=False))
