"""Two or more runs side by side: differences, tests, intervals, wins and losses by query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from hgr.analysis.significance import (
    PERMUTATIONS,
    Clustered,
    bootstrap_interval,
    by_cluster,
    detectable_difference,
    holm,
    randomization_test,
)
from hgr.analysis.stored_ranks import StoredRanking, StoredRanks
from hgr.data.protocols import VIDEO_TO_TEXT, check_comparable
from hgr.errors import DataError
from hgr.metrics.summary import reciprocal

CUTOFFS = (1, 5, 10)
SHORT = {"text_to_video": "t2v", "video_to_text": "v2t", "video_to_text_grouped": "v2t grouped"}
"""Direction -> what its metrics are called."""


@dataclass(frozen=True)
class Entrant:
    """What is compared: one run, or several runs that differ in their seed only.

    Attributes:
        name: Name in the tables.
        runs: Its ranks, one a seed.
    """

    name: str
    runs: tuple[StoredRanks, ...]


@dataclass(frozen=True)
class Score:
    """One metric of one entrant.

    Attributes:
        mean: Over the seeds.
        deviation: Sample standard deviation over the seeds (n - 1), None with one seed.
        low: Lower end of the 95 % bootstrap interval over videos.
        high: Its upper end.
    """

    mean: float
    deviation: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Test:
    """One metric of two entrants.

    Attributes:
        first: Name of the first.
        second: Name of the second.
        metric: Name of the metric.
        difference: Second minus first.
        low: Lower end of its 95 % bootstrap interval.
        high: Its upper end.
        p: Of the paired randomization test, clustered by video.
        adjusted: p after Holm's correction over all tests of the comparison.
        detectable: Smallest difference found with 80 % chance on this test set.
        wins: Queries on which the second is better.
        ties: Queries on which they are equal.
        losses: Queries on which the first is better.
    """

    first: str
    second: str
    metric: str
    difference: float
    low: float
    high: float
    p: float
    adjusted: float
    detectable: float
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True)
class Comparison:
    """The result of `compare`.

    Attributes:
        protocol: The stamp that all runs share.
        matrix: Which matrix was compared.
        convention: Which query convention.
        metrics: Names of the metrics, in order.
        num_clusters: Number of videos that are independent units.
        scores: Entrant -> metric -> score.
        tests: One a pair of entrants and metric.
        seeds: Entrant -> number of seeds.
    """

    protocol: Mapping[str, Any]
    matrix: str
    convention: str
    metrics: tuple[str, ...]
    num_clusters: int
    scores: Mapping[str, Mapping[str, Score]]
    tests: tuple[Test, ...]
    seeds: Mapping[str, int]


@dataclass(frozen=True)
class _Values:
    """Per-query values of one metric, the same queries for every entrant: (seeds, Q); bigger is better if
    sign is 1."""

    by_seed: np.ndarray
    clusters: tuple[str, ...]
    sign: int = 1

    @property
    def mean(self) -> np.ndarray:
        return self.by_seed.mean(axis=0)


def compare(
    entrants: Sequence[Entrant],
    *,
    matrix: str = "fused",
    convention: str | None = None,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> Comparison:
    """Compare every pair of entrants on recalls, reciprocal rank and mean rank, both directions.

    Both definitions of video to text, the protocol's own first; the other one without R@1, which is the same, and
    not at all where every video has one caption or some run has it not stored.

    With several seeds an entrant's value of a query is its mean over them: the test then asks about the
    recipe on these videos, and the deviation over seeds stands beside it.

    Args:
        entrants: At least two, with distinct names.
        matrix: "fused" or a level.
        convention: "every_caption" or "unique_strings"; None for what the protocol says.
        permutations: Of the randomization test.
        seed: Of permutations and bootstrap.

    Raises:
        DataError: Runs of different protocols, other queries, names that repeat.
    """
    names = _names(entrants)
    check_comparable(dict(_stamps(entrants)))
    stamp = entrants[0].runs[0].protocol
    convention = convention or _convention(stamp)
    directions = _directions(entrants, stamp, matrix, convention)
    tables = _aligned({e.name: _tables(e, matrix, convention, directions) for e in entrants})
    metrics = tuple(tables[names[0]])
    scores = {
        name: {metric: _score(values, seed) for metric, values in table.items()}
        for name, table in tables.items()
    }
    pairs = [(a, b, m) for a, b in combinations(names, 2) for m in metrics]
    raw = [_test(a, b, m, tables[a][m], tables[b][m], permutations, seed) for a, b, m in pairs]
    adjusted = holm([test.p for test in raw])
    tests = tuple(Test(**{**test.__dict__, "adjusted": p}) for test, p in zip(raw, adjusted, strict=True))
    clusters = {c for values in tables[names[0]].values() for c in values.clusters}
    return Comparison(
        dict(stamp),
        matrix,
        convention,
        metrics,
        len(clusters),
        scores,
        tests,
        {e.name: len(e.runs) for e in entrants},
    )


def _names(entrants: Sequence[Entrant]) -> list[str]:
    names = [e.name for e in entrants]
    if len(names) < 2 or len(set(names)) != len(names):
        raise DataError(
            f"expected at least two runs with distinct names, found {', '.join(names) or 'none'}; "
            "name them as in A=RUN B=RUN"
        )
    for entrant in entrants:
        if not entrant.runs:
            raise DataError(f"{entrant.name}: no runs")
    return names


def _stamps(entrants: Sequence[Entrant]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What every run was measured on, named as a message names it."""
    for entrant in entrants:
        for i, run in enumerate(entrant.runs, 1):
            yield entrant.name if len(entrant.runs) == 1 else f"{entrant.name} (run {i})", run.protocol


def _convention(stamp: Mapping[str, Any]) -> str:
    """The query convention of a protocol, as ranks are stored under it."""
    return "unique_strings" if stamp.get("queries") == "unique_strings" else "every_caption"


def _directions(
    entrants: Sequence[Entrant], stamp: Mapping[str, Any], matrix: str, convention: str
) -> dict[str, tuple[int, ...]]:
    """Direction -> cutoffs of the recalls that are compared, the protocol's definition of video to text first."""
    first = VIDEO_TO_TEXT.get(stamp.get("video_to_text", "all_captions"), "video_to_text")
    grouped = VIDEO_TO_TEXT["grouped"]
    runs = [run for entrant in entrants for run in entrant.runs]
    if not all(run.has(matrix, grouped, convention) for run in runs) or _one_a_video(
        runs[0], matrix, convention
    ):
        return dict.fromkeys(("text_to_video", "video_to_text"), CUTOFFS)
    other = next(direction for direction in VIDEO_TO_TEXT.values() if direction != first)
    return {"text_to_video": CUTOFFS, first: CUTOFFS, other: tuple(k for k in CUTOFFS if k > 1)}


def _one_a_video(run: StoredRanks, matrix: str, convention: str) -> bool:
    """Whether every video has one caption, so that both definitions of video to text are the same."""
    sizes = {run.get(matrix, side, convention).ranks.num_candidates for side in VIDEO_TO_TEXT.values()}
    return len(sizes) == 1


def _tables(
    entrant: Entrant, matrix: str, convention: str, directions: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[_Values, tuple[str, ...]]]:
    """Metric -> values with the ids of their queries."""
    found: dict[str, tuple[_Values, tuple[str, ...]]] = {}
    for direction, cutoffs in directions.items():
        rankings = [_sorted(run.get(matrix, direction, convention)) for run in entrant.runs]
        queries = rankings[0].queries
        if any(r.queries != queries for r in rankings):
            raise DataError(f"{entrant.name}: its runs do not have the same {direction} queries")
        short = SHORT[direction]
        for k in cutoffs:
            values = np.stack([100.0 * r.ranks.hits(k).numpy() for r in rankings])
            found[f"{short} R@{k}"] = _Values(values, rankings[0].clusters), queries
        values = np.stack([reciprocal(r.ranks).numpy() for r in rankings])
        found[f"{short} MRR"] = _Values(values, rankings[0].clusters), queries
        values = np.stack([r.ranks.best.numpy() + 1.0 for r in rankings])
        found[f"{short} MnR"] = _Values(values, rankings[0].clusters, -1), queries
    return found


def _aligned(
    tables: Mapping[str, Mapping[str, tuple[_Values, tuple[str, ...]]]],
) -> dict[str, dict[str, _Values]]:
    first_name = next(iter(tables))
    for name, table in tables.items():
        for metric, (_, queries) in table.items():
            expected = tables[first_name][metric][1]
            if queries != expected:
                missing = sorted(set(expected) ^ set(queries))
                raise DataError(
                    f"{first_name} and {name} do not have the same queries for {metric}: {len(missing)} differ, "
                    f"the first {missing[:1]}"
                )
    return {name: {metric: values for metric, (values, _) in table.items()} for name, table in tables.items()}


def _sorted(ranking: StoredRanking) -> StoredRanking:
    """The same ranking with its queries in order of their ids."""
    order = sorted(range(len(ranking.queries)), key=lambda i: ranking.queries[i])
    return StoredRanking(
        ranking.matrix,
        ranking.direction,
        ranking.convention,
        ranking.ranks.select(np.array(order)),
        tuple(ranking.queries[i] for i in order),
        tuple(ranking.clusters[i] for i in order),
    )


def _score(values: _Values, seed: int) -> Score:
    low, high = bootstrap_interval(by_cluster(values.mean, values.clusters), seed=seed, resamples=2000)
    means = values.by_seed.mean(axis=1)
    deviation = float(means.std(ddof=1)) if len(means) > 1 else None
    return Score(float(means.mean()), deviation, low, high)


def _test(a: str, b: str, metric: str, first: _Values, second: _Values, permutations: int, seed: int) -> Test:
    differences = second.mean - first.mean
    clustered: Clustered = by_cluster(differences, first.clusters)
    low, high = bootstrap_interval(clustered, seed=seed, resamples=2000)
    better = differences * first.sign
    p = randomization_test(clustered.sums, permutations, seed)
    return Test(
        a,
        b,
        metric,
        clustered.mean,
        low,
        high,
        p,
        p,
        detectable_difference(clustered),
        int((better > 0).sum()),
        int((better == 0).sum()),
        int((better < 0).sum()),
    )
