"""The page: template, styles, script and data become one HTML file that nothing can be smuggled into."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import jinja2

from hgr import __version__
from hgr.analysis.report.overview import (
    COLUMNS,
    DIRECTIONS,
    Overview,
    Section,
    as_text,
    is_number,
    sorted_classes,
)

UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""Characters that could end the script element that the data are in, or a line of it."""


def render_page(
    *,
    title: str,
    meta: Sequence[str],
    overview: Overview,
    sections: Sequence[Section],
    notes: Sequence[str],
    shown: str,
    data: Mapping[str, Any],
) -> str:
    """The report as HTML.

    The page's own script and styles are allowed by their digests; nothing else runs, and nothing is loaded but
    images that the page itself holds.

    Args:
        title: What the report is about.
        meta: Short facts under the title.
        overview: Numbers, table and plots.
        sections: Tables below them.
        notes: What a reader must know of the numbers.
        shown: Which queries the page holds, in words.
        data: What the script draws.
    """
    style, script = _template("report.css"), _template("report.js")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(_template("report.html.j2")).render(
        title=title,
        meta=meta,
        overview=overview,
        sections=sections,
        notes=notes,
        shown=shown,
        data=inert_json(data),
        style=style,
        script=script,
        style_hash=_digest(style),
        script_hash=_digest(script),
        columns=COLUMNS,
        directions=tuple(DIRECTIONS.values()),
        legend=sorted_classes(overview.classes),
        as_text=as_text,
        is_number=is_number,
        version=__version__,
    )


def inert_json(data: Mapping[str, Any]) -> str:
    """JSON that can stand inside a script element: no character of it can end the element.

    >>> inert_json({"text": "</script><b>"})
    '{"text":"\\\\u003c/script\\\\u003e\\\\u003cb\\\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in UNSAFE.items():
        text = text.replace(character, escape)
    return text.encode("utf-8", "replace").decode("utf-8")


def _template(name: str) -> str:
    return (files("hgr.analysis") / "templates" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"
