"""`hgr import-checkpoint`: a run folder of a published checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    checkpoint: Annotated[Path, typer.Argument(help="The published file, e.g. epoch.12.th.")],
    out: Annotated[Path, typer.Option(help="The run's folder to make.")],
    folder: Annotated[str, typer.Option(help="Folder of the data set that it is used on.")],
    system: Annotated[str, typer.Option(help="hgr, hanet, ...")] = "hgr",
    words: Annotated[Path | None, typer.Option(help="word2int.json or int2word.npy.")] = None,
    table: Annotated[
        list[str] | None, typer.Option(help="NAME=FILE of a further vocabulary; repeatable.")
    ] = None,
    features: Annotated[str | None, typer.Option(help="Feature store; FOLDER/features by default.")] = None,
    stream: Annotated[str | None, typer.Option(help="Which of its streams.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read weights that the authors of a system published, and make a run that evaluate and search can use."""
    import json

    from hgr.importers.checkpoints import Source, import_checkpoint

    tables = {}
    for entry in table or []:
        name, equals, path = entry.partition("=")
        if not equals:
            raise typer.BadParameter(f"{entry!r}: expected NAME=FILE", param_hint="--table")
        tables[name] = Path(path)
    data: dict[str, object] = {"folder": folder}
    if features is not None:
        data["features"] = [features]
    if stream is not None:
        data["streams"] = [stream]
    settings = import_checkpoint(system, Source(checkpoint, words, tables, {}), data, out, out.name)
    if json_output:
        print(json.dumps({"run": str(out), "model": settings.model.model_dump(mode="json")}))
    else:
        print(f"{out}: {system}, {settings.model.model_dump_json(exclude_defaults=True)}")
