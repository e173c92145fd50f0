"""A run folder from matrices of another system, so that comparison and report work for it too."""

from __future__ import annotations

import os

import numpy as np
import torch

from hgr.analysis.entrants import ranks_file
from hgr.analysis.level_analysis import make_stamp
from hgr.analysis.stored import FUSED, SimilarityWriter, StoredSimilarity
from hgr.analysis.stored_ranks import StoredRanking, StoredRanks, both_directions
from hgr.errors import DataError
from hgr.metrics.ranking import ranks
from hgr.runs import RunFolder


def write_foreign_run(stored: StoredSimilarity, path: str | os.PathLike[str], split: str) -> StoredRanks:
    """Write similarities and ranks as an evaluation would.

    Without a fused matrix the mean of the levels is written as one.

    Args:
        stored: Matrices of another system.
        path: Run folder; must be new or empty.
        split: Name under which they are kept.

    Returns:
        The ranks that were written.

    Raises:
        DataError: The folder is not empty, or a video has no text, so that video-to-text has no answer.
    """
    run = RunFolder(path)
    if run.path.exists() and any(run.path.iterdir()):
        raise DataError(f"{run.path}: expected a new or empty folder")
    matrices = {name: np.array(matrix, dtype=np.float32) for name, matrix in stored.matrices.items()}
    if FUSED not in matrices:
        matrices[FUSED] = np.mean(list(matrices.values()), axis=0, dtype=np.float32)
    relevant = torch.from_numpy(stored.relevant())
    lonely = (~relevant.any(dim=0)).nonzero().flatten()
    if len(lonely):
        raise DataError(
            f"{stored.source}: {len(lonely)} videos have no text, the first {stored.videos[int(lonely[0])]!r}"
        )
    writer = SimilarityWriter(run.similarity(split), stored.texts, stored.videos, list(matrices))
    rankings: list[StoredRanking] = []
    for name, matrix in matrices.items():
        writer.add(name, matrix)
        scores = torch.from_numpy(matrix)
        rankings += both_directions(
            matrix=name,
            text_to_video=ranks(scores, relevant),
            video_to_text=ranks(scores.T, relevant.T),
            texts=[row.id for row in stored.texts],
            text_videos=[row.videos[0] for row in stored.texts],
            videos=stored.videos,
        )
    writer.close()
    found = StoredRanks(make_stamp(stored, split=split), tuple(rankings))
    found.write(ranks_file(run, split))
    return found
