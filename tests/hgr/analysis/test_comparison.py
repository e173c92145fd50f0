from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from hgr.analysis.comparison import Entrant, compare
from hgr.analysis.stored import StoredSimilarity
from hgr.analysis.stored_ranks import StoredRanks, both_directions
from hgr.errors import DataError
from hgr.metrics.grouping import best_of_group
from hgr.metrics.ranking import Ranks, ranks
from tests.hgr.analysis.made_up import made_up

STAMP = {"protocol": "custom", "split": "test", "digest": "d", "queries": "every_caption", "ties": "average"}


def as_ranks(
    stored: StoredSimilarity, level: str = "event", order: int | None = None, grouped: bool = False
) -> StoredRanks:
    rows = np.arange(len(stored.texts))
    if order is not None:
        rows = np.random.default_rng(order).permutation(rows)
    scores, relevant = stored.matrices[level][rows], torch.from_numpy(stored.relevant()[rows])
    found = both_directions(
        matrix="fused",
        text_to_video=ranks(scores, relevant),
        video_to_text=ranks(scores.T, relevant.T),
        texts=[stored.texts[i].id for i in rows],
        text_videos=[stored.texts[i].videos[0] for i in rows],
        videos=stored.videos,
        video_to_text_grouped=group_ranks(torch.from_numpy(scores), relevant) if grouped else None,
    )
    return StoredRanks(STAMP, found)


def group_ranks(scores: Tensor, relevant: Tensor) -> Ranks:
    best = best_of_group(scores, relevant.int().argmax(dim=1), relevant.shape[1])
    return ranks(best.T, torch.eye(relevant.shape[1], dtype=torch.bool))


def case(strength: float, noise_seed: int) -> StoredSimilarity:
    base = made_up(seed=0, num_texts=300, num_videos=60)
    rng = np.random.default_rng(noise_seed)
    scores = rng.standard_normal((300, 60)) + strength * stored_relevant(base)
    return StoredSimilarity(base.texts, base.videos, {"event": scores.astype(np.float32)})


def stored_relevant(stored: StoredSimilarity) -> np.ndarray:
    return stored.relevant().astype(np.float64)


def test_a_better_run_is_found_better_in_any_order_of_its_rows() -> None:
    weak, strong = as_ranks(case(0.8, 1)), as_ranks(case(2.0, 2), order=5)
    found = compare([Entrant("weak", (weak,)), Entrant("strong", (strong,))], permutations=500)
    assert found.num_clusters == 60
    test = {t.metric: t for t in found.tests}
    assert test["t2v R@1"].difference > 10 and test["t2v R@1"].adjusted < 0.05
    assert test["t2v MnR"].difference < 0
    assert test["t2v MnR"].wins > test["t2v MnR"].losses
    assert test["t2v R@1"].low < test["t2v R@1"].difference < test["t2v R@1"].high
    assert all(t.adjusted >= t.p for t in found.tests)
    for t in found.tests:
        assert t.wins + t.ties + t.losses == (300 if t.metric.startswith("t2v") else 60)
        scores = found.scores
        assert t.difference == pytest.approx(scores["strong"][t.metric].mean - scores["weak"][t.metric].mean)


def test_a_run_equals_itself() -> None:
    one = as_ranks(case(1.0, 1))
    found = compare(
        [Entrant("a", (one,)), Entrant("b", (as_ranks(case(1.0, 1), order=3),))], permutations=100
    )
    assert all(t.difference == 0 and t.p == 1 and t.wins == t.losses == 0 for t in found.tests)


def test_equal_recipes_do_not_differ() -> None:
    entrants = [Entrant(str(i), (as_ranks(case(1.0, 10 + i)),)) for i in range(3)]
    found = compare(entrants, permutations=1000)
    assert len(found.tests) == 3 * 10
    assert all(t.adjusted > 0.05 for t in found.tests)


def test_seeds_are_mean_and_deviation() -> None:
    runs = tuple(as_ranks(case(1.0, 20 + i)) for i in range(4))
    found = compare([Entrant("many", runs), Entrant("one", runs[:1])], permutations=100)
    values = [100 * r.get().ranks.hits(1).mean().item() for r in runs]
    score = found.scores["many"]["t2v R@1"]
    assert score.mean == pytest.approx(np.mean(values))
    assert score.deviation == pytest.approx(np.std(values, ddof=1))
    assert found.scores["one"]["t2v R@1"].deviation is None
    assert found.seeds == {"many": 4, "one": 1}


def test_what_cannot_be_compared() -> None:
    one = as_ranks(case(1.0, 1))
    other = StoredRanks({**STAMP, "digest": "e"}, one.rankings)
    with pytest.raises(DataError, match="digest is 'd' and 'e'"):
        compare([Entrant("a", (one,)), Entrant("b", (other,))])
    fewer = as_ranks(made_up(seed=0, num_texts=200, num_videos=60))
    with pytest.raises(DataError, match="do not have the same queries"):
        compare([Entrant("a", (one,)), Entrant("b", (fewer,))])
    with pytest.raises(DataError, match="distinct names, found a, a; name them as in A=RUN B=RUN"):
        compare([Entrant("a", (one,)), Entrant("a", (one,))])
    with pytest.raises(DataError, match="no ranks of action"):
        compare([Entrant("a", (one,)), Entrant("b", (one,))], matrix="action")


def test_both_definitions_of_video_to_text_the_protocols_own_first() -> None:
    weak, strong = (as_ranks(case(strength, i), grouped=True) for i, strength in enumerate((0.8, 2.0)))
    found = compare([Entrant("weak", (weak,)), Entrant("strong", (strong,))], permutations=100)
    to_text = [metric for metric in found.metrics if metric.startswith("v2t")]
    assert to_text == [
        "v2t R@1", "v2t R@5", "v2t R@10", "v2t MRR", "v2t MnR",
        "v2t grouped R@5", "v2t grouped R@10", "v2t grouped MRR", "v2t grouped MnR",
    ]  # fmt: skip
    scores = found.scores["strong"]
    assert scores["v2t grouped MnR"].mean < scores["v2t MnR"].mean
    stamp = {**STAMP, "video_to_text": "grouped"}
    turned = [
        Entrant(name, (StoredRanks(stamp, run.rankings),))
        for name, run in (("weak", weak), ("strong", strong))
    ]
    metrics = compare(turned, permutations=100).metrics
    assert metrics[5] == "v2t grouped R@1" and metrics[10:] == ("v2t R@5", "v2t R@10", "v2t MRR", "v2t MnR")


def test_one_definition_where_a_run_lacks_the_other_or_they_are_the_same() -> None:
    with_groups, without = as_ranks(case(1.0, 1), grouped=True), as_ranks(case(1.0, 2))
    found = compare([Entrant("a", (with_groups,)), Entrant("b", (without,))], permutations=100)
    assert not any("grouped" in metric for metric in found.metrics)
    alone = as_ranks(one_caption_a_video(), grouped=True)
    found = compare([Entrant("a", (alone,)), Entrant("b", (alone,))], permutations=100)
    assert not any("grouped" in metric for metric in found.metrics)


def one_caption_a_video() -> StoredSimilarity:
    base = case(1.0, 1)
    rows = [next(i for i, row in enumerate(base.texts) if row.videos == (video,)) for video in base.videos]
    return StoredSimilarity(
        tuple(base.texts[i] for i in rows), base.videos, {"event": base.matrices["event"][rows]}
    )


def test_the_protocol_says_what_is_a_query() -> None:
    one = as_ranks(case(1.0, 1))
    strings = tuple(replace(ranking, convention="unique_strings") for ranking in one.rankings)
    run = StoredRanks({**STAMP, "queries": "unique_strings"}, one.rankings + strings)
    entrants = [Entrant("a", (run,)), Entrant("b", (run,))]
    assert compare(entrants, permutations=100).convention == "unique_strings"
    assert compare(entrants, convention="every_caption", permutations=100).convention == "every_caption"
    assert (
        compare([Entrant("a", (one,)), Entrant("b", (one,))], permutations=100).convention == "every_caption"
    )


def test_runs_are_named_as_the_user_named_them() -> None:
    one = as_ranks(case(1.0, 1))
    other = StoredRanks({**STAMP, "digest": "e" * 64}, one.rankings)
    with pytest.raises(DataError, match="^a and b were not .* digest is 'd' and 'eeeeeeeeeeee';"):
        compare([Entrant("a", (one,)), Entrant("b", (other,))])
    with pytest.raises(DataError, match=r"^a and b \(run 2\) were not"):
        compare([Entrant("a", (one,)), Entrant("b", (one, other))])
