"""Fixtures of the tests of `hgr`."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hgr.small_data import write_data


@pytest.fixture(scope="session")
def toys() -> Any:
    """The module of the smallest retrieval system, under the name that the table of systems has for it."""
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


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """A data set's folder of 12 training and 4 validation videos, two captions each."""
    return write_data(tmp_path / "data")
