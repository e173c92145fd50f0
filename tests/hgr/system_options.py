"""Small sizes for every system, so that contract tests take seconds. A system that is absent runs with its defaults."""

from __future__ import annotations

from typing import Any

SMALL: dict[str, dict[str, Any]] = {
    "hgr": {"width": 24, "word_width": 12},
    "vsepp": {"width": 24, "word_width": 12},
    "hanet": {"width": 24, "word_width": 12},
    "coot": {"width": 16, "heads": 2, "pool_hidden": 32, "word_width": 24, "dropout": 0.0},
    "cmhse": {"width": 16, "word_width": 12, "reconstruction": "elements"},
}
