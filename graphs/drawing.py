"""One role graph for the eye: a text tree, an SVG picture, an HTML page. Nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from graphs.layout import Box, Curve, lay_out
from graphs.levels import ACTION
from graphs.role_graph import RoleGraph

FILL = {"event": "#eef2ff", "action": "#fff1e0", "entity": "#e9f7ef"}
STROKE = {"event": "#6366f1", "action": "#e08a1e", "entity": "#2f9e6e"}
ROLE_COLORS = {"ARG0": "#1d4ed8", "ARG1": "#b91c1c", "ARG2": "#7e22ce", "ARG3": "#7e22ce", "ARG4": "#7e22ce"}
ADJUNCT_COLOR, FREE_COLOR, EVENT_COLOR = "#0f766e", "#6b7280", "#a5a9c0"
FONT = "ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"


def draw_text(graph: RoleGraph) -> str:
    """The graph as a tree of lines: actions with their roles, then what no action claims."""
    lines = [graph.nodes[0].text or "(no words)"]
    actions = graph.positions(ACTION)
    free = [edge for edge in graph.edges if edge.source == 0 and graph.nodes[edge.target].level != ACTION]
    width = max((len(edge.role) for edge in graph.edges), default=0)
    for i, position in enumerate(actions):
        last = i == len(actions) - 1 and not free
        lines.append(f"{'└─' if last else '├─'} {graph.nodes[position].text}")
        arguments = [edge for edge in graph.edges if edge.source == position]
        arguments.sort(key=lambda edge: graph.nodes[edge.target].tokens)
        for k, edge in enumerate(arguments):
            target = graph.nodes[edge.target]
            note = " (action)" if target.level == ACTION else ""
            bar = "└─" if k == len(arguments) - 1 else "├─"
            lines.append(f"{'  ' if last else '│ '} {bar} {edge.role:<{width}}  {target.text}{note}")
    for i, edge in enumerate(free):
        bar = "└─" if i == len(free) - 1 else "├─"
        lines.append(f"{bar} {edge.role:<{width}}  {graph.nodes[edge.target].text}")
    return "\n".join(lines)


def draw_svg(graph: RoleGraph) -> str:
    """The graph as a self-contained SVG: the event above its actions, the actions above their entities."""
    layout = lay_out(graph)
    title = escape(_clean(graph.nodes[0].text))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width:.0f} {layout.height:.0f}" '
        f'width="{layout.width:.0f}" height="{layout.height:.0f}" role="img" font-family="{escape(FONT)}">',
        f"<title>{title}</title>",
        f'<rect width="{layout.width:.0f}" height="{layout.height:.0f}" fill="#ffffff"/>',
    ]
    parts += [_path(curve) for curve in layout.curves]
    parts += [_box(box) for box in layout.boxes]
    parts += [_label(curve) for curve in layout.curves if curve.role]
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def draw_html(items: Iterable[tuple[str, RoleGraph]], title: str = "Role graphs") -> str:
    """Captions with their graphs as one page, no script and nothing from a network."""
    title = _clean(title)
    sections = [
        f"<section><h2>{escape(_clean(text)) or '(no words)'}</h2><figure>{draw_svg(graph)}</figure>"
        f"<details><summary>as text</summary><pre>{escape(_clean(draw_text(graph)))}</pre></details></section>"
        for text, graph in items
    ]
    legend = "".join(
        f'<li><span style="background:{FILL[level]};border-color:{STROKE[level]}"></span>{level}</li>'
        for level in FILL
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1><ul>{legend}</ul>\n" + "\n".join(sections) + "\n</body></html>\n"
    )


_STYLE = (
    f"body{{font-family:{FONT};margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1f2937}}"
    "h1{font-size:1.3rem}h2{font-size:1.05rem;font-weight:600;margin:2rem 0 .5rem}"
    "ul{list-style:none;display:flex;gap:1.2rem;padding:0;color:#4b5563;font-size:.9rem}"
    "li span{display:inline-block;width:.8rem;height:.8rem;border:1.5px solid;border-radius:.2rem;margin-right:.35rem}"
    "figure{margin:0;overflow-x:auto;text-align:center;border:1px solid #e5e7eb;border-radius:.6rem;padding:.5rem}"
    "figure svg{max-width:100%;height:auto}pre{background:#f9fafb;padding:.8rem;border-radius:.4rem;overflow-x:auto}"
    "summary{cursor:pointer;color:#4b5563;font-size:.85rem;margin-top:.4rem}"
)


def role_color(role: str) -> str:
    """Color of a role's edges and labels."""
    if not role:
        return EVENT_COLOR
    if role.startswith("ARGM"):
        return ADJUNCT_COLOR
    return ROLE_COLORS.get(role.removeprefix("R-").removeprefix("C-"), FREE_COLOR)


def _path(curve: Curve) -> str:
    (a, b), (c, d), (e, f), (g, h) = curve.points
    dash = ' stroke-dasharray="4 4"' if curve.role == "NOUN" else ""
    return (
        f'<path d="M{a:.1f} {b:.1f} C{c:.1f} {d:.1f} {e:.1f} {f:.1f} {g:.1f} {h:.1f}" fill="none" '
        f'stroke="{role_color(curve.role)}" stroke-width="1.6" stroke-opacity="0.75"{dash}/>'
    )


def _box(box: Box) -> str:
    parts = [
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8" '
        f'fill="{FILL[box.level]}" stroke="{STROKE[box.level]}" stroke-width="1.4"/>'
    ]
    weight = ' font-weight="600"' if box.level == ACTION else ""
    return parts[0] + _text_lines(box.lines, box.x + box.width / 2, box.y + 20, 14, "#1f2937", weight)


def _label(curve: Curve) -> str:
    x, y, width, height = curve.label
    color = role_color(curve.role)
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{height / 2:.1f}" fill="#ffffff" '
        f'stroke="{color}" stroke-width="1"/>'
        + _text_lines([curve.role], x + width / 2, y + 11.5, 10.5, color, ' font-weight="600"')
    )


def _text_lines(lines: Sequence[str], x: float, y: float, size: float, color: str, extra: str = "") -> str:
    return "".join(
        f'<text x="{x:.1f}" y="{y + i * 18:.1f}" font-size="{size:g}" text-anchor="middle" fill="{color}"{extra}>'
        f"{escape(_clean(line))}</text>"
        for i, line in enumerate(lines)
    )


def _clean(text: str) -> str:
    """Without characters that XML forbids."""
    return "".join(
        c
        if c in "\t\n\r" or ("\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000")
        else "\ufffd"
        for c in text
    )
