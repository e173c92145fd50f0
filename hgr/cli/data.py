"""`hgr data`: make and inspect data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Make and inspect data sets.",
)


@app.callback()
def data() -> None:
    """Make and inspect data sets."""


@app.command("make-scenes")
def make_scenes_command(
    out: Annotated[Path, typer.Argument(help="Folder to make; must be new or empty.")],
    config: Annotated[str, typer.Option(help="demo, full, paragraphs, or a YAML file.")] = "demo",
    videos: Annotated[
        int | None, typer.Option(min=1, help="About this many clips in all, same shares.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the configuration's seed.")] = None,
    paragraphs: Annotated[
        bool, typer.Option("--paragraphs", help="Several events a clip, a sentence each.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes that render.")] = 1,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Render captioned videos with known role graphs, and siblings that differ in one thing."""
    import json
    from collections.abc import Iterable, Iterator

    from tqdm import tqdm

    from hgr.scenes.config import load_scene_config
    from hgr.scenes.folder import make_scenes

    settings = load_scene_config(config)
    changes: dict[str, object] = {"paragraphs": True} if paragraphs else {}
    if seed is not None:
        changes["seed"] = seed
    settings = settings.model_copy(update=changes)
    if videos is not None:
        settings = settings.resized(videos)

    def bar(finished: Iterator[str], total: int) -> Iterable[str]:
        return tqdm(finished, total=total, unit="clip", disable=None)

    summary = make_scenes(out, settings, workers=workers, progress=bar)
    if json_output:
        print(
            json.dumps(
                {
                    "path": str(summary.path),
                    "clips": summary.clips,
                    "captions": summary.captions,
                    "choices": summary.choices,
                }
            )
        )
        return
    for split, clips in summary.clips.items():
        pairs = ", ".join(f"{kind} {count}" for kind, count in summary.choices[split].items() if count)
        print(f"{split}: {clips} clips, {summary.captions[split]} captions; choices: {pairs or 'none'}")


@app.command("check")
def check_command(
    root: Annotated[Path, typer.Argument(help="Folder with the original annotation files.")],
    dataset: Annotated[list[str] | None, typer.Option(help="Only this data set; several times.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say which public data sets are there, what is missing, what does not match its protocol."""
    import json
    from dataclasses import asdict

    from hgr.cli.main import DATA
    from hgr.data.check import check_root, report_lines

    reports = check_root(root, dataset)
    typer.echo(
        json.dumps({"datasets": [asdict(report) for report in reports]})
        if json_output
        else "\n".join(report_lines(reports))
    )
    wrong = [p for r in reports for p in r.protocols if p.error or any(s.problems for s in p.splits)]
    if wrong or not any(p.splits for r in reports for p in r.protocols):
        raise typer.Exit(DATA)


@app.command("import")
def import_command(
    root: Annotated[Path, typer.Argument(help="Folder with the original annotation files.")],
    protocol: Annotated[str, typer.Argument(help="Name of the protocol, as msrvtt/1k-A.")],
    out: Annotated[Path, typer.Argument(help="Data set folder to write; must be new or empty.")],
) -> None:
    """Make a data set's folder from the original annotation files of a protocol."""
    from hgr.data.check import read_protocol
    from hgr.data.classes import CLASSES_FILE, merge_classes, write_classes
    from hgr.data.folder import write_folder
    from hgr.errors import DataError

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        what = "a folder that is not empty" if out.is_dir() else "a file"
        raise DataError(f"{out}: expected a new or empty folder, found {what}")
    splits = read_protocol(root, protocol)
    captions = {caption.id: caption for data in splits.values() for caption in data.captions}
    videos = {video.id: video for data in splits.values() for video in data.videos}
    names = {split: [video.id for video in data.videos] for split, data in splits.items()}
    write_folder(out, captions.values(), videos.values(), names)
    if classes := [data.classes for data in splits.values() if data.classes is not None]:
        write_classes(out / CLASSES_FILE, merge_classes(classes))
    sizes = ", ".join(f"{split} {len(ids):,} videos" for split, ids in names.items())
    typer.echo(f"{out}: {protocol}, {len(captions):,} captions; {sizes}")
