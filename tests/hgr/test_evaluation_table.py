from __future__ import annotations

from dataclasses import replace

from hgr.analysis.stored_ranks import StoredRanking
from hgr.evaluation_result import EvaluationResult
from tests.hgr.test_evaluation_result import example

STAMP = {
    "protocol": "msvd/all-captions", "split": "test", "digest": "0123456789abcdef", "num_texts": 4, "num_videos": 2,
    "deviations": ["msvd/all-captions test: expected 670 videos, found 2"],
}  # fmt: skip


def titles(result: EvaluationResult) -> list[str]:
    return [
        line for line in result.table().splitlines() if line.startswith(("text to", "video to", "unique"))
    ]


def with_strings(result: EvaluationResult, queries: int) -> EvaluationResult:
    """The same ranks again under the other convention, of the first queries only."""
    made = []
    for ranking in result.rankings:
        kept = queries if ranking.direction == "text_to_video" else len(ranking.queries)
        made.append(
            StoredRanking(
                ranking.matrix,
                ranking.direction,
                "unique_strings",
                ranking.ranks.select(list(range(kept))),  # type: ignore[arg-type]
                ranking.queries[:kept],
                ranking.clusters[:kept],
            )
        )
    return replace(result, rankings=(*result.rankings, *made))


def test_both_definitions_stand_there_the_protocols_own_first() -> None:
    assert titles(example()) == [
        "text to video, every caption: 4 queries, 20 candidates",
        "video to text, all captions: 2 queries, 20 candidates",
        "video to text, captions grouped by video: 2 queries, 10 candidates",
    ]
    grouped = replace(example(), video_to_text="grouped")
    assert titles(grouped)[1].startswith("video to text, captions grouped")
    assert max(map(len, grouped.table().splitlines())) <= 120


def test_rows_hold_every_metric() -> None:
    lines = example().table().splitlines()
    assert lines[1].split() == ["level", "R@1", "R@5", "R@10", "GM", "MdR", "MnR", "MRR", "mAP"]
    assert lines[2].split()[:5] == ["fused", "25.0", "50.0", "75.0", "45.4"]
    assert lines[6].split()[-2:] == ["0.250", "300.0"]
    assert lines[10].split()[-2:] == ["-", "350.0"]


def test_the_protocol_is_named_with_what_deviates() -> None:
    lines = replace(example(), notes={"protocol": STAMP}).table().splitlines()
    assert lines[:2] == [
        "protocol deviates from msvd/all-captions, split test: 4 captions, 2 videos, digest 0123456789ab",
        "msvd/all-captions test: expected 670 videos, found 2",
    ]
    agreed = replace(example(), notes={"protocol": {**STAMP, "deviations": []}}).table()
    assert agreed.startswith(
        "protocol msvd/all-captions, split test: 4 captions, 2 videos as expected, digest"
    )


def test_bounds_are_printed_where_recalls_differ() -> None:
    table = example(tied=4).table()
    assert "4 ranks depend on the order of a tie; recalls are their means over all orders" in table
    assert "  fused, by the order: R@1 0.0 to 25.0, R@5 25.0 to 50.0, R@10 50.0 to 75.0" in table
    assert "by the order" not in example().table()


def test_unique_strings_are_printed_where_they_differ_and_first_where_they_lead() -> None:
    same, fewer = with_strings(example(), 4), with_strings(example(), 3)
    assert titles(same)[-1].startswith("unique strings: no caption occurs twice")
    assert "text to video, unique strings: 3 queries, 20 candidates" in titles(fewer)
    assert "unique strings" in titles(replace(fewer, headline="unique_strings"))[0]
    assert sum("grouped by video" in title for title in titles(fewer)) == 1


def test_one_caption_a_video_needs_one_table() -> None:
    one = example()
    rankings = (*one.rankings[:2], replace(one.rankings[1], direction="video_to_text_grouped"))
    assert titles(replace(one, rankings=rankings))[-1].endswith(
        "every video has one caption, so the numbers are those of all captions"
    )
