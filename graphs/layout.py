"""Where the boxes and curves of a drawn role graph go. Lengths are pixels; pure arithmetic."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from graphs.levels import ACTION, ENTITY, EVENT
from graphs.role_graph import RoleGraph

MARGIN, GAP, ROW_GAP, LINE, PADDING = 24.0, 22.0, 84.0, 18.0, 12.0
CHARACTER, WIDE_CHARACTER = 7.4, 14.0
"""Advance of a 14-pixel letter, and of an East Asian one."""
LABEL_CHARACTER, LABEL_HEIGHT = 7.5, 16.0
MAX_LINES = 8
WRAP = {EVENT: 64, ACTION: 18, ENTITY: 20}
"""Characters of a line before it is broken."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A node: its lines of text in a rectangle."""

    level: str
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float

    @property
    def center(self) -> float:
        """Horizontal middle."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Curve:
    """An edge: the four points of a cubic curve, and the rectangle (x, y, width, height) of its role."""

    role: str
    points: tuple[Point, Point, Point, Point]
    label: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole picture; boxes stand in node order."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]


def lay_out(graph: RoleGraph) -> Layout:
    """Entities in caption order below, each action over the middle of what it holds, the event on top."""
    boxes = {i: _measure(node.level, node.text) for i, node in enumerate(graph.nodes)}
    entities = sorted(graph.positions(ENTITY), key=lambda i: graph.nodes[i].tokens)
    x = MARGIN
    for i in entities:
        boxes[i] = replace(boxes[i], x=x)
        x += boxes[i].width + GAP
    actions = _place_actions(graph, boxes)
    right = max((box.x + box.width for i, box in boxes.items() if i), default=0.0) + MARGIN
    width = max(right, boxes[0].width + 2 * MARGIN)
    spare = (width - right) / 2
    for i in (*entities, *actions):
        boxes[i] = replace(boxes[i], x=boxes[i].x + spare)
    y = MARGIN
    for row in ([0], actions, entities):
        for i in row:
            boxes[i] = replace(boxes[i], y=y)
        if row:
            y += max(boxes[i].height for i in row) + ROW_GAP
    boxes[0] = replace(boxes[0], x=(width - boxes[0].width) / 2)
    curves = _curves(graph, boxes)
    return Layout(
        width, y - ROW_GAP + MARGIN, tuple(boxes[i] for i in range(len(graph.nodes))), tuple(curves)
    )


def _measure(level: str, text: str) -> Box:
    lines = _wrap(text, WRAP[level])
    width = max(_width(line) for line in lines) + 2 * PADDING
    return Box(level, lines, 0.0, 0.0, max(width, 44.0), LINE * len(lines) + 12)


def _wrap(text: str, limit: int) -> tuple[str, ...]:
    lines: list[str] = []
    for word in text.split(" "):
        pieces = [word[k : k + limit] for k in range(0, len(word), limit)] or [""]
        for piece in pieces:
            if lines and len(lines[-1]) + 1 + len(piece) <= limit:
                lines[-1] += f" {piece}"
            else:
                lines.append(piece)
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], "…"]
    return tuple(lines)


def _width(text: str) -> float:
    return sum(WIDE_CHARACTER if unicodedata.east_asian_width(c) in "WF" else CHARACTER for c in text)


def _place_actions(graph: RoleGraph, boxes: dict[int, Box]) -> list[int]:
    """Give actions their x; returns them from left to right."""
    wanted: dict[int, float] = {}
    for i in graph.positions(ACTION):
        held = [e.target for e in graph.edges if e.source == i and graph.nodes[e.target].level == ENTITY]
        centers = [boxes[k].center for k in held]
        wanted[i] = sum(centers) / len(centers) if centers else _beside(graph, boxes, i)
    order = sorted(wanted, key=lambda i: graph.nodes[i].tokens)
    x = MARGIN
    for i in order:
        x = max(x, wanted[i] - boxes[i].width / 2)
        boxes[i] = replace(boxes[i], x=x)
        x += boxes[i].width + 2 * GAP
    return order


def _beside(graph: RoleGraph, boxes: dict[int, Box], action: int) -> float:
    """Where an action that holds no entity goes: next to the last entity that stands before it in the caption."""
    before = [
        boxes[i].x + boxes[i].width
        for i in graph.positions(ENTITY)
        if graph.nodes[i].tokens[0] < graph.nodes[action].tokens[0]
    ]
    return max(before, default=0.0) + GAP


def _curves(graph: RoleGraph, boxes: dict[int, Box]) -> list[Curve]:
    incoming: dict[int, list[int]] = {}
    for k, edge in enumerate(graph.edges):
        incoming.setdefault(edge.target, []).append(k)
    for edges in incoming.values():
        edges.sort(key=lambda k: boxes[graph.edges[k].source].center)
    taken = [(box.x, box.y, box.width, box.height) for box in boxes.values()]
    curves: list[Curve] = []
    for k, edge in enumerate(graph.edges):
        source, target = boxes[edge.source], boxes[edge.target]
        siblings = incoming[edge.target]
        share = (siblings.index(k) + 1) / (len(siblings) + 1)
        end = (target.x + target.width * share, target.y)
        start = (source.center, source.y + source.height)
        if source.level == ACTION and target.level == ACTION:
            dip = source.y + max(source.height, target.height) + ROW_GAP * 0.42
            end = (target.x + target.width * share, target.y + target.height)
            points = (start, (start[0], dip), (end[0], dip), end)
        else:
            bend = (end[1] - start[1]) * 0.5
            points = (start, (start[0], start[1] + bend), (end[0], end[1] - bend), end)
        label = _label_place(edge.role, points, taken)
        if edge.role:
            taken.append(label)
        curves.append(Curve(edge.role, points, label))
    return curves


def _label_place(
    role: str, points: tuple[Point, Point, Point, Point], taken: list[tuple[float, float, float, float]]
) -> tuple[float, float, float, float]:
    width = len(role) * LABEL_CHARACTER + 12
    places = []
    for t in (0.62, 0.5, 0.74, 0.4, 0.82, 0.3, 0.9):
        x, y = _on_curve(points, t)
        places.append((x - width / 2, y - LABEL_HEIGHT / 2, width, LABEL_HEIGHT))
    return min(places, key=lambda place: sum(_overlap(place, other) for other in taken))


def _on_curve(points: tuple[Point, Point, Point, Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x = sum(w * p[0] for w, p in zip(weights, points, strict=True))
    y = sum(w * p[1] for w, p in zip(weights, points, strict=True))
    return x, y


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(width, 0.0) * max(height, 0.0)
