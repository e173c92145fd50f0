"""`hgr compare`: is one run better than another, or was it luck?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    runs: Annotated[
        list[str], typer.Argument(help="RUN, NAME=RUN, or several seeds as NAME=RUN,RUN,...; at least two.")
    ],
    split: Annotated[str, typer.Option(help="Split whose results are compared.")] = "test",
    matrix: Annotated[str, typer.Option(help='"fused" or a level.')] = "fused",
    convention: Annotated[
        str | None, typer.Option(help="every_caption or unique_strings; by default what the protocol says.")
    ] = None,
    permutations: Annotated[int, typer.Option(min=100, help="Of the randomization test.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Of permutations and bootstrap.")] = 0,
    latex: Annotated[Path | None, typer.Option(help="Write a LaTeX table to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the Markdown tables to this file.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare runs: paired randomization tests clustered by video, intervals, wins and losses by query."""
    import json

    from hgr.analysis import comparison_tables
    from hgr.analysis.comparison import compare
    from hgr.analysis.entrants import load_entrant
    from parsing.atomic_file import atomic_write

    if len(runs) < 2:
        raise typer.BadParameter("expected at least two runs", param_hint="RUNS")
    found = compare(
        [load_entrant(run, split) for run in runs],
        matrix=matrix,
        convention=convention,
        permutations=permutations,
        seed=seed,
    )
    text = comparison_tables.to_markdown(found)
    for path, content in ((latex, comparison_tables.to_latex(found)), (markdown, text)):
        if path is not None:
            with atomic_write(path) as file:
                file.write(content.encode())
    typer.echo(json.dumps(comparison_tables.to_json(found)) if json_output else text.rstrip())
