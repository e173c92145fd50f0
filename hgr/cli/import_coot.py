"""`hgr import-coot`: a data set's folder of COOT's metadata and features."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    metadata: Annotated[Path, typer.Argument(help="meta_all.json.")],
    out: Annotated[Path, typer.Argument(help="The data set's folder to write.")],
    video_features: Annotated[
        Path | None, typer.Option(help="HDF5 file, or folder of v_<id>.npz with frame_scores.")
    ] = None,
    text_features: Annotated[
        Path | None, typer.Option(help="HDF5 file with one dataset a paragraph.")
    ] = None,
    sentence_splits: Annotated[Path | None, typer.Option(help="JSON with tokens a sentence.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read COOT's annotations and features of ActivityNet Captions or YouCook2."""
    import json
    from dataclasses import asdict

    from hgr.importers.coot_data import LISTED, import_coot_data

    found = import_coot_data(
        metadata,
        out,
        video_features=video_features,
        text_features=text_features,
        sentence_splits=sentence_splits,
    )
    if json_output:
        print(json.dumps({"folder": str(out), **asdict(found)}))
        return
    sizes = ", ".join(f"{name} {count}" for name, count in found.splits.items())
    print(f"{out}: {found.videos} videos, {found.sentences} sentences; {sizes}")
    for what, ids in (
        ("videos had segments without a length or with swapped times, which were mended", found.mended),
        ("videos have no features", found.without_features),
        ("paragraphs have no text features", found.without_text_features),
    ):
        if ids:
            print(f"{len(ids)} {what}, the first: {', '.join(ids[:LISTED])}")
