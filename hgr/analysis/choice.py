"""Choosing between the true and an altered caption of a video: accuracy by kind, tested against chance.

Pairs of one scene (several wordings, a clip and its sibling) are not independent. Intervals and p-values
therefore resample whole scenes: a bootstrap over scenes for the interval, and for the p-value an exchange of
true and altered caption in all pairs of a scene at once, which under "the scores do not tell them apart"
leaves the distribution unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hgr.errors import DataError

MEAN = "mean"
"""Name of the row that averages over the kinds."""
TIE = 0.5
"""What two equal scores count: a guess."""
FIELDS = ("video", "caption", "altered", "kind", "scene")
RESAMPLES = 10_000
PROBES_SCHEMA = "hgr.probes"
"""What the first line of a probe set says that it is."""

Score = Callable[[Sequence[str], Sequence[str]], np.ndarray]
"""(texts, video ids) of equal length N -> scores (N,), bigger is more similar."""


@dataclass(frozen=True, slots=True)
class ChoicePair:
    """A video, a caption true of it, and one with the same wording that is not.

    Attributes:
        video: Video id.
        caption: The true caption.
        altered: The altered caption.
        kind: What was altered.
        scene: Pairs of one scene are not independent of each other.
        split: Name of the split, "" where unknown.
    """

    video: str
    caption: str
    altered: str
    kind: str
    scene: str
    split: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceAccuracy:
    """How often the true caption scored higher.

    Attributes:
        kind: What was altered, or "mean" for the mean over kinds.
        accuracy: Share of pairs, ties counting half.
        low: Lower end of the 95 % interval.
        high: Its upper end.
        p_value: One-sided, against chance (0.5).
        pairs: Number of pairs.
        scenes: Number of scenes they come from.
        ties: Pairs with equal scores.
    """

    kind: str
    accuracy: float
    low: float
    high: float
    p_value: float
    pairs: int
    scenes: int
    ties: int


def read_choices(path: Path, split: str | None = None) -> list[ChoicePair]:
    """Pairs from choices.jsonl.

    Args:
        path: The file.
        split: Only pairs of this split; None for all.

    Raises:
        DataError: A line is not a pair; file, line and problem are named.
    """
    pairs = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                pair = _pair(line, f"{path}:{number}")
                if split is None or pair.split == split:
                    pairs.append(pair)
    return pairs


def _pair(line: str, where: str) -> ChoicePair:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise DataError(f"{where}: not JSON: {error}") from error
    if not isinstance(record, dict):
        raise DataError(f"{where}: expected an object, found {type(record).__name__}")
    if record.get("schema") == PROBES_SCHEMA:
        raise DataError(f"{where}: expected choice pairs, found a probe set, which `hgr probe run` reads")
    values: dict[str, str] = {}
    for name in (*FIELDS, "split"):
        value = record.get(name, "" if name == "split" else None)
        if not isinstance(value, str):
            raise DataError(f"{where}: {name!r} is {value!r}, expected text")
        values[name] = value
    return ChoicePair(**values)


def choice_accuracy(
    pairs: Sequence[ChoicePair], score: Score, *, seed: int = 0, resamples: int = RESAMPLES
) -> list[ChoiceAccuracy]:
    """Accuracy of a scoring function by kind, with clustered intervals and tests.

    Args:
        pairs: At least one.
        score: The scoring function; it is asked once, for all true and then all altered captions.
        seed: Of the resampling.
        resamples: Bootstrap samples and sign exchanges.

    Returns:
        One row a kind, in first-seen order, and the mean over kinds last.

    Raises:
        DataError: No pairs, or scores of another number.
        DataError: A score is not finite.
    """
    if not pairs:
        raise DataError("no choice pairs: is this the right split of choices.jsonl?")
    texts = [pair.caption for pair in pairs] + [pair.altered for pair in pairs]
    videos = [pair.video for pair in pairs] * 2
    scores = np.asarray(score(texts, videos), dtype=np.float64)
    if scores.shape != (len(texts),):
        raise DataError(f"scores have shape {scores.shape}, expected ({len(texts)},)")
    if not np.isfinite(scores).all():
        first = int(np.flatnonzero(~np.isfinite(scores))[0])
        raise DataError(f"score of {texts[first]!r} with video {videos[first]!r} is {scores[first]}")
    return accuracy_of_margins(
        pairs, scores[: len(pairs)] - scores[len(pairs) :], seed=seed, resamples=resamples
    )


def accuracy_of_margins(
    pairs: Sequence[ChoicePair], margins: np.ndarray, *, seed: int = 0, resamples: int = RESAMPLES
) -> list[ChoiceAccuracy]:
    """Like `choice_accuracy`, from margins (N,): score of the true minus score of the altered caption."""
    hits = np.where(margins > 0, 1.0, np.where(margins < 0, 0.0, TIE))
    kinds = list(dict.fromkeys(pair.kind for pair in pairs))
    scene_ids = {scene: i for i, scene in enumerate(dict.fromkeys(pair.scene for pair in pairs))}
    scenes = np.array([scene_ids[pair.scene] for pair in pairs])
    kind_of = np.array([kinds.index(pair.kind) for pair in pairs])
    sums = np.zeros((len(kinds), len(scene_ids)))
    counts = np.zeros_like(sums)
    np.add.at(sums, (kind_of, scenes), hits - 0.5)
    np.add.at(counts, (kind_of, scenes), 1.0)
    rng = np.random.default_rng(seed)
    boot, null = _resample(sums, counts, rng, resamples)
    excess = sums.sum(1) / counts.sum(1)
    rows = [
        _row(kind, excess[i], boot[:, i], null[:, i], margins[kind_of == i], int((counts[i] > 0).sum()))
        for i, kind in enumerate(kinds)
    ]
    mean = _row(MEAN, excess.mean(), boot.mean(1), null.mean(1), margins, len(scene_ids))
    return [*rows, mean]


def _resample(
    sums: np.ndarray, counts: np.ndarray, rng: np.random.Generator, resamples: int
) -> tuple[np.ndarray, np.ndarray]:
    """Excess over chance (resamples, kinds) of bootstrap samples of scenes, and under exchanged captions.

    Args:
        sums: (kinds, scenes) sum of hit - 0.5.
        counts: (kinds, scenes) number of pairs.
    """
    num_kinds, num_scenes = sums.shape
    boot = np.empty((resamples, num_kinds))
    for kind in range(num_kinds):
        present = np.flatnonzero(counts[kind])
        weights = rng.multinomial(len(present), np.full(len(present), 1 / len(present)), resamples)
        boot[:, kind] = (weights @ sums[kind, present]) / (weights @ counts[kind, present])
    signs = rng.integers(0, 2, (resamples, num_scenes)) * 2.0 - 1.0
    return boot, signs @ sums.T / counts.sum(1)


def _row(
    kind: str, excess: float, boot: np.ndarray, null: np.ndarray, margins: np.ndarray, scenes: int
) -> ChoiceAccuracy:
    low, high = np.quantile(boot, (0.025, 0.975)) + 0.5
    p_value = (1 + int((null >= excess - 1e-12).sum())) / (1 + len(null))
    ties = int((margins == 0).sum())
    return ChoiceAccuracy(
        kind, float(excess) + 0.5, float(low), float(high), p_value, len(margins), scenes, ties
    )
