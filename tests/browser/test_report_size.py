"""A report of 1,000 queries over 1,000 videos whose frames hardly compress."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from hgr.analysis.report.source import open_source
from hgr.analysis.report.write import write_report
from tests.browser.test_report_page import data_of
from tests.browser.webdriver import Browser
from tests.hgr.retrieval.small_run import make_run

pytestmark = pytest.mark.slow

FRAMES, QUERIES = 20, 1000
LARGEST, SLOWEST = 15_000_000, 2000.0
"""Bytes of the page, and milliseconds until its load event."""


def make_noise(path: Path) -> None:
    """A video of random blocks, the worst there is for a JPEG."""
    generator = np.random.default_rng(0)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(FRAMES):
            blocks = generator.integers(0, 256, (24, 40, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(blocks.repeat(4, 0).repeat(4, 1), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


@pytest.mark.timeout(900)
def test_a_thousand_queries_stay_small_and_open_quickly(browser: Browser, tmp_path: Path) -> None:
    run = make_run(tmp_path, count=2 * QUERIES + 8, files="noise.mp4", frames=FRAMES)
    make_noise(tmp_path / "data" / "noise.mp4")
    written = write_report(open_source(run), run / "report.html", queries=QUERIES)
    assert (written.queries, written.videos) == (QUERIES, QUERIES)
    assert written.size < LARGEST
    videos = data_of(run / "report.html")["videos"]
    assert written.frames == sum("strip" in video for video in videos) > 0.9 * len(videos)
    browser.resize(1360, 1000)
    times = []
    for _ in range(3):
        browser.open(run / "report.html")
        times.append(browser.run("return performance.getEntriesByType('navigation')[0].loadEventEnd"))
        browser.run("location.replace('about:blank')")
    print(json.dumps({"bytes": written.size, "frames": written.frames, "load_ms": times}))
    assert min(times) < SLOWEST
    browser.open(run / "report.html")
    assert re.match(
        rf"{QUERIES} of {QUERIES}", browser.run("return document.getElementById('count').textContent")
    )
