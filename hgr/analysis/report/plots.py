"""Plots as inline SVG: plain strings, colors by class so that the page's theme decides."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 340, 230
LEFT, RIGHT, TOP, BOTTOM = 56, 10, 16, 36
Points = Sequence[tuple[float, float]]


def line_plot(
    series: Mapping[str, Points],
    *,
    title: str,
    x_label: str,
    y_label: str,
    log_x: bool = False,
    classes: Mapping[str, str],
) -> str:
    """Lines over a common axis.

    Args:
        series: Name -> (x, y) points, x rising.
        title: What a screen reader says first.
        x_label: Under the axis.
        y_label: Beside it.
        log_x: Logarithmic x; all x must be above 0.
        classes: Name -> CSS class of its color.
    """
    points = [point for line in series.values() for point in line]
    scale = math.log if log_x else float
    low, high = (f(scale(x) for x, _ in points) for f in (min, max))
    top = _nice(max((y for _, y in points), default=1.0))

    def place(x: float, y: float) -> tuple[float, float]:
        share = (scale(x) - low) / ((high - low) or 1.0)
        return LEFT + share * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM)

    parts = _grid(top)
    for value in _ticks(min(x for x, _ in points), max(x for x, _ in points), log_x):
        x, _ = place(value, 0)
        parts.append(
            f'<text class="tick" x="{x:.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{value:g}</text>'
        )
    for name, line in series.items():
        path = " ".join(
            f"{'M' if i == 0 else 'L'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(place(*p) for p in line)
        )
        parts.append(f'<path class="line {classes[name]}" d="{path}"><title>{escape(name)}</title></path>')
    parts += [_axis_label(x_label), _side_label(y_label)]
    return _svg(parts, title, _words(series))


def bar_plot(
    groups: Mapping[str, Mapping[str, float]],
    *,
    title: str,
    y_label: str,
    classes: Mapping[str, str],
    percent: bool = True,
) -> str:
    """Groups of bars beside each other.

    Args:
        groups: Group -> (bar -> value at least 0).
        title: What a screen reader says first.
        y_label: Beside the axis.
        classes: Bar -> CSS class of its color.
        percent: Values are shares, shown in percent.
    """
    top = _nice(max((value for bars in groups.values() for value in bars.values()), default=1.0))
    parts = _grid(top, percent)
    width = (WIDTH - LEFT - RIGHT) / max(len(groups), 1)
    for g, (group, bars) in enumerate(groups.items()):
        slot = min(width * 0.8 / max(len(bars), 1), 40.0)
        start = LEFT + (g + 0.5) * width - slot * len(bars) / 2
        for b, (name, value) in enumerate(bars.items()):
            height = value / top * (HEIGHT - TOP - BOTTOM)
            x, y = start + b * slot, HEIGHT - BOTTOM - height
            shown = f"{100 * value:.0f}%" if percent else f"{value:g}"
            parts.append(
                f'<rect class="bar {classes[name]}" x="{x + 1:.1f}" y="{y:.1f}" width="{slot - 2:.1f}" '
                f'height="{height:.1f}" rx="2"><title>{escape(f"{group}, {name}: {shown}")}</title></rect>'
                f'<text class="value" x="{x + slot / 2:.1f}" y="{y - 3:.1f}" text-anchor="middle">{shown}</text>'
            )
        parts.append(
            f'<text class="tick" x="{LEFT + (g + 0.5) * width:.1f}" y="{HEIGHT - BOTTOM + 14}" '
            f'text-anchor="middle">{escape(group)}</text>'
        )
    parts.append(_side_label(y_label))
    words = "; ".join(
        f"{g}: " + ", ".join(f"{n} {v:.3g}" for n, v in bars.items()) for g, bars in groups.items()
    )
    return _svg(parts, title, words)


def _svg(parts: Sequence[str], title: str, words: str) -> str:
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(f"{title}. {words}", quote=True)}">{"".join(parts)}</svg>'
    )


def _grid(top: float, percent: bool = False) -> list[str]:
    parts = []
    for k in range(5):
        y = HEIGHT - BOTTOM - k / 4 * (HEIGHT - TOP - BOTTOM)
        value = top * k / 4
        shown = f"{100 * value:.0f}%" if percent else f"{value:.3g}"
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{shown}</text>')
    return parts


def _axis_label(text: str) -> str:
    middle = (LEFT + WIDTH - RIGHT) / 2
    return f'<text class="label" x="{middle}" y="{HEIGHT - 4}" text-anchor="middle">{escape(text)}</text>'


def _side_label(text: str) -> str:
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return (
        f'<text class="label" x="11" y="{middle}" text-anchor="middle" '
        f'transform="rotate(-90 11 {middle})">{escape(text)}</text>'
    )


def _nice(value: float) -> float:
    """The next round number above a value, for the end of an axis."""
    if value <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 2, 4, 5, 8, 10, 20) if step * size >= value - 1e-9)


def _ticks(low: float, high: float, log: bool) -> list[float]:
    if log:
        powers = [
            f * 10.0**e
            for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            for f in (1, 2, 5)
        ]
        return [value for value in powers if low - 1e-9 <= value <= high + 1e-9]
    step = _nice((high - low) / 5 or 1.0)
    first = math.ceil(low / step)
    return [k * step for k in range(first, math.floor(high / step) + 1)]


def _words(series: Mapping[str, Points]) -> str:
    return "; ".join(f"{name} ends at {line[-1][1]:.3g}" for name, line in series.items() if line)
