"""`hgr evaluate`: level x direction, both query conventions, both definitions of video to text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hgr.cli.protocol_option import ProtocolDeviates


def command(
    run: Annotated[Path, typer.Argument(help="Folder of a trained run.")],
    split: Annotated[str, typer.Option(help="Which split of its data set.")] = "test",
    protocol: Annotated[
        str, typer.Option(help="Name of the protocol that the split stands for; its counts are checked.")
    ] = "custom",
    protocol_deviates: ProtocolDeviates = False,
    checkpoint: Annotated[str, typer.Option(help="best or last.")] = "best",
    keep_similarity: Annotated[
        bool, typer.Option("--keep-similarity", help="Keep the matrices of every level in the run's folder.")
    ] = False,
    choices: Annotated[
        bool, typer.Option("--choices", help="Also choose between true and altered captions (choices.jsonl).")
    ] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...")] = "auto",
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Rank a split's videos for its captions and the reverse, on every level and fused."""
    import json
    from dataclasses import asdict

    from hgr.cli.bars import bar
    from hgr.device import choose_device
    from hgr.retrieval.loaded_run import load_run
    from hgr.run_evaluation import evaluate_choices, evaluate_run

    loaded = load_run(run, checkpoint=checkpoint, device=str(choose_device(device)))
    settings = loaded.settings.evaluation
    if keep_similarity:
        settings = settings.model_copy(update={"keep_similarity": True})
    result = evaluate_run(
        loaded,
        split,
        protocol=protocol,
        protocol_deviates=protocol_deviates,
        settings=settings,
        progress=bar,
    )
    chosen = evaluate_choices(loaded, split=split) if choices else []
    if json_output:
        print(json.dumps({**result.to_json(), "choices": [asdict(row) for row in chosen]}))
        return
    print(result.table())
    if chosen:
        print("\ntrue against altered caption")
        for row in chosen:
            print(
                f"{row.kind:<16}{100 * row.accuracy:>6.1f} %  [{100 * row.low:.1f}, {100 * row.high:.1f}]  "
                f"p = {row.p_value:.4f}  {row.pairs} pairs of {row.scenes} scenes"
            )
    print(f"\n{loaded.folder.results(split)}")
