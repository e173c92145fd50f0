"""`hgr report`: one self-contained HTML file about a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[
        Path, typer.Argument(help="Run folder, or a folder of similarity matrices with their ids.")
    ],
    split: Annotated[str, typer.Option(help="Which split.")] = "test",
    queries: Annotated[
        int, typer.Option(min=1, help="Queries that are shown one by one; of more captions, a sample.")
    ] = 1000,
    out: Annotated[Path | None, typer.Option(help="HTML file; RUN/report.html if not given.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the sample of queries.")] = 0,
    frames: Annotated[bool, typer.Option(help="Show frames of the video files where they are there.")] = True,
    probes: Annotated[
        Path | None, typer.Option(help="Probe set of `hgr probe make`: altered captions, scored too.")
    ] = None,
    graphs: Annotated[
        Path | None,
        typer.Option(
            help="Matrices from elsewhere: role graphs of their captions; what is missing is parsed where texts are "
            "known."
        ),
    ] = None,
    projector: Annotated[
        bool, typer.Option("--projector", help="Write embeddings for TensorBoard's projector too.")
    ] = False,
    checkpoint: Annotated[str, typer.Option(help="best or last.")] = "best",
    device: Annotated[str, typer.Option(help="cpu, cuda, ...")] = "cpu",
    workers: Annotated[int, typer.Option(min=1, help="Processes that decode frames.")] = 2,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write an offline HTML report: numbers by level, and for queries graph, frames, attention and reasons."""
    import json
    from dataclasses import asdict

    from hgr.analysis.report.source import open_source
    from hgr.analysis.report.write import write_report
    from hgr.cli.bars import bar

    source = open_source(run, split, checkpoint=checkpoint, device=device, graphs=graphs, progress=bar)
    extra = None
    if probes is not None:
        from hgr.analysis.report.probed import probe_extra

        extra = probe_extra(source, probes)
    written = write_report(
        source,
        out or run / "report.html",
        queries=queries,
        seed=seed,
        extra=extra,
        with_frames=frames,
        workers=workers,
        progress=bar,
    )
    values = {**asdict(written), "path": str(written.path)}
    if projector:
        from hgr.analysis.report.projector import write_projector

        values["projector"] = str(write_projector(source, run / "projector"))
    if json_output:
        print(json.dumps(values))
        return
    print(
        f"{written.path}: {written.size / 1e6:.1f} MB, {written.queries} of {written.texts} queries, "
        f"{written.videos} videos, frames of {written.frames}"
    )
    if projector:
        print(f"{values['projector']}: run tensorboard --logdir {values['projector']}, tab Projector")
