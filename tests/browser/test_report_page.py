from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hgr.analysis.report.source import ReportSource
from hgr.analysis.report.write import write_report
from tests.browser.webdriver import Browser, outside
from tests.hgr.analysis.report.payloads import PAYLOADS
from tests.hgr.analysis.report.test_page import foreign

pytestmark = pytest.mark.slow

SET = """
const field = document.getElementById(arguments[0]);
field.value = arguments[1];
field.dispatchEvent(new Event("input", { bubbles: true }));
"""
COUNT = "return document.getElementById('count').textContent"
LISTED = "return [...document.querySelectorAll('#list button')].map((b) => Number(b.dataset.query))"
CONTRASTS = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


def data_of(report: Path) -> dict[str, Any]:
    found = re.search(r'id="data">(.*?)</script>', report.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def desktop(browser: Browser, path: Path, fragment: str = "") -> None:
    browser.resize(1360, 1000)
    browser.run("location.replace('about:blank')")
    browser.console(), browser.requests()
    browser.open(path, fragment)


def test_nothing_leaves_the_page_and_nothing_complains(browser: Browser, report: Path) -> None:
    desktop(browser, report, "#q3")
    browser.run(
        "for (const b of document.querySelectorAll('.tabs button, #theme, #more, summary')) b.click()"
    )
    assert outside(browser.requests()) == []
    assert browser.console() == []


def test_filters(browser: Browser, report: Path) -> None:
    desktop(browser, report)
    queries = data_of(report)["queries"]
    assert browser.run(COUNT) == f"{len(queries)} of {len(queries)} queries"
    browser.run(SET, "filter-rank", "first")
    assert browser.run(COUNT).startswith(f"{sum(q['rank'] <= 1 for q in queries)} of")
    browser.run(SET, "filter-rank", "not first")
    browser.run(SET, "filter-level", "1")
    lost = [i for i, q in enumerate(queries) if q["rank"] > 1 and q["decided"] == 1]
    assert lost and browser.run(COUNT).startswith(f"{len(lost)} of")
    assert set(browser.run(LISTED)) <= set(lost)
    browser.run(SET, "filter-rank", "any rank")
    browser.run(SET, "filter-level", "")
    browser.run(SET, "filter-text", "PUSHES red")
    found = [i for i, q in enumerate(queries) if "pushes" in q["text"] and "red" in q["text"]]
    assert browser.run(COUNT).startswith(f"{len(found)} of")
    browser.run(SET, "filter-text", "no such words")
    assert "No query passes" in browser.run("return document.getElementById('list').textContent")


def test_orders(browser: Browser, report: Path) -> None:
    desktop(browser, report)
    ranks = [query["rank"] for query in data_of(report)["queries"]]
    for order, reverse in (("worst rank first", True), ("best rank first", False)):
        browser.run(SET, "filter-order", order)
        listed = [ranks[i] for i in browser.run(LISTED)]
        assert listed == sorted(ranks, reverse=reverse)[: len(listed)]


def test_more_are_shown_on_demand(browser: Browser, report: Path) -> None:
    desktop(browser, report)
    assert len(browser.run(LISTED)) == 50
    browser.run("document.getElementById('more').click()")
    assert len(browser.run(LISTED)) == len(data_of(report)["queries"])


def test_a_query_shows_all_its_parts(browser: Browser, report: Path) -> None:
    query = data_of(report)["queries"][3]
    desktop(browser, report, "#q3")
    text = browser.run("return document.getElementById('detail').innerText")
    for part in (
        "Role graph",
        "Scores by level",
        "Where each phrase looked",
        "Best videos",
        "Without a phrase",
    ):
        assert part in text
    assert query["text"] in text
    nodes = browser.run("return document.querySelectorAll('.graph .node').length")
    assert nodes == len(query["graph"]["nodes"])
    rows = browser.run(
        "return [...document.querySelectorAll('.heat tbody tr')].map((r) => "
        "[...r.cells].slice(1).map((c) => parseFloat(c.textContent)))"
    )
    shown = [[weight / 10 for weight in row] for row in query["attention"][str(query["right"])]]
    assert rows == shown
    assert all(sum(row) == pytest.approx(100, abs=1) for row in rows)


def test_frames_are_drawn_or_their_absence_is_said(browser: Browser, report: Path) -> None:
    data = data_of(report)
    place = next(i for i, q in enumerate(data["queries"]) if "strip" in data["videos"][q["right"]])
    desktop(browser, report, f"#q{place}")
    width = browser.run("return document.querySelector('.heat img').naturalWidth")
    assert width > 0
    bare = next(i for i, q in enumerate(data["queries"]) if "strip" not in data["videos"][q["right"]])
    desktop(browser, report, f"#q{bare}")
    assert "not there" in browser.run("return document.querySelector('.heat .nofilm').textContent")


def test_pointing_at_a_node_marks_its_rows(browser: Browser, report: Path) -> None:
    desktop(browser, report, "#q3")
    browser.run("document.querySelectorAll('.graph .node')[2].dispatchEvent(new Event('mouseenter'))")
    marked = browser.run("return [...document.querySelectorAll('.hot')].map((e) => e.dataset.node)")
    assert set(marked) == {"2"}
    assert len(marked) >= 3, "the node, its row of attention, its removal"


def test_payloads_do_nothing(browser: Browser, tmp_path: Path) -> None:
    stored = foreign(tmp_path / "a", list(PAYLOADS), [f"{i}{text}" for i, text in enumerate(PAYLOADS)])
    write_report(ReportSource(PAYLOADS[0], PAYLOADS[3], stored), tmp_path / "r.html")
    desktop(browser, tmp_path / "r.html")
    for place in range(len(PAYLOADS)):
        browser.run("document.querySelector(`[data-query='${arguments[0]}']`).click()", place)
        assert PAYLOADS[place].strip() in browser.run(
            "return document.querySelector('.said-big').textContent"
        )
        browser.run(
            "document.querySelector('.said-big').dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))"
        )
    assert browser.run("return window.pwned === undefined")
    assert browser.run("return document.scripts.length") == 2
    odd = "script:not(body > script), iframe, object, embed, base, link, form[action], a[href^='javascript']"
    assert browser.run("return [...document.querySelectorAll(arguments[0])].length", odd) == 0
    handlers = """
    return [...document.querySelectorAll("*")].some((e) => [...e.attributes].some((a) => /^on/.test(a.name)));
    """
    assert browser.run(handlers) is False
    assert outside(browser.requests()) == []
    assert browser.console() == []


def test_the_keyboard_reaches_everything(browser: Browser, report: Path) -> None:
    desktop(browser, report)
    browser.press("Tab")
    assert browser.run("return document.activeElement.className") == "skip"
    browser.press("Enter")
    browser.run("document.querySelector('#list button').focus()")
    browser.press("ArrowDown", "ArrowDown")
    listed = browser.run(LISTED)
    assert browser.run("return Number(document.activeElement.dataset.query)") == listed[2]
    browser.press("Enter")
    assert browser.run("return location.hash") == f"#q{listed[2]}"
    assert browser.run("return document.activeElement.id") == "detail"
    described = """
    const e = document.activeElement;
    return [e.tagName, e.getAttribute("class") || "", getComputedStyle(e).outlineStyle];
    """
    seen = []
    for _ in range(60):
        browser.press("Tab")
        seen.append(browser.run(described))
    assert any("node" in name for _, name, _ in seen)
    unmarked = [(tag, name) for tag, name, outline in seen if outline == "none" and tag != "BODY"]
    assert [(tag, name) for tag, name in unmarked if "node" not in name] == [], "nodes mark their rectangle"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser: Browser, report: Path, theme: str) -> None:
    """WCAG AA: 4.5 to 1 for text."""
    desktop(browser, report, "#q3")
    browser.run("document.documentElement.dataset.theme = arguments[0]", theme)
    browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
    assert browser.run(CONTRASTS) == []


def test_a_phone(browser: Browser, report: Path) -> None:
    desktop(browser, report)
    browser.resize(390, 844)
    browser.open(report)
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.run(wide) <= 0
    visible = "return document.querySelector(arguments[0]).offsetParent !== null"
    assert browser.run(visible, "#list") and not browser.run(visible, "#detail")
    browser.run("document.querySelector('#list button').click()")
    assert browser.run(visible, "#detail") and not browser.run(visible, "#list")
    assert browser.run(wide) <= 0
    browser.press("Escape")
    assert browser.run(visible, "#list") and not browser.run(visible, "#detail")


def test_names_for_screen_readers(browser: Browser, report: Path) -> None:
    desktop(browser, report, "#q3")
    nameless = """
    const label = (e) => (e.labels && e.labels.length ? e.labels[0].textContent : "");
    const named = (e) => (e.getAttribute("aria-label") || e.alt || e.textContent || label(e) || "").trim();
    return [...document.querySelectorAll("button, input, select, img, [role=img], [role=region], nav, svg")]
      .filter((e) => !named(e)).map((e) => e.outerHTML.slice(0, 200));
    """
    assert browser.run(nameless) == []
    assert browser.run("return document.documentElement.lang") == "en"
