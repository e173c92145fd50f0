"""`hgr search`: find videos for a sentence, with reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[Path, typer.Argument(help="Folder of a trained run.")],
    queries: Annotated[list[str] | None, typer.Argument(help="One or more sentences, quoted.")] = None,
    file: Annotated[Path | None, typer.Option(help="Text file with a sentence a line.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many videos.")] = 5,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which frames each phrase attended to.")
    ] = False,
    split: Annotated[
        str | None, typer.Option(help="Search the videos of this split; all with features if not given.")
    ] = None,
    parser: Annotated[
        str | None, typer.Option(help="Parse the sentences with this in place of the run's own parser.")
    ] = None,
    checkpoint: Annotated[str, typer.Option(help="best or last.")] = "best",
    device: Annotated[str, typer.Option(help="cpu, cuda, ...")] = "cpu",
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find the videos of a run's data set that a sentence describes, scored on every level."""
    sentences = [*(queries or []), *(read_queries(file) if file else [])]
    if not sentences:
        raise typer.BadParameter("give a sentence, or --file with a sentence a line", param_hint="QUERIES")
    import json

    from hgr.cli.bars import bar
    from hgr.retrieval.answers import answer
    from hgr.retrieval.retriever import Retriever

    retriever = Retriever.load(
        run, checkpoint=checkpoint, parser=parser, split=split, device=device, progress=bar
    )
    found = [answer(retriever, sentence, top=top, explain=explain or json_output) for sentence in sentences]
    if json_output:
        print(json.dumps({"run": str(run), "split": split, "answers": [one.to_json() for one in found]}))
    else:
        print("\n\n".join(one.text(explain=explain) for one in found))


def read_queries(path: Path) -> list[str]:
    """The lines of a text file that are not blank.

    Raises:
        DataError: The file cannot be read as UTF-8 text, or has no sentence.
    """
    from hgr.errors import DataError

    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise DataError(f"{path}: queries cannot be read: {problem}") from None
    found = [line.strip() for line in lines if line.strip()]
    if not found:
        raise DataError(f"{path}: expected a sentence a line, found no text")
    return found
