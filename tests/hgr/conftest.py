"""Fixtures of the tests of `hgr`."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def toys() -> Any:
    """The module of the smallest retrieval system, tests/hgr/toy_system.py."""
    path = Path(__file__).with_name("toy_system.py")
    spec = importlib.util.spec_from_file_location("toy_system", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["toy_system"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def toy_system(toys: Any) -> Iterator[Any]:
    """The system "toy", in the table of systems while a test runs."""
    entry = toys.install()
    yield entry
    from hgr.systems import SYSTEMS

    del SYSTEMS["toy"]
