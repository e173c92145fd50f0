"""From a run and a probe set to results on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hgr.analysis.probes.margins_file import StoredMargins, margins_path, write_margins
from hgr.analysis.probes.probe_set import Passport, read_probes
from hgr.analysis.probes.results import FUSED, KindResult, kind_results
from hgr.analysis.probes.scoring import elsewhere, encode_probes, level_spreads, probe_margins
from hgr.analysis.probes.tables import SCHEMA, results_json
from hgr.analysis.stored import StoredSimilarity
from hgr.analysis.versioned_json import write_versioned
from hgr.errors import DataError
from hgr.runs import RunFolder

VALIDATION = "val"
"""The split that gives the spreads where none is named and its scores are stored."""
PROBES_CAPTIONS = "the probes' captions"


@dataclass(frozen=True)
class Ran:
    """Results of a probe run.

    Attributes:
        results: One a kind.
        passports: Of the probe set.
        about: What was run on what.
    """

    results: tuple[KindResult, ...]
    passports: tuple[Passport, ...]
    about: dict[str, Any]


def run_probes(
    run: Path,
    probes: Path,
    *,
    checkpoint: str = "best",
    validation: str | None = None,
    single_frame: bool = True,
    other_video: bool = True,
    seed: int = 0,
) -> Ran:
    """Score a probe set and write `results/probes.<name>.json` and `.margins.npz` into the run.

    Args:
        run: The run's folder.
        probes: The probe set.
        checkpoint: "best" or "last".
        validation: Split whose stored similarities give the levels' spreads; where None those of `VALIDATION` if
            they are there, else the probes' captions.
        single_frame: Also score with one frame of each video.
        other_video: Also score with another video each.
        seed: Of permutations and bootstrap.

    Raises:
        DataError: An empty probe set, a video without features, a caption that cannot be parsed, a named split
            without stored similarities.
    """
    from hgr.retrieval.retriever import Retriever

    listed, passports, made = read_probes(probes)
    if not listed:
        raise DataError(f"{probes}: no probes in it")
    retriever = Retriever.load(run, checkpoint=checkpoint)
    folder = retriever.run.folder
    scores, spreads_from = _stored_scores(folder, validation)
    encoded = encode_probes(retriever, listed)
    margins = probe_margins(retriever, listed, encoded=encoded)
    single = None
    if single_frame:
        single = probe_margins(retriever, listed, encoded=encoded, single_frame=True)[FUSED]
    moved = elsewhere(listed) if other_video else None
    other = None if moved is None else probe_margins(retriever, moved, encoded=encoded)[FUSED]
    spreads = level_spreads(retriever, listed, scores)
    results = kind_results(listed, margins, spreads, single, other, seed)
    about = {
        "probes": probes.name,
        "made_from": made,
        "weights": retriever.run.weights,
        "spreads_from": spreads_from,
    }
    content = results_json(results, passports, about)
    path = folder.results(f"probes.{probes.stem}")
    write_versioned(path, SCHEMA, content)
    write_margins(margins_path(path), listed, StoredMargins(margins, spreads, single, other))
    return Ran(tuple(results), tuple(passports), about)


def _stored_scores(folder: RunFolder, validation: str | None) -> tuple[StoredSimilarity | None, str]:
    """The scores that give the spreads, None for the probes' captions, and what they are called."""
    split = validation or VALIDATION
    stored = folder.similarity(split)
    if stored.is_dir():
        return StoredSimilarity.open(stored), split
    if validation is None:
        return None, PROBES_CAPTIONS
    raise DataError(
        f"{stored}: no stored similarities; run: hgr evaluate {folder.path} --split {split} --keep-similarity"
    )
