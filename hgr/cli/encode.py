"""`hgr encode`: export level embeddings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[Path, typer.Argument(help="Folder of a trained run.")],
    out: Annotated[Path, typer.Option(help="Folder to make, with text/ and video/ in it.")],
    split: Annotated[str, typer.Option(help="Whose captions and videos.")] = "test",
    checkpoint: Annotated[str, typer.Option(help="best or last.")] = "best",
    device: Annotated[str, typer.Option(help="cpu, cuda, ...")] = "cpu",
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Encode a split's captions and videos and write the vectors of every level as .npy files."""
    import json

    from hgr.cli.bars import bar
    from hgr.retrieval.export import export_embeddings
    from hgr.retrieval.loaded_run import load_run

    found = export_embeddings(load_run(run, checkpoint=checkpoint, device=device), split, out, progress=bar)
    if json_output:
        values = {"path": str(found.path), "texts": found.texts, "videos": found.videos}
        print(json.dumps({**values, "levels": list(found.levels)}))
    else:
        print(f"{found.path}: {found.texts} texts, {found.videos} videos, levels {', '.join(found.levels)}")
