"""One small run for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from hgr import Retriever
from tests.hgr.retrieval.small_run import SmallParser, make_run


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("small"))


@pytest.fixture
def retriever(small_run: Path) -> Retriever:
    return Retriever.load(small_run, parser=SmallParser())
