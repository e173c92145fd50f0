from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = (
    "hgr.metrics.class_relevance", "hgr.metrics.corrections", "hgr.metrics.graded", "hgr.metrics.grouping",
    "hgr.metrics.ranking",
    "hgr.metrics.relevance", "hgr.metrics.selection", "hgr.metrics.summary", "hgr.analysis.agreement",
    "hgr.analysis.significance", "hgr.analysis.probes.morphology",
)  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.failed == 0
    assert found.attempted > 0 or name == "hgr.metrics.corrections"
