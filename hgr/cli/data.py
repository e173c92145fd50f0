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
