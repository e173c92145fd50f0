from __future__ import annotations

import numpy as np
import pytest

from hgr.data.items import Video
from hgr.data.loading import choose_frames
from hgr.retrieval.frame_times import frame_times, kept_positions

UNIFORM = {"sampling": {"frames": 4, "placement": "uniform"}}


@pytest.mark.parametrize(("rows", "kept"), [(7, 20), (7, None), (30, 20), (21, 20), (5, 1)])
def test_kept_rows_are_those_of_the_loader(rows: int, kept: int | None) -> None:
    frames = np.arange(rows, dtype=np.float32)[:, None]
    assert kept_positions(rows, kept).tolist() == choose_frames(frames, kept)[:, 0].tolist()


def test_middles_of_equal_parts_of_the_clip() -> None:
    assert frame_times(4, None, UNIFORM, Video("v", duration=8.0)) == (1.0, 3.0, 5.0, 7.0)
    assert frame_times(4, None, UNIFORM, Video("v", start=10.0, end=14.0)) == (10.5, 11.5, 12.5, 13.5)
    assert frame_times(4, 2, UNIFORM, Video("v", duration=8.0)) == (1.0, 7.0)


@pytest.mark.parametrize(
    ("recipe", "video"), [(UNIFORM, Video("v")), ({}, Video("v", duration=8.0)), (UNIFORM, None)]
)
def test_unknown_is_none(recipe: dict, video: Video | None) -> None:
    assert frame_times(4, None, recipe, video) is None
