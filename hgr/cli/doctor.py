"""`hgr doctor`: what a data set's folder has, what is missing, what does not match."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    folder: Annotated[Path, typer.Argument(help="The data set: captions.jsonl, videos.jsonl, splits/.")],
    features: Annotated[Path | None, typer.Option(help="A feature store to check with it.")] = None,
    decode: Annotated[bool, typer.Option("--decode", help="Read every file over its whole length.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes that look at the files.")] = 2,
    seconds: Annotated[float, typer.Option(min=0.1, help="Time limit a file.")] = 60.0,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check captions, videos, splits and features of a folder; exit code 3 if a training would fail."""
    import json

    from hgr.cli.progress import progress_bar
    from hgr.data.doctor import diagnose

    with progress_bar("file") as progress:
        found = diagnose(
            folder, features=features, decode=decode, workers=workers, seconds=seconds, progress=progress
        )
    print(json.dumps(found.as_json(), ensure_ascii=False) if json_output else found)
    if not found.healthy:
        raise typer.Exit(3)
