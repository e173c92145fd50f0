"""A browser, and reports for it; everything is skipped where there is no Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hgr.analysis.report.source import open_source
from hgr.analysis.report.write import write_report
from tests.browser.webdriver import Browser, missing_browser
from tests.hgr.retrieval.small_run import make_run
from tests.hgr.video.making import make_video


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    missing = missing_browser()
    if missing:
        pytest.skip(missing)
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a small run; half of its videos have files."""
    folder = tmp_path_factory.mktemp("report")
    run = make_run(folder, count=240, files=True)
    (folder / "data" / "videos").mkdir()
    for number in range(4, 60):
        make_video(folder / "data" / "videos" / f"v{number}.mp4", frames=14)
    write_report(open_source(run), run / "report.html")
    return run / "report.html"
