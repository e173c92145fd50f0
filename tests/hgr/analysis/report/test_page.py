from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from hgr.analysis.report.content import Extra, choose_queries
from hgr.analysis.report.overview import Section
from hgr.analysis.report.page import inert_json
from hgr.analysis.report.source import ReportSource, open_source
from hgr.analysis.report.write import write_report
from hgr.analysis.stored import SimilarityWriter, StoredSimilarity, TextRow
from hgr.errors import DataError
from tests.hgr.analysis.report.payloads import PAYLOADS


class Elements(HTMLParser):
    """Counts start tags and collects attributes and script texts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("script", "style"):
            self.scripts.append(data)


def foreign(folder: Path, texts: list[str], ids: list[str] | None = None) -> StoredSimilarity:
    count = len(texts)
    names = ids or [f"v{i}" for i in range(count)]
    rows = [TextRow(f"c{i} {names[i]}", (names[i],), text) for i, text in enumerate(texts)]
    writer = SimilarityWriter(folder, rows, names, ["event", "action", "fused"])
    generator = np.random.default_rng(0)
    for name in ("event", "action", "fused"):
        writer.add(name, generator.normal(size=(count, count)).astype(np.float32))
    writer.mark_absent("action", [0], [])
    writer.close()
    return StoredSimilarity.open(folder)


def data_of(page: str) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_payloads_are_inert(tmp_path: Path) -> None:
    plain, hostile = tmp_path / "plain.html", tmp_path / "hostile.html"
    harmless = foreign(tmp_path / "a", ["words"] * len(PAYLOADS))
    bad = foreign(tmp_path / "b", list(PAYLOADS), [f"{i}{text}" for i, text in enumerate(PAYLOADS)])
    extra = Extra((Section(PAYLOADS[0], PAYLOADS[1], (PAYLOADS[2],), ((PAYLOADS[3], 1.0),)),), {})
    same = Extra((Section("title", "note", ("head",), (("cell", 1.0),)),), {})
    write_report(ReportSource("plain", "test", harmless), plain, extra=same)
    write_report(ReportSource(PAYLOADS[0], PAYLOADS[4], bad), hostile, extra=extra)
    expected, found = Elements(), Elements()
    expected.feed(plain.read_text())
    found.feed(hostile.read_text())
    assert [tag for tag, _ in found.tags] == [tag for tag, _ in expected.tags]
    assert [set(attributes) for _, attributes in found.tags] == [set(a) for _, a in expected.tags]
    assert [q["text"] for q in data_of(hostile.read_text())["queries"]] == list(PAYLOADS)


def test_the_policy_names_exactly_what_the_page_holds(tmp_path: Path) -> None:
    write_report(ReportSource("x", "test", foreign(tmp_path / "a", ["one", "two"])), tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    style, script = (
        re.search(r"<style>(.*?)</style>", page, re.S),
        re.search(r"<script>(.*?)</script>", page, re.S),
    )
    assert style is not None and script is not None
    for kind, text in (("style", style[1]), ("script", script[1])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'")
    assert "unsafe" not in policy[1]
    assert not re.search(r'(src|href)="(?!#)', page), "the page refers to something outside"
    assert not re.search(r'\s(style|on\w+)="', page), "inline styles and handlers do not pass the policy"


@pytest.mark.parametrize("text", ["</script>", "<!--", "\u2028", "&lt;", "\ud800"])
def test_json_cannot_end_its_element(text: str) -> None:
    found = inert_json({"text": text})
    assert not set(found) & set("<>&\u2028\u2029")
    if text != "\ud800":
        assert json.loads(found) == {"text": text}


def test_matrices_from_elsewhere_have_scores_only(tmp_path: Path) -> None:
    foreign(tmp_path / "a", ["one", "two", "three"])
    written = write_report(open_source(tmp_path / "a"), tmp_path / "r.html")
    assert (written.queries, written.texts, written.videos, written.frames) == (3, 3, 3, 0)
    assert written.size == (tmp_path / "r.html").stat().st_size
    first = data_of((tmp_path / "r.html").read_text())["queries"][0]
    assert "graph" not in first and "attention" not in first
    assert first["ranks"][1] is None
    assert first["scores"][str(first["right"])][2] is None


def test_tags_come_with_their_queries(tmp_path: Path) -> None:
    stored = foreign(tmp_path / "a", ["one", "two"])
    extra = Extra((), {stored.texts[1].id: ("wrong agent",)})
    write_report(ReportSource("x", "test", stored), tmp_path / "r.html", extra=extra)
    assert [q["tags"] for q in data_of((tmp_path / "r.html").read_text())["queries"]] == [[], ["wrong agent"]]


def test_a_sample_is_seeded_and_the_numbers_are_of_all(tmp_path: Path) -> None:
    assert choose_queries(5, 9) == [0, 1, 2, 3, 4]
    assert choose_queries(100, 10, 1) == choose_queries(100, 10, 1) != choose_queries(100, 10, 2)
    stored = foreign(tmp_path / "a", [f"text {i}" for i in range(20)])
    written = write_report(ReportSource("x", "test", stored), tmp_path / "r.html", queries=4)
    assert (written.queries, written.texts) == (4, 20)
    assert "a random sample of 20" in (tmp_path / "r.html").read_text()


def test_no_room_leaves_no_half_page(tmp_path: Path) -> None:
    stored = foreign(tmp_path / "a", ["one", "two"])
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="cannot be written"):
        write_report(ReportSource("x", "test", stored), tmp_path / "file" / "r.html")


def test_neither_run_nor_matrices(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="neither a run"):
        open_source(tmp_path)
