from __future__ import annotations

import csv
import io
import json
from itertools import product

import numpy as np
import pytest

from hgr.analysis.probes.generation import Probe, generate
from hgr.analysis.probes.probe_set import Passport
from hgr.analysis.probes.results import kind_results, largest_shares, mean_accuracy, right_level_rate
from hgr.analysis.probes.tables import check_sheet, results_json, results_markdown
from tests.hgr.analysis.probes.small_corpus import corpus_captions

LEVELS = ("event", "action", "entity")


def probes_and_margins(owner_sees: bool) -> tuple[list[Probe], dict[str, np.ndarray]]:
    """Noise on all levels; where wanted, the action level notices actions and the entity level patients."""
    probes = list(generate(corpus_captions(), ["action", "patient", "negated"], known_words=True))
    rng = np.random.default_rng(0)
    margins = {name: rng.standard_normal(len(probes)) for name in LEVELS}
    kinds = np.array([p.kind for p in probes])
    if owner_sees:
        margins["action"] += 3.0 * (kinds == "action")
        margins["entity"] += 3.0 * (kinds == "patient")
    margins["fused"] = np.mean([margins[n] for n in LEVELS], axis=0)
    return probes, margins


def test_the_right_level_is_found_and_only_where_it_is_right() -> None:
    spreads = dict.fromkeys((*LEVELS, "fused"), 1.0)
    found = {r.kind: r for r in kind_results(*probes_and_margins(True), spreads)}
    for kind, owner in (("action", "action"), ("patient", "entity")):
        result = found[kind]
        assert result.owner == owner
        assert result.right_level is not None and result.right_level > 0.8
        assert result.p_value is not None and result.p_value < 0.01
        assert result.permuted == pytest.approx(1 / 3, abs=0.03)
        assert max(result.largest, key=lambda n: result.largest[n]) == owner
        assert result.by_level[owner] > 0.95
    assert found["negated"].right_level is None
    for result in kind_results(*probes_and_margins(False), spreads):
        assert result.p_value is None or result.p_value > 0.01


def test_margins_are_compared_in_units_of_the_levels_spread() -> None:
    probes, margins = probes_and_margins(True)
    wide = {**margins, "event": margins["event"] * 1000}
    unscaled = dict.fromkeys((*LEVELS, "fused"), 1.0)
    assert next(iter(kind_results(probes, wide, unscaled))).right_level < 0.8  # type: ignore[operator]
    scaled = {**unscaled, "event": 1000.0}
    assert next(iter(kind_results(probes, wide, scaled))).right_level > 0.8  # type: ignore[operator]


def test_p_equals_all_permutations() -> None:
    first = largest_shares(np.array([[2.0, 1.0], [3.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    assert first.tolist() == [[1, 0], [1, 0], [0, 1], [0.5, 0.5]]
    videos = np.array(["a", "a", "b", "c"])
    sums = np.array([[2, 0], [0, 1], [0.5, 0.5]])
    totals = [sum(sums[i, c] for i, c in enumerate(chosen)) for chosen in product((0, 1), repeat=3)]
    exact = np.mean(np.array(totals) >= 2.5)
    rate, permuted, p_value = right_level_rate(first, 0, videos, permutations=8000)
    assert rate == pytest.approx(2.5 / 4)
    assert permuted == pytest.approx(0.5, abs=0.02)
    assert p_value == pytest.approx(exact, abs=0.03)


def test_ties_are_guesses() -> None:
    probes, margins = probes_and_margins(False)
    constant = {name: np.zeros(len(probes)) for name in margins}
    spreads = dict.fromkeys(margins, 1.0)
    results = kind_results(probes, constant, spreads)
    assert all(r.accuracy == 0.5 for r in results)
    assert mean_accuracy(results) == 0.5
    with pytest.raises(ValueError, match="expected .* finite margins"):
        kind_results(probes, {**constant, "fused": np.full(len(probes), np.nan)}, spreads)


def test_tables() -> None:
    probes, margins = probes_and_margins(True)
    results = kind_results(probes, margins, dict.fromkeys(margins, 1.0), single_frame=margins["fused"])
    text = results_markdown(results, [])
    assert "Which level's margin is the largest" in text and "| action | contradiction |" in text
    content = results_json(results, [], {"probes": "x"})
    assert json.loads(json.dumps(content, allow_nan=False)) == content


def test_a_kind_that_the_text_gives_away_is_marked_beside_its_accuracy() -> None:
    probes, margins = probes_and_margins(True)
    results = kind_results(probes, margins, dict.fromkeys(margins, 1.0))
    told = Passport("action", 90, 90, 0.9, 0.8, 0.7, 0.9, True)
    rows = results_markdown(results, [told], "val").splitlines()
    marked = [row for row in rows if row.endswith("|") and "the text gives it away" in row]
    assert len(marked) == 1 and marked[0].startswith("| action | contradiction |")
    assert "Spreads of the levels from: val" in rows
    assert "Spreads" not in results_markdown(results, [])


def test_the_sheet_shows_what_else_is_said_of_the_video() -> None:
    probes, _ = probes_and_margins(True)
    said = {p.video: [p.text, "=others", *(f"c{i}" for i in range(25))] for p in probes}
    rows = list(csv.reader(io.StringIO(check_sheet(probes, 7, said))))
    head, *lines = rows
    assert len(lines) == 7 and head[4] == "siblings" and head[-1] == "supported by a sibling"
    for line in lines:
        assert line[4].startswith("'=others | c0 | ") and line[4].endswith("c18 | and 6 more")
        assert line[5:] == ["", "", ""] and line[2] not in line[4].split(" | ")
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert list(csv.reader(io.StringIO(check_sheet(probes, 1, {}))))[1][4] == ""
