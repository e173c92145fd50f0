"""`hgr features`: extract features from video files, import others' features, look into a store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Extract, import and inspect video features.",
)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("extract")
def extract(
    folder: Annotated[Path, typer.Argument(help="The data set; its videos.jsonl is read.")],
    out: Annotated[Path, typer.Option(help="The feature store; one that is there is taken up or extended.")],
    backbone: Annotated[str, typer.Option(help="grid, or transformers:<folder or hub name>.")] = "grid",
    frames: Annotated[int, typer.Option(min=1, help="Frames a clip, uniform over it.")] = 16,
    stream: Annotated[str, typer.Option(help="Name of the stream in the store.")] = "frames",
    dtype: Annotated[str, typer.Option(help="float16 or float32.")] = "float16",
    split: Annotated[list[str] | None, typer.Option(help="Only these splits; repeatable.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that decode.")] = 2,
    seconds: Annotated[float, typer.Option(min=0.1, help="Time limit a file.")] = 120.0,
    max_failures: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of bad files above which the exit code is 3.")
    ] = 0.05,
    device: Annotated[str, typer.Option(help="Where a network runs: cpu, cuda, ...")] = "cpu",
    download: Annotated[bool, typer.Option("--download", help="Fetch missing weights from the hub.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Read the video files of a folder and store features of their frames; bad files are listed, not fatal."""
    import json

    from hgr.cli.progress import progress_bar
    from hgr.data.folder import load_folder
    from hgr.errors import Interrupted
    from hgr.video.backbones import load_backbone
    from hgr.video.extraction import extract_features

    network = load_backbone(backbone, device=device, download=download)
    only = None
    if split:
        data = load_folder(folder)
        only = dict.fromkeys(video for name in split for video in data.split(name))
    try:
        with progress_bar("clip") as progress:
            report = extract_features(
                folder,
                out,
                network,
                frames=frames,
                stream=stream,
                dtype=dtype,
                workers=workers,
                seconds=seconds,
                only=only,
                progress=progress,
            )
    except KeyboardInterrupt as stop:
        raise Interrupted(f"{out}: what was extracted is kept; the same command goes on") from stop
    print(json.dumps(report.as_json(), ensure_ascii=False) if json_output else report)
    if report.failed_share > max_failures:
        share = f"{report.failed_share:.1%} of the files failed, more than {max_failures:.1%}"
        typer.echo(f"hgr features: {share}", err=True)
        raise typer.Exit(3)


@app.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(help="HDF5 or npz file, npy file with --names, or a folder of them.")
    ],
    out: Annotated[Path, typer.Option(help="The feature store; one that is there is extended.")],
    stream: Annotated[str, typer.Option(help="Name of the stream, where the source has none.")] = "frames",
    names: Annotated[
        Path | None,
        typer.Option(help="Ids of the rows: npy or text file, or the folder of HGR's trn_names.npy."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="A data set's folder: only its videos, under its ids.")
    ] = None,
    dtype: Annotated[str, typer.Option(help="float16 or float32.")] = "float32",
    note: Annotated[str, typer.Option(help="What the features are; kept in the store.")] = "",
    json_output: JsonOption = False,
) -> None:
    """Copy features that others computed into a store; NaN and wrong widths are errors that name the video."""
    import json

    from hgr.data.feature_import import import_features
    from hgr.data.folder import load_videos

    videos = None if data is None else [video.id for video in load_videos(data)]
    report = import_features(source, out, stream=stream, names=names, videos=videos, dtype=dtype, note=note)
    print(json.dumps(report.as_json(), ensure_ascii=False) if json_output else report)


@app.command("text")
def text(
    folder: Annotated[Path, typer.Argument(help="The data set; its captions.jsonl is read.")],
    out: Annotated[Path, typer.Option(help="The text feature store to make.")],
    network: Annotated[Path, typer.Option(help="Folder of a BERT-like network in the transformers format.")],
    layers: Annotated[str, typer.Option(help="Hidden layers side by side.")] = "-2,-1",
    stream: Annotated[str, typer.Option(help="Name of the stream in the store.")] = "words",
    dtype: Annotated[str, typer.Option(help="float16 or float32.")] = "float16",
    device: Annotated[str, typer.Option(help="Where the network runs: cpu, cuda, ...")] = "cpu",
    json_output: JsonOption = False,
) -> None:
    """Store features of the captions' words, for systems that read those (data.text_features)."""
    import json

    from hgr.data.transformers_text import TextNetwork, extract_text_features

    try:
        chosen = [int(layer) for layer in layers.split(",")]
    except ValueError as error:
        raise typer.BadParameter(
            f"{layers!r}: expected numbers with commas", param_hint="--layers"
        ) from error
    store = extract_text_features(
        folder, out, TextNetwork(network, chosen, device), stream=stream, dtype=dtype
    )
    width = store.streams[stream].dim
    if json_output:
        print(json.dumps({"store": str(out), "stream": stream, "width": width, "texts": len(store.ids)}))
    else:
        print(f"{out}: stream {stream!r}, {width} wide, {len(store.ids)} sentences or captions")


@app.command("info")
def info(
    store: Annotated[Path, typer.Argument(help="The feature store.")],
    check: Annotated[bool, typer.Option("--check", help="Read every value; NaN is an error.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Show a store's streams, how they were made, and which files failed."""
    import json

    from hgr.data.store_summary import summarize_store

    summary = summarize_store(store, check=check)
    print(json.dumps(summary.as_json(), ensure_ascii=False) if json_output else summary)
