"""`hgr analyze`: what each level is worth, from stored similarities; for matrices of other systems too."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def command(
    run: Annotated[Path | None, typer.Argument(help="Run folder with stored similarities.")] = None,
    split: Annotated[str, typer.Option(help="Split that is reported.")] = "test",
    validation: Annotated[
        str | None,
        typer.Option(help="Split on which weights and thresholds are chosen; 'val' where it is stored."),
    ] = None,
    similarity: Annotated[
        list[str] | None, typer.Option(help="Instead of a run: scores.npy, or LEVEL=FILE several times.")
    ] = None,
    ids: Annotated[Path | None, typer.Option(help="With --similarity: ids.json of rows and columns.")] = None,
    graphs: Annotated[Path | None, typer.Option(help="Role graphs of the captions, for slices.")] = None,
    training_graphs: Annotated[
        Path | None, typer.Option(help="Role graphs of training captions, for unseen compositions.")
    ] = None,
    steps: Annotated[
        int, typer.Option(min=1, max=50, help="Fusion weights are multiples of 1 / steps.")
    ] = 10,
    selection: Annotated[str, typer.Option(help="What is best on validation.")] = "rsum",
    correction: Annotated[
        list[str] | None,
        typer.Option(help="NAME=TEMPERATURE of dual_softmax, inverted_softmax or querybank."),
    ] = None,
    bank: Annotated[
        Path | None, typer.Option(help="For querybank: .npy scores of training captions, (captions, videos).")
    ] = None,
    graded: Annotated[
        list[str] | None,
        typer.Option(
            help="nDCG and mAP against graded relevance: bag_of_words, parts_of_speech, synsets, meteor_like or "
            "role_graph_overlap; several times; all that the other options allow with 'all'."
        ),
    ] = None,
    parses: Annotated[
        Path | None,
        typer.Option(help="For graded parts_of_speech and synsets: parse cache or file of parses."),
    ] = None,
    parser: Annotated[
        str | None, typer.Option(help="Whose parses, where the cache has those of several parsers.")
    ] = None,
    wordnet: Annotated[Path | None, typer.Option(help="For graded synsets: WordNet's dict folder.")] = None,
    stop_words: Annotated[
        Path | None, typer.Option(help="For graded bag_of_words: other stop words than the closed classes.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="With --similarity: make a run folder that compare and report read.")
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Metrics, level subsets, fusion weights, oracle, agreement, decisions, hubs, calibration and slices."""
    import json

    from graphs.formats import read_role_graphs
    from hgr.analysis.foreign import open_foreign, parse_matrix_names
    from hgr.analysis.level_analysis import analyze
    from hgr.analysis.level_tables import to_markdown

    if (run is None) == (not similarity) or bool(similarity) != (ids is not None):
        raise typer.BadParameter("expected either a RUN, or --similarity together with --ids")
    if out is not None and not similarity:
        raise typer.BadParameter("--out goes with --similarity")
    options: dict[str, Any] = {"steps": steps, "selection": selection}
    if correction:
        from hgr.analysis.corrections_option import parse_corrections, read_bank

        options |= {
            "corrections": parse_corrections(correction),
            "bank": None if bank is None else read_bank(bank),
        }
    if graphs is not None:
        options["graphs"] = read_role_graphs(graphs)
    if training_graphs is not None:
        options["training"] = read_role_graphs(training_graphs).values()
    if graded:
        from hgr.analysis.graded_option import graded_names, read_knowledge

        known = read_knowledge(
            graphs=options.get("graphs"), parses=parses, parser=parser, wordnet=wordnet, stop_words=stop_words
        )
        options |= {"graded": graded_names(graded, known), "knowledge": known}
    if similarity and ids is not None:
        stored = open_foreign(parse_matrix_names(similarity), ids)
        if out is not None:
            from hgr.analysis.foreign_run import write_foreign_run

            write_foreign_run(stored, out, split)
        found = analyze(stored, **options)
    else:
        assert run is not None
        found = _analyze_run(run, split, validation, options)
    typer.echo(json.dumps(found, ensure_ascii=False) if json_output else to_markdown(found).rstrip())


def _analyze_run(run: Path, split: str, validation: str | None, options: dict[str, Any]) -> dict[str, Any]:
    from hgr.analysis.entrants import ranks_file
    from hgr.analysis.level_analysis import SCHEMA, analyze
    from hgr.analysis.stored import StoredSimilarity
    from hgr.analysis.stored_ranks import StoredRanks
    from hgr.analysis.versioned_json import write_versioned
    from hgr.errors import DataError
    from hgr.runs import RunFolder

    folder = RunFolder(run)
    if not folder.similarity(split).is_dir():
        raise DataError(
            f"{folder.similarity(split)}: no stored similarities; "
            f"run: hgr evaluate {run} --split {split} --keep-similarity"
        )
    chosen = validation or ("val" if split != "val" and folder.similarity("val").is_dir() else None)
    ranks = ranks_file(folder, split)
    found = analyze(
        StoredSimilarity.open(folder.similarity(split)),
        validation=StoredSimilarity.open(folder.similarity(chosen)) if chosen else None,
        protocol=StoredRanks.read(ranks).protocol if ranks.is_file() else None,
        **options,
    )
    content = {key: value for key, value in found.items() if key not in ("schema", "version")}
    write_versioned(folder.results(split).with_suffix(".analysis.json"), SCHEMA, content)
    return found
