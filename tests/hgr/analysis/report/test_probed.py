from __future__ import annotations

from pathlib import Path

import pytest

import parsing.parsers
from graphs.build import build_role_graph
from hgr import Retriever
from hgr.analysis.probes.generation import Probe
from hgr.analysis.probes.probe_set import write_probes
from hgr.analysis.report.probed import probe_extra
from hgr.analysis.report.source import ReportSource, open_source
from hgr.errors import DataError
from tests.hgr.retrieval.small_run import SmallParser, make_run, parse


@pytest.fixture(autouse=True)
def small_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(parsing.parsers.PARSERS, "builtin", ("tests.hgr.retrieval.small_run", "SmallParser"))


def probe_set(path: Path, source: ReportSource) -> list[Probe]:
    probes = []
    for i, item in enumerate(source.items.values()):
        text = item.caption.text
        other = text.replace("pushes", "LIFTS").replace("lifts", "pushes").replace("LIFTS", "lifts")
        graph = build_role_graph(parse(other))
        video = item.caption.video
        probes.append(Probe(f"p{i}", "action", item.caption.id, video, text, other, "pushes", "lifts", graph))
    stranger = Probe("px", "action", "nobody", "v0", "a box pushes", "a box lifts", "", "", probes[0].graph)
    write_probes(path, [*probes, stranger], [], {})
    return probes


def test_margins_tags_and_table(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    source = open_source(run)
    probes = probe_set(tmp_path / "probes.jsonl", source)
    extra = probe_extra(source, tmp_path / "probes.jsonl")
    assert set(extra.altered) == {probe.caption for probe in probes}
    retriever = Retriever.load(run, parser=SmallParser())
    for probe in probes[:5]:
        (altered,) = extra.altered[probe.caption]
        texts = retriever.encode_text([probe.text, probe.altered])
        scores = retriever.similarity(texts, retriever.encode_videos(probe.video))
        expected = [
            float(scores[name][0, 0] - scores[name][1, 0]) for name in ("fused", "event", "action", "entity")
        ]
        assert altered.text == probe.altered
        assert list(altered.margins) == pytest.approx(expected, abs=2e-4)
        failed = ["probe failed: action"] if altered.margins[0] < 0 else []
        assert list(extra.tags.get(probe.caption, [])) == failed
    (row,) = extra.sections[0].rows
    lost = sum(one.margins[0] < 0 for found in extra.altered.values() for one in found)
    assert row[:3] == ("action", "contradiction", len(probes))
    assert row[3] == pytest.approx(100 * (1 - lost / len(probes)), abs=1e-6)
    assert 0 < len(extra.tags) < len(probes), "random weights fail some and pass some"


def test_probes_need_a_run_and_its_captions(tmp_path: Path) -> None:
    source = open_source(make_run(tmp_path))
    probe_set(tmp_path / "probes.jsonl", source)
    with pytest.raises(DataError, match="only similarities are known"):
        probe_extra(ReportSource("x", "test", source.stored), tmp_path / "probes.jsonl")
    with pytest.raises(DataError, match="none of its 17 probes is of a caption of split 'train'"):
        probe_extra(open_source(tmp_path / "run", "train"), tmp_path / "probes.jsonl")
