"""A run folder from matrices of another system, so that comparison and report work for it too."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hgr.analysis.entrants import ranks_file
from hgr.analysis.level_analysis import make_stamp
from hgr.analysis.stored import FUSED, SimilarityWriter, StoredSimilarity, score_type
from hgr.analysis.stored_ranks import Convention, StoredRanking, StoredRanks, both_directions
from hgr.analysis.versioned_json import write_versioned
from hgr.data.protocols import CUSTOM
from hgr.errors import DataError
from hgr.evaluation_result import SCHEMA, EvaluationResult
from hgr.metrics.grouping import best_of_group, merge_relevant, unique_strings
from hgr.metrics.ranking import Ranks, ranks
from hgr.metrics.summary import CUTOFFS
from hgr.runs import RunFolder

SIMILARITY_FOLDER = "similarity"


def write_foreign_run(
    stored: StoredSimilarity, path: str | os.PathLike[str], split: str, protocol: str = CUSTOM
) -> StoredRanks:
    """Write similarities, ranks and results as an evaluation would.

    Without a fused matrix the mean of the levels is written as one. Where every text is known, ranks of unique
    strings stand beside those of every caption.

    Args:
        stored: Matrices of another system.
        path: Run folder: new, empty, or made here of other splits.
        split: Name under which they are kept.
        protocol: Name of the protocol that the split stands for.

    Returns:
        The ranks that were written.

    Raises:
        DataError: The folder is another run's, or holds the split; unknown protocol; NaN or infinite scores.
    """
    run = RunFolder(path)
    check_free(run, split)
    made = make_stamp(stored, protocol, split)
    matrices = _matrices(stored)
    rankings = tuple(_all_rankings(stored, matrices))
    writer = SimilarityWriter(
        run.similarity(split),
        stored.texts,
        stored.videos,
        list(matrices),
        {name: matrix.dtype.type for name, matrix in matrices.items()},
    )
    for name, matrix in matrices.items():
        writer.add(name, matrix)
    writer.close()
    _write_result(run, split, stored, rankings, made)
    found = StoredRanks(made, rankings)
    found.write(ranks_file(run, split))
    return found


def check_free(run: RunFolder, split: str) -> None:
    """Raise DataError where a folder cannot take a split of another system."""
    if run.config.exists() or run.checkpoints.exists():
        raise DataError(f"{run.path}: a trained run; matrices of another system need a folder of their own")
    if (run.similarity(split) / "texts.json").exists() or ranks_file(run, split).exists():
        raise DataError(f"{run.path}: holds split {split!r} already; expected another split or a new folder")
    if run.path.exists() and any(run.path.iterdir()) and not run.path.joinpath(SIMILARITY_FOLDER).is_dir():
        raise DataError(f"{run.path}: expected a new or empty folder, or one that --out made of other splits")


@dataclass(frozen=True)
class _Queries:
    """What counts as a query.

    Attributes:
        convention: Name of the rule.
        rows: (Q,) int64 rows of the matrices that are queries.
        relevant: (Q, V) bool.
    """

    convention: Convention
    rows: Tensor
    relevant: Tensor


def _matrices(stored: StoredSimilarity) -> dict[str, np.ndarray]:
    matrices = {name: stored.scores(name) for name in stored.matrices}
    if FUSED not in matrices:
        kind = score_type(*(matrix.dtype for matrix in matrices.values()))
        matrices[FUSED] = np.mean(list(matrices.values()), axis=0, dtype=kind)
    return matrices


def _conventions(stored: StoredSimilarity) -> list[_Queries]:
    relevant = torch.from_numpy(stored.relevant())
    found = [_Queries("every_caption", torch.arange(len(stored.texts)), relevant)]
    texts = [row.text for row in stored.texts]
    if all(texts):
        rows, group = unique_strings(texts)
        found.append(_Queries("unique_strings", rows, merge_relevant(relevant, group, len(rows))))
    return found


def _all_rankings(stored: StoredSimilarity, matrices: Mapping[str, np.ndarray]) -> chain[StoredRanking]:
    conventions = _conventions(stored)
    return chain.from_iterable(
        _rankings(stored, name, torch.from_numpy(matrix), conventions) for name, matrix in matrices.items()
    )


def _rankings(
    stored: StoredSimilarity, name: str, scores: Tensor, conventions: Sequence[_Queries]
) -> list[StoredRanking]:
    answered = torch.from_numpy(stored.answered())
    grouped = _grouped(stored, scores, answered)
    found: list[StoredRanking] = []
    for queries in conventions:
        own = scores if len(queries.rows) == len(scores) else scores[queries.rows]
        rows = [stored.texts[row] for row in queries.rows.tolist()]
        found += both_directions(
            matrix=name,
            text_to_video=ranks(own, queries.relevant),
            video_to_text=ranks(own[:, answered].T, queries.relevant[:, answered].T),
            texts=[row.id for row in rows],
            text_videos=[row.videos[0] for row in rows],
            videos=[stored.videos[column] for column in answered.tolist()],
            convention=queries.convention,
            video_to_text_grouped=grouped,
        )
    return found


def _grouped(stored: StoredSimilarity, scores: Tensor, answered: Tensor) -> Ranks | None:
    """Video-to-text with the captions of a video as one candidate; None where a text belongs to several videos."""
    if any(len(row.videos) > 1 for row in stored.texts):
        return None
    group = torch.searchsorted(answered, torch.from_numpy(stored.pairs()[1]))
    best = best_of_group(scores[:, answered], group, len(answered))
    return ranks(best.T, torch.eye(len(answered), dtype=torch.bool))


def _write_result(
    run: RunFolder,
    split: str,
    stored: StoredSimilarity,
    rankings: tuple[StoredRanking, ...],
    made: Mapping[str, Any],
) -> None:
    result = EvaluationResult(
        rankings=rankings,
        cutoffs=CUTOFFS,
        headline=_headline(rankings, made),
        num_texts=len(stored.texts),
        num_videos=len(stored.videos),
        absent={},
        notes={"protocol": made},
        video_to_text=made["video_to_text"],
    )
    content = {key: value for key, value in result.to_json().items() if key not in ("schema", "version")}
    write_versioned(run.results(split), SCHEMA, content)


def _headline(rankings: Sequence[StoredRanking], made: Mapping[str, Any]) -> Convention:
    """The convention that stands first: unique strings where the protocol has them and the texts are known."""
    known = {ranking.convention for ranking in rankings}
    unique = made["queries"] == "unique_strings" and "unique_strings" in known
    return "unique_strings" if unique else "every_caption"
