"""`hgr train`: settings in, run folder out."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer


def command(
    config: Annotated[Path, typer.Argument(help="Settings, a YAML file; its relative paths start here.")],
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="Replace one setting, as training.epochs=2; can be repeated.", metavar="A.B=C"
        ),
    ] = None,
    run: Annotated[Path | None, typer.Option(help="Folder of the run; runs/<name> if not given.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a stopped training is.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:<number>.")] = "auto",
    threads: Annotated[
        int | None, typer.Option(min=1, help="CPU threads; torch's choice if not given.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Read all data, try one batch, write nothing but the parse cache."),
    ] = False,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Print the settings with all defaults and end.")
    ] = False,
    tensorboard: Annotated[bool, typer.Option(help="Write TensorBoard events.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Train a system on a data set's folder.

    A stopped training (Ctrl-C, SIGTERM, kill) goes on with --resume; the run's folder then holds the same bytes of
    weights that it would have held without the stop.
    """
    result = train(
        config,
        assignments or [],
        run=run,
        resume=resume,
        device=device,
        threads=threads,
        dry_run=dry_run,
        print_config=print_config,
        tensorboard=tensorboard,
        quiet=as_json,
    )
    if as_json:
        typer.echo(json.dumps(result))
    elif print_config:
        typer.echo(result["config"], nl=False)
    else:
        typer.echo(_summary(result))


def train(
    config: Path,
    assignments: list[str],
    *,
    run: Path | None = None,
    resume: bool = False,
    device: str = "auto",
    threads: int | None = None,
    dry_run: bool = False,
    print_config: bool = False,
    tensorboard: bool = True,
    quiet: bool = False,
) -> dict[str, Any]:
    """What `hgr train` does; returns what it prints with --json.

    Raises:
        ConfigError: Settings that cannot be used.
        DataError: Data, a device or a run folder that cannot be used.
        Interrupted: Stopped by a signal, after writing a checkpoint.
    """
    if threads is not None:
        os.environ["OMP_NUM_THREADS"] = str(threads)  # for libraries that are not loaded yet
    import torch

    from hgr.config import dump
    from hgr.settings import read_settings

    if threads is not None:
        torch.set_num_threads(threads)
    settings = read_settings(config, assignments)
    if print_config:
        return {"config": dump(settings)}
    from hgr.device import choose_device
    from hgr.run_training import dry_run as rehearse_only
    from hgr.run_training import run_training

    chosen = choose_device(device)
    if dry_run:
        return {"dry_run": True, "device": str(chosen), **rehearse_only(settings, chosen)}
    path = run or Path("runs") / settings.name
    return run_training(
        settings,
        str(path),
        resumed=resume,
        device=chosen,
        tensorboard=tensorboard,
        progress=False if quiet else None,
    )


def _summary(result: dict[str, Any]) -> str:
    sizes = ", ".join(
        f"{name}: {split['captions']} captions of {split['videos']} videos"
        for name, split in result["splits"].items()
    )
    lines = [f"data     {sizes}; {result['words']} words; streams {result['streams']}"]
    for name, split in result["splits"].items():
        lines += [
            f"missing  {name}: {count} {kind.replace('_', ' ')}"
            for kind, count in split["missing"].items()
            if count
        ]
    graphs = result["graphs"]
    lines.append(
        f"graphs   {graphs['from_file']} from file, {graphs['parsed']} parsed, {graphs['failed']} failed"
    )
    if altered := result["altered"]:
        lines.append(f"altered  {altered['versions']} altered versions of {altered['captions']} captions")
    lines.append(
        f"model    {result['trained_parameters']:,} of {result['parameters']:,} parameters are trained"
    )
    if "dry_run" in result:
        lines.append(
            f"dry run  loss {result['loss']:.4f} before training, {result['steps_per_epoch']} steps an epoch"
        )
        return "\n".join(lines)
    best = (
        "no validation"
        if result["best"] is None
        else f"best {result['best']:.2f} after epoch {result['best_epoch']}"
    )
    early = ", stopped early" if result["stopped_early"] else ""
    lines.append(
        f"trained  {result['epochs']} epochs, {result['steps']} steps{early}, {result['seconds']:.0f} s; {best}"
    )
    lines.append(f"run      {result['run']}")
    return "\n".join(lines)
