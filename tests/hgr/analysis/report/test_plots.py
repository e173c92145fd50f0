from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from hgr.analysis.report.plots import HEIGHT, WIDTH, bar_plot, line_plot

CLASSES = {"event": "c0", "a<b>&\"'": "c1"}


def coordinates(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", svg)]


@pytest.mark.parametrize("log", [False, True])
def test_lines_stay_inside_and_rise_with_their_values(log: bool) -> None:
    svg = line_plot(
        {"event": [(1, 0.0), (10, 50.0), (100, 100.0)]},
        title="t", x_label="K", y_label="R", log_x=log, classes=CLASSES,
    )  # fmt: skip
    ElementTree.fromstring(svg)
    points = coordinates(svg)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)
    middle = (points[1][0] - points[0][0]) / (points[2][0] - points[0][0])
    assert middle == pytest.approx(0.5 if log else 9 / 99, abs=0.01)


def test_bars_have_their_heights_and_say_their_values() -> None:
    svg = bar_plot({"won": {"event": 0.25, "a<b>&\"'": 0.5}}, title="t", y_label="y", classes=CLASSES)
    root = ElementTree.fromstring(svg)
    low, high = (float(rect.attrib["height"]) for rect in root.iter("rect"))
    assert high == pytest.approx(2 * low, abs=0.2)
    assert "won: event 0.25" in root.attrib["aria-label"]


def test_nothing_and_zero_are_drawn_too() -> None:
    ElementTree.fromstring(bar_plot({"x": {"event": 0.0}}, title="t", y_label="y", classes=CLASSES))
    flat = {"event": [(1.0, 0.0)]}
    ElementTree.fromstring(line_plot(flat, title="t", x_label="x", y_label="y", classes=CLASSES))
