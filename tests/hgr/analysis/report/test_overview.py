from __future__ import annotations

import numpy as np

from hgr.analysis.report.overview import Overview, Section, make_overview
from hgr.analysis.stored import FUSED, StoredSimilarity
from tests.hgr.analysis.made_up import made_up

STAMP = {"protocol": "msvd/all-captions", "split": "test", "digest": "d", "video_to_text": "grouped"}


def stored(num_texts: int = 60, decimals: int = 6) -> StoredSimilarity:
    base = made_up(seed=0, num_texts=num_texts, num_videos=20)
    levels = {name: np.round(base.matrices[name], decimals) for name in base.levels}
    fused = np.mean(list(levels.values()), axis=0, dtype=np.float32)
    return StoredSimilarity(base.texts, base.videos, {**levels, FUSED: np.round(fused, decimals)})


def section(overview: Overview, title: str) -> Section | None:
    return next((found for found in overview.sections if found.title == title), None)


def test_the_other_definition_of_video_to_text_has_a_table_of_its_own() -> None:
    plain = make_overview(stored())
    grouped = make_overview(stored(), protocol=STAMP)
    other = section(plain, "Video to text, captions grouped by video")
    own = section(grouped, "Video to text, all captions")
    assert other is not None and own is not None and other.opened
    assert [f"{cell:.1f}" for cell in other.rows[-1][1:4]] == grouped.table[-1]["cells"][1][:3]  # type: ignore[str-bytes-safe]
    assert [f"{cell:.1f}" for cell in own.rows[-1][1:4]] == plain.table[-1]["cells"][1][:3]  # type: ignore[str-bytes-safe]
    assert f"{other.rows[-1][-1]:.1f}" == grouped.table[-1]["rsum"] == grouped.numbers["rsum"]
    assert any("the captions of a video are one candidate" in note for note in grouped.notes)


def test_means_over_cutoffs_and_relevant_items() -> None:
    found = section(make_overview(stored()), "Geometric means and average precision")
    assert found is not None
    assert found.head[1:3] == ("t2v geometric mean", "t2v mAP")
    assert all(isinstance(cell, float) for cell in found.rows[0][1:])


def test_bounds_are_named_where_ties_leave_recalls_open() -> None:
    notes = make_overview(stored(decimals=0)).notes
    assert any(note.startswith("fused, text to video: ") and ", by the order R@1 " in note for note in notes)


def test_a_deviation_is_said() -> None:
    notes = make_overview(stored(), protocol={**STAMP, "deviations": ["expected 670 videos, found 20"]}).notes
    assert "This deviates from msvd/all-captions: expected 670 videos, found 20." in notes
