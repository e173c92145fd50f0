"""`hgr graph`: the role graph of captions typed on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from graphs.role_graph import RoleGraph

FORMATS = ("text", "json", "svg", "html")


def command(
    captions: Annotated[
        list[str], typer.Argument(metavar="CAPTION...", help="One or more captions, quoted.")
    ],
    format: Annotated[
        str, typer.Option(help="text, json, svg (one caption) or html (a page for a browser).")
    ] = "text",
    parser: Annotated[
        str, typer.Option(help="builtin, spacy:<model>, stanza:<language> or conllu:<file>.")
    ] = "builtin",
    out: Annotated[Path | None, typer.Option(help="Write here instead of to the terminal.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Open the page in a browser.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Parse captions and show who does what to whom."""
    if json_output:
        format = "json"
    if show:
        format = "html"
        out = out or Path("role_graphs.html")
    if format not in FORMATS:
        raise typer.BadParameter(f"{format!r}, expected one of {', '.join(FORMATS)}", param_hint="--format")
    if format == "svg" and len(captions) > 1:
        raise typer.BadParameter(
            "svg takes one caption; use --format html for several", param_hint="--format"
        )
    content = render(caption_graphs(captions, parser), format)
    if out is None:
        typer.echo(content.rstrip("\n"))
        return
    from parsing.atomic_file import atomic_write

    with atomic_write(out) as file:
        file.write(content.encode("utf-8"))
    typer.echo(f"{out}", err=True)
    if show:
        import webbrowser

        webbrowser.open(out.absolute().as_uri())


def caption_graphs(captions: list[str], parser: str = "builtin") -> list[tuple[str, RoleGraph]]:
    """Captions with their role graphs.

    Raises:
        ParserError: The parser cannot be loaded, or a caption cannot be parsed.
    """
    from graphs.build import build_role_graph
    from parsing.guard import parse_safely
    from parsing.parsed_caption import ParseFailure
    from parsing.parsers import ParserError, load_parser

    found = []
    for result in parse_safely(load_parser(parser), captions):
        if isinstance(result, ParseFailure):
            raise ParserError(f"caption {result.text[:80]!r}: {result.reason}")
        found.append((result.text, build_role_graph(result)))
    return found


def render(items: list[tuple[str, RoleGraph]], format: str) -> str:
    """Graphs as "text", "json", "svg" (the first) or "html"."""
    from graphs.drawing import draw_html, draw_svg, draw_text
    from graphs.formats import to_record
    from parsing.json_lines import dumps

    if format == "json":
        return dumps({"graphs": [to_record(text, graph) for text, graph in items]}) + "\n"
    if format == "svg":
        return draw_svg(items[0][1])
    if format == "html":
        return draw_html(items)
    return "\n\n".join(draw_text(graph) for _, graph in items) + "\n"
