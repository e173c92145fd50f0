"""`hgr probe`: make altered captions of any captioned data set, and see what a run's levels make of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Altered captions from role graphs, and what each level makes of them.",
)


@app.callback()
def probe() -> None:
    """Altered captions from role graphs, and what each level makes of them."""


@app.command("make")
def make_command(
    folder: Annotated[Path, typer.Argument(help="Data set's folder.")],
    out: Annotated[Path, typer.Option(help="Probe set to write, JSON lines.")],
    split: Annotated[str | None, typer.Option(help="Only captions of this split; all by default.")] = None,
    graphs: Annotated[
        Path | None, typer.Option(help="Role graphs or parse cache; FOLDER/graphs.jsonl by default.")
    ] = None,
    parser: Annotated[str, typer.Option(help="Parses captions that have no role graph there.")] = "builtin",
    kind: Annotated[
        list[str] | None, typer.Option(help="Kind to make; several times; all by default.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the choices.")] = 0,
    refined: Annotated[
        bool, typer.Option("--refine/--no-refine", help="Drop pairs until a blind reader is near chance.")
    ] = True,
    known_words: Annotated[
        bool | None,
        typer.Option("--known-words/--rare-words", help="Trust rare words; by default in small sets."),
    ] = None,
    per_caption: Annotated[
        int, typer.Option(min=1, max=50, help="How often each operator draws; what differs is kept.")
    ] = 1,
    learn_from_all: Annotated[
        bool,
        typer.Option("--learn-from-all", help="Learn what is plausible from the captions of all splits."),
    ] = False,
    sheet: Annotated[
        Path | None, typer.Option(help="Write a random sample of 200 as CSV, to be read by eye.")
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make probes from the role graphs of a data set's captions."""
    import json
    from dataclasses import asdict

    from hgr.analysis.probes.making import make_probes
    from hgr.analysis.probes.tables import check_sheet, passports_markdown
    from parsing.atomic_file import atomic_write

    made = make_probes(
        folder,
        out,
        split=split,
        graphs=graphs,
        parser=parser,
        kinds=kind,
        seed=seed,
        refined=refined,
        known_words=known_words,
        per_caption=per_caption,
        learn_from_all=learn_from_all,
    )
    if sheet is not None:
        with atomic_write(sheet) as file:
            file.write(check_sheet(made.probes, 200, made.captions, seed).encode())
    if json_output:
        summary = {**made.about, "probes": len(made.probes), "kinds": [asdict(p) for p in made.passports]}
        typer.echo(json.dumps(summary))
    else:
        typer.echo(
            f"{out}: {len(made.probes):,} probes from {made.about['captions']:,} captions, "
            f"{made.about['without_graph']:,} of them not parsed\n\n{passports_markdown(made.passports)}".rstrip()
        )


@app.command("run")
def run_command(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    probes: Annotated[Path, typer.Argument(help="Probe set.")],
    checkpoint: Annotated[str, typer.Option(help='"best" or "last".')] = "best",
    validation: Annotated[
        str | None,
        typer.Option(
            help="Split whose stored scores give the levels' spreads; val by default, and where that is not stored "
            "the probes' captions."
        ),
    ] = None,
    single_frame: Annotated[
        bool, typer.Option("--single-frame/--no-single-frame", help="Also with one frame of each video.")
    ] = True,
    other_video: Annotated[
        bool, typer.Option("--other-video/--no-other-video", help="Also with another video in its place.")
    ] = True,
    seed: Annotated[int, typer.Option(min=0, help="Of permutations and bootstrap.")] = 0,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score every caption and its altered version with their own video."""
    import json

    from hgr.analysis.probes.running import run_probes
    from hgr.analysis.probes.tables import results_json, results_markdown

    found = run_probes(
        run,
        probes,
        checkpoint=checkpoint,
        validation=validation,
        single_frame=single_frame,
        other_video=other_video,
        seed=seed,
    )
    if json_output:
        typer.echo(json.dumps(results_json(found.results, found.passports, found.about)))
    else:
        spreads_from = found.about["spreads_from"]
        typer.echo(results_markdown(found.results, found.passports, spreads_from).rstrip())


@app.command("pool")
def pool_command(
    probes: Annotated[Path, typer.Argument(help="Probe set that hgr probe run was called with.")],
    runs: Annotated[list[Path], typer.Argument(help="Run folders: the seeds of one system.")],
    seed: Annotated[int, typer.Option(min=0, help="Of permutations and bootstrap.")] = 0,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read the seeds of one system as one: all their margins, clustered by video."""
    import json

    from hgr.analysis.probes.pooling import pool_probes
    from hgr.analysis.probes.tables import results_json, results_markdown

    found = pool_probes(probes, runs, seed=seed)
    if json_output:
        typer.echo(json.dumps(results_json(found.results, found.passports, found.about)))
    else:
        typer.echo(results_markdown(found.results, found.passports).rstrip())
