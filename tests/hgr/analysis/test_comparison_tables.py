from __future__ import annotations

import json

from hgr.analysis.comparison import Entrant, compare
from hgr.analysis.comparison_tables import to_json, to_latex, to_markdown
from hgr.analysis.stored_ranks import StoredRanks
from tests.hgr.analysis.test_comparison import STAMP, as_ranks, case


def test_all_three_say_the_same() -> None:
    runs = tuple(as_ranks(case(2.0, 20 + i)) for i in range(2))
    weak = as_ranks(case(0.5, 1))
    found = compare([Entrant("weak_|run", (weak,)), Entrant("strong", runs)], permutations=300)
    markdown, latex, values = to_markdown(found), to_latex(found), to_json(found)
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    score = values["scores"]["strong"]["t2v R@1"]
    assert f"{score['mean']:.1f}±{score['deviation']:.1f}" in markdown
    assert rf"{score['mean']:.1f}\,$\pm$\,{score['deviation']:.1f}$^\dagger$" in latex
    assert r"weak_\|run" in markdown and r"weak\_|run &" in latex
    assert "digest d" in markdown and "60 videos are the independent units" in markdown
    widths = {line.count("|") - line.count(r"\|") for line in markdown.splitlines() if line.startswith("|")}
    assert widths == {len(found.metrics) + 3, 10}
    rows = [line for line in latex.splitlines() if line.endswith(r"\\")]
    assert {row.count("&") - row.count(r"\&") for row in rows} == {len(found.metrics)}


def test_deviations_and_definitions_are_said() -> None:
    stamp = {
        **STAMP,
        "protocol": "msrvtt/1k-A",
        "deviations": ["msrvtt/1k-A test: expected 1,000 videos, found 60"],
    }
    runs = [StoredRanks(stamp, as_ranks(case(1.0, i), grouped=True).rankings) for i in (1, 2)]
    text = to_markdown(compare([Entrant(f"r{i}", (run,)) for i, run in enumerate(runs)], permutations=100))
    assert text.startswith("Protocol deviates from msrvtt/1k-A, split test")
    assert "expected 1,000 videos, found 60." in text
    assert "v2t grouped its best one" in text
