"""A trained run measured on a split: what `hgr evaluate` does, for use from Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from hgr.analysis.choice import ChoiceAccuracy, choice_accuracy, read_choices
from hgr.analysis.stored_ranks import Convention, StoredRanks
from hgr.analysis.versioned_json import write_versioned
from hgr.data.items import Caption
from hgr.data.prepare import graph_source, prepare
from hgr.data.protocols import CUSTOM, PROTOCOLS, Protocol, check_expected, find_protocol, stamp
from hgr.data.role_graphs import role_graphs_of, text_items
from hgr.errors import DataError
from hgr.evaluation import Progress, evaluate
from hgr.evaluation_result import SCHEMA, EvaluationResult
from hgr.models.base import FUSED
from hgr.objective import all_matrices
from hgr.retrieval.loaded_run import LoadedRun
from hgr.settings import EvaluationSettings

CHOICES_FILE = "choices.jsonl"
PAIRS_AT_ONCE = 256


def evaluate_run(
    run: LoadedRun,
    split: str = "test",
    *,
    protocol: str = CUSTOM,
    protocol_deviates: bool = False,
    settings: EvaluationSettings | None = None,
    progress: Progress | None = None,
) -> EvaluationResult:
    """Rank a split and leave results, per-query ranks and, where the settings say so, similarities in the run's folder.

    Args:
        run: The run.
        split: Which split of its data set.
        protocol: Name of the protocol that the split stands for; its digest goes into the result. A named
            protocol also decides which query convention and which video-to-text stand first.
        protocol_deviates: Go on where the data are not what the protocol expects; the result says so.
        settings: In place of the run's own evaluation section.
        progress: (iterable, description, length) -> iterable.

    Raises:
        DataError: Data that do not fit the run, or that are not what the protocol expects.
    """
    chosen = settings or run.settings.evaluation
    named = find_protocol(protocol)
    data = prepare(run.settings, [split], run.spec, run.recipes)
    part = data.splits[split]
    made = stamp(protocol, split, [text.caption for text in part.texts], part.videos.ids)
    made = replace(made, ties=chosen.ties)
    if not protocol_deviates:
        check_expected(made)
    result = evaluate(
        run.model,
        run.inputs,
        part.texts,
        part.videos,
        chosen,
        device=run.device,
        precision=run.settings.training.precision,
        similarity_folder=run.folder.similarity(split) if chosen.keep_similarity else None,
        progress=progress,
    )
    notes = {
        "protocol": made.to_json(),
        "weights": run.weights,
        "missing": part.missing.counts,
        "graphs": {
            "from_file": data.graphs.from_file,
            "parsed": data.graphs.parsed,
            "failed": len(data.graphs.failed),
        },
    }
    result = replace(
        result, notes=notes, headline=_headline(named, chosen), video_to_text=named.video_to_text
    )
    content = {key: value for key, value in result.to_json().items() if key not in ("schema", "version")}
    write_versioned(run.folder.results(split), SCHEMA, content)
    StoredRanks(made.to_json(), result.rankings).write(run.folder.results(split).with_suffix(".ranks.npz"))
    return result


def _headline(protocol: Protocol, settings: EvaluationSettings) -> Convention:
    """The convention that stands first: a named protocol's, or else that of the settings."""
    if protocol.name not in PROTOCOLS:
        return settings.queries
    return "unique_strings" if protocol.queries == "unique_strings" else "every_caption"


def evaluate_choices(
    run: LoadedRun, path: Path | None = None, split: str = "test", matrix: str = FUSED
) -> list[ChoiceAccuracy]:
    """How often a run scores the true caption of a video above an altered one, by kind of alteration.

    Args:
        run: The run.
        path: Pairs as JSON lines; None is `choices.jsonl` of the run's data set.
        split: Which of the pairs.
        matrix: "fused" or a level.

    Raises:
        DataError: No such file, no pairs, or videos without features.
    """
    path = path or Path(run.data.folder) / CHOICES_FILE
    if not path.is_file():
        raise DataError(
            f"{path}: no such file; `hgr data make-scenes` writes such pairs (`hgr probe run` reads a probe set)"
        )
    pairs = read_choices(path, split)
    unknown = sorted({pair.video for pair in pairs} - set(run.video_ids))
    if unknown:
        raise DataError(f"{path}: {len(unknown)} videos have no features, the first: {unknown[:20]}")

    def score(texts: Sequence[str], videos: Sequence[str]) -> np.ndarray:
        return pair_scores(run, texts, videos)[matrix]

    return choice_accuracy(pairs, score)


def pair_scores(run: LoadedRun, texts: Sequence[str], videos: Sequence[str]) -> dict[str, np.ndarray]:
    """Scores of given pairs of captions and videos, on every level and fused.

    Args:
        run: The run.
        texts: N captions.
        videos: N video ids.

    Returns:
        {matrix: (N,) float64}.
    """
    graphs, _ = role_graphs_of(texts, graph_source(run.data))
    by_video: dict[str, list[int]] = {}
    for i, video in enumerate(videos):
        by_video.setdefault(video, []).append(i)
    items = run.video_items(tuple(by_video))
    found: dict[str, np.ndarray] = {}
    with torch.inference_mode():
        for k, positions in enumerate(by_video.values()):
            embedded = run.model.encode_video(run.inputs.video([items[k]]).to(run.device))
            for start in range(0, len(positions), PAIRS_AT_ONCE):
                rows = positions[start : start + PAIRS_AT_ONCE]
                captions = [Caption(str(i), videos[i], texts[i]) for i in rows]
                batch = run.inputs.text(text_items(captions, graphs, lowercase=run.data.lowercase))
                matrices = all_matrices(run.model, run.model.encode_text(batch.to(run.device)), embedded)
                for name, matrix in matrices.items():
                    if matrix.shape == (len(rows), 1):
                        scores = found.setdefault(name, np.full(len(texts), np.nan))
                        scores[rows] = matrix[:, 0].double().cpu().numpy()
    return found
