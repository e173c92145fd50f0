"""`hgr import-annotations`: a data set's folder of HGR's annotation folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    root: Annotated[Path, typer.Argument(help="Holds annotation/RET and public_split.")],
    out: Annotated[Path, typer.Argument(help="The data set's folder to write.")],
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read HGR's captions, splits and role graphs; `hgr features import` reads its features."""
    import json
    from dataclasses import asdict

    from hgr.importers.annotations import import_annotations

    found = import_annotations(root, out)
    if json_output:
        print(json.dumps({"folder": str(out), **asdict(found)}))
        return
    sizes = ", ".join(f"{name} {count}" for name, count in found.splits.items())
    print(f"{out}: {found.videos} videos, {found.captions} captions; {sizes}")
    for what, ids in (
        ("captions have no role graph", found.without_graph),
        ("videos are in no split", found.without_split),
    ):
        if ids:
            print(f"{len(ids)} {what}, the first: {', '.join(ids[:20])}")
