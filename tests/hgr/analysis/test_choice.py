"""Choice accuracy: arithmetic, ties, clustering, errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hgr.analysis.choice import MEAN, ChoicePair, accuracy_of_margins, choice_accuracy, read_choices
from hgr.errors import DataError


def _pairs(count: int, kind: str = "roles", per_scene: int = 1) -> list[ChoicePair]:
    return [
        ChoicePair(f"v{i}", f"true {i}", f"altered {i}", kind, f"s{i // per_scene}") for i in range(count)
    ]


def test_accuracy_is_the_share_of_positive_margins_with_ties_as_half() -> None:
    row, mean = accuracy_of_margins(_pairs(4), np.array([1.0, 0.2, -1.0, 0.0]))
    assert row.accuracy == pytest.approx((2 + 0.5) / 4)
    assert (row.pairs, row.scenes, row.ties) == (4, 4, 1)
    assert mean.kind == MEAN and mean.accuracy == pytest.approx(row.accuracy)


def test_mean_weighs_kinds_equally() -> None:
    pairs = _pairs(9, "roles") + _pairs(3, "place")
    rows = accuracy_of_margins(pairs, np.array([1.0] * 9 + [-1.0] * 3))
    assert [row.kind for row in rows] == ["roles", "place", MEAN]
    assert [row.accuracy for row in rows] == [1.0, 0.0, 0.5]


def test_constant_scores_are_chance_and_not_significant() -> None:
    rows = choice_accuracy(_pairs(50), lambda texts, videos: np.zeros(len(texts)))
    assert rows[0].accuracy == 0.5 and rows[0].p_value == 1.0 and rows[0].ties == 50


def test_scores_are_asked_for_true_then_altered_captions() -> None:
    def score(texts: list[str], videos: list[str]) -> np.ndarray:
        assert videos[:3] == videos[3:] == ["v0", "v1", "v2"]
        return np.array([float(text.startswith("true")) for text in texts])

    row = choice_accuracy(_pairs(3), score)[0]
    assert row.accuracy == 1.0 and row.low == row.high == 1.0


def test_p_value_equals_the_sign_test_over_scenes() -> None:
    row = accuracy_of_margins(_pairs(8), np.ones(8), resamples=40_000)[0]
    assert row.p_value == pytest.approx(2.0**-8, rel=0.25)


def test_repeated_pairs_of_a_scene_add_no_certainty() -> None:
    rng = np.random.default_rng(0)
    margins = np.where(rng.random(30) < 0.7, 1.0, -1.0)
    alone = accuracy_of_margins(_pairs(30), margins)[0]
    repeated = accuracy_of_margins(_pairs(300, per_scene=10), margins.repeat(10))[0]
    assert repeated.accuracy == pytest.approx(alone.accuracy)
    assert repeated.p_value == pytest.approx(alone.p_value, abs=0.01)
    assert repeated.high - repeated.low == pytest.approx(alone.high - alone.low, rel=0.1)


def test_interval_covers_a_known_accuracy_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(100):
        margins = np.where(rng.random(80) < 0.7, 1.0, -1.0)
        row = accuracy_of_margins(_pairs(80), margins, resamples=400)[0]
        covered += row.low <= 0.7 <= row.high
    assert covered >= 85


def test_not_finite_and_wrong_number_are_errors() -> None:
    with pytest.raises(ValueError, match="'true 0' with video 'v0' is nan"):
        choice_accuracy(_pairs(2), lambda texts, videos: np.full(len(texts), np.nan))
    with pytest.raises(DataError, match=r"shape \(2,\), expected \(4,\)"):
        choice_accuracy(_pairs(2), lambda texts, videos: np.zeros(2))
    with pytest.raises(DataError, match="no choice pairs"):
        choice_accuracy([], lambda texts, videos: np.zeros(0))


def test_choices_are_read_by_split_and_bad_lines_are_named(tmp_path: Path) -> None:
    file = tmp_path / "choices.jsonl"
    record = {"video": "v", "caption": "a", "altered": "b", "kind": "roles", "scene": "s", "split": "test"}
    file.write_text("".join(json.dumps(record | {"split": split}) + "\n" for split in ("train", "test")))
    assert read_choices(file, "test") == [ChoicePair("v", "a", "b", "roles", "s", "test")]
    assert len(read_choices(file)) == 2
    file.write_text(json.dumps(record) + "\n" + json.dumps(record | {"kind": 3}) + "\n")
    with pytest.raises(DataError, match=r"choices.jsonl:2: 'kind' is 3, expected text"):
        read_choices(file)
    file.write_text("[]\n")
    with pytest.raises(DataError, match="expected an object, found list"):
        read_choices(file)


def test_a_probe_set_is_told_apart_from_choice_pairs(tmp_path: Path) -> None:
    (tmp_path / "probes.jsonl").write_text(json.dumps({"schema": "hgr.probes", "version": 1}) + "\n")
    with pytest.raises(
        DataError, match="probes.jsonl:1: expected choice pairs, found a probe set, which `hgr probe"
    ):
        read_choices(tmp_path / "probes.jsonl")
