"""`hgr analyze`: what each level is worth, from stored similarities; for matrices of other systems too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hgr.cli.protocol_option import ProtocolDeviates

if TYPE_CHECKING:
    from hgr.analysis.stored import StoredSimilarity
    from hgr.runs import RunFolder

VALIDATION = "val"
"""Name of the validation split where none is given."""


def command(
    run: Annotated[Path | None, typer.Argument(help="Run folder with stored similarities.")] = None,
    split: Annotated[str, typer.Option(help="Split that is reported.")] = "test",
    validation: Annotated[
        str | None,
        typer.Option(
            help="Another split of the run folder, on which weights and thresholds are chosen; 'val' where it is "
            "stored."
        ),
    ] = None,
    similarity: Annotated[
        list[str] | None, typer.Option(help="Instead of a run: scores.npy, or LEVEL=FILE several times.")
    ] = None,
    ids: Annotated[Path | None, typer.Option(help="With --similarity: ids.json of rows and columns.")] = None,
    validation_similarity: Annotated[
        list[str] | None,
        typer.Option(help="With --similarity: the matrices of the validation split, named alike."),
    ] = None,
    validation_ids: Annotated[
        Path | None, typer.Option(help="With --validation-similarity: their rows and columns.")
    ] = None,
    protocol: Annotated[
        str | None,
        typer.Option(
            help="With --similarity: name of the protocol that the split stands for; its counts are checked."
        ),
    ] = None,
    protocol_deviates: ProtocolDeviates = False,
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
            help="nDCG and mAP against graded relevance: bag_of_words, parts_of_speech, synsets, meteor_like, "
            "role_graph_overlap, or classes (of classes.jsonl); several times; all proxies that the other options "
            "allow with 'all'."
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
        Path | None,
        typer.Option(
            help="With --similarity: make a run folder that compare and report read, or add the split to one."
        ),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Metrics, level subsets, fusion weights, oracle, agreement, decisions, hubs, calibration and slices."""
    import json

    from hgr.analysis.level_tables import to_markdown

    if (run is None) == (not similarity) or bool(similarity) != (ids is not None):
        raise typer.BadParameter("expected either a RUN, or --similarity together with --ids")
    if bool(validation_similarity) != (validation_ids is not None):
        raise typer.BadParameter("--validation-similarity and --validation-ids go together")
    if protocol_deviates and protocol is None:
        raise typer.BadParameter("--protocol-deviates goes with --protocol")
    if not similarity and (out is not None or protocol is not None or validation_ids is not None):
        raise typer.BadParameter(
            "--out, --protocol, --validation-similarity and --validation-ids go with --similarity"
        )
    if validation == split:
        raise typer.BadParameter(
            f"--validation {validation} is the split that is reported; weights chosen on it would be chosen on the "
            "answers"
        )
    options: dict[str, Any] = {
        "steps": steps,
        "selection": _selection(selection),
        **_corrections(correction or [], bank),
        **_graphs(graphs, training_graphs),
    }
    if graded:
        from hgr.analysis.graded_option import graded_names, read_knowledge

        known = read_knowledge(
            graphs=options.get("graphs"), parses=parses, parser=parser, wordnet=wordnet, stop_words=stop_words
        )
        options |= {"graded": graded_names(graded, known), "knowledge": known}
    if run is not None:
        found = _analyze_run(run, split, validation, options)
    else:
        assert similarity is not None and ids is not None
        from hgr.analysis.level_analysis import make_stamp
        from hgr.data.protocols import CUSTOM

        stored = _foreign(similarity, ids)
        other = None
        if validation_similarity is not None and validation_ids is not None:
            other = _foreign(validation_similarity, validation_ids)
        stamp = make_stamp(stored, protocol or CUSTOM, split, strict=not protocol_deviates)
        found = _analyze_foreign(stored, other, out, split, validation, stamp, options)
    typer.echo(json.dumps(found, ensure_ascii=False) if json_output else to_markdown(found).rstrip())


def _selection(name: str) -> str:
    from hgr.analysis.levels import check_selection

    check_selection(name)
    return name


def _corrections(corrections: list[str], bank: Path | None) -> dict[str, Any]:
    from hgr.analysis.corrections_option import BANKED, parse_corrections, read_bank

    named = parse_corrections(corrections)
    if (bank is not None) != (BANKED in named):
        raise typer.BadParameter(f"--bank and --correction {BANKED}=TEMPERATURE go together")
    if not named:
        return {}
    return {"corrections": named, "bank": None if bank is None else read_bank(bank)}


def _graphs(graphs: Path | None, training: Path | None) -> dict[str, Any]:
    from graphs.formats import read_role_graphs

    found: dict[str, Any] = {}
    if graphs is not None:
        found["graphs"] = read_role_graphs(graphs)
    if training is not None:
        found["training"] = read_role_graphs(training).values()
    return found


def _foreign(similarity: list[str], ids: Path) -> StoredSimilarity:
    from hgr.analysis.foreign import open_foreign, parse_matrix_names

    return open_foreign(parse_matrix_names(similarity), ids)


def _analyze_foreign(
    stored: StoredSimilarity,
    other: StoredSimilarity | None,
    out: Path | None,
    split: str,
    validation: str | None,
    stamp: dict[str, Any],
    options: dict[str, Any],
) -> dict[str, Any]:
    """Analyze matrices of another system; with `out` as a run, whose folder may hold the validation split already."""
    from hgr.analysis.level_analysis import analyze

    if other is not None and other.source == stored.source:
        raise typer.BadParameter("--validation-ids are those of the split that is reported")
    if out is None:
        if validation is not None:
            raise typer.BadParameter(
                "--validation names a split of the folder that --out makes; without it, give "
                "--validation-similarity and --validation-ids"
            )
        return analyze(stored, validation=other, protocol=stamp, **options)
    if split == VALIDATION and other is not None and validation is None:
        raise typer.BadParameter(f"--split {split}: say with --validation what the other split is called")
    _keep(stored, other, out, split, validation, stamp["protocol"])
    return _analyze_run(out, split, validation, options)


def _keep(
    stored: StoredSimilarity,
    other: StoredSimilarity | None,
    out: Path,
    split: str,
    validation: str | None,
    protocol: str,
) -> None:
    """Write one or two splits, or neither."""
    from hgr.analysis.foreign_run import check_free, write_foreign_run
    from hgr.analysis.levels import check_levels
    from hgr.errors import DataError
    from hgr.runs import RunFolder

    folder = RunFolder(out)
    check_free(folder, split)
    chosen = _validation(folder, split, validation)
    if other is not None:
        check_levels(other, stored)
        check_free(folder, validation or VALIDATION)
        write_foreign_run(other, out, validation or VALIDATION)
    elif chosen is not None:
        if not folder.similarity(chosen).is_dir():
            raise DataError(
                f"{folder.similarity(chosen)}: no such similarities; write them first, with --split {chosen}, or "
                "give --validation-similarity and --validation-ids"
            )
        check_levels(_stored(folder, chosen), stored)
    write_foreign_run(stored, out, split, protocol)


def _validation(folder: RunFolder, split: str, named: str | None) -> str | None:
    """Split on which weights are chosen: the one that is named, or "val" where it is stored."""
    stored = split != VALIDATION and folder.similarity(VALIDATION).is_dir()
    return named or (VALIDATION if stored else None)


def _analyze_run(run: Path, split: str, validation: str | None, options: dict[str, Any]) -> dict[str, Any]:
    from hgr.analysis.entrants import ranks_file
    from hgr.analysis.level_analysis import SCHEMA, analyze, make_stamp
    from hgr.analysis.stored_ranks import StoredRanks
    from hgr.analysis.versioned_json import write_versioned
    from hgr.runs import RunFolder

    folder = RunFolder(run)
    stored = _stored(folder, split)
    chosen = _validation(folder, split, validation)
    ranks = ranks_file(folder, split)
    found = analyze(
        stored,
        validation=_stored(folder, chosen) if chosen else None,
        protocol=StoredRanks.read(ranks).protocol if ranks.is_file() else make_stamp(stored, split=split),
        **options,
    )
    content = {key: value for key, value in found.items() if key not in ("schema", "version")}
    write_versioned(folder.results(split).with_suffix(".analysis.json"), SCHEMA, content)
    return found


def _stored(folder: RunFolder, split: str) -> StoredSimilarity:
    """The similarities that a run's folder holds of a split."""
    from hgr.analysis.stored import StoredSimilarity
    from hgr.errors import DataError

    place = folder.similarity(split)
    if place.is_dir():
        return StoredSimilarity.open(place)
    if not folder.path.is_dir():
        raise DataError(f"{folder.path}: no such folder")
    if folder.checkpoints.is_dir():
        advice = f"hgr evaluate {folder.path} --split {split} --keep-similarity"
    elif place.parent.is_dir():
        advice = f"hgr analyze --similarity FILE --ids FILE --out {folder.path} --split {split}"
    else:
        raise DataError(f"{folder.path}: neither a run (no checkpoints/) nor similarities (no {place})")
    raise DataError(f"{place}: no stored similarities of split {split!r}; run: {advice}")
