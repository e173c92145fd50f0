"""EPIC-KITCHENS-100 multi-instance retrieval: clips against distinct narrations."""

from __future__ import annotations

from hgr.data.datasets.adapter import Dataset, Files, Reader, SplitData, clean, read_table
from hgr.data.items import Caption, Video
from hgr.errors import DataError


def read(files: Files) -> dict[str, SplitData]:
    """The test clips, and each distinct narration under the clip that the sentence table names it by."""
    clips = read_table(files["test"], ["narration_id", "narration"])
    videos = tuple(Video(row["narration_id"]) for row in clips)
    known = {row["narration_id"] for row in clips}
    captions = []
    for row in read_table(files["sentences"], ["narration_id", "narration"]):
        identifier = row["narration_id"]
        if identifier not in known:
            raise DataError(
                f"{files['sentences']}: narration {identifier!r} is no clip of {files['test'].name}"
            )
        captions.append(
            Caption(identifier, identifier, clean(row["narration"], f"{files['sentences']}: {identifier}"))
        )
    return {"test": SplitData(tuple(captions), videos)}


EPIC = Dataset(
    "epic100",
    {
        "test": ("EPIC_100_retrieval_test.csv",),
        "sentences": ("EPIC_100_retrieval_test_sentence.csv",),
    },
    {"epic100/mir": Reader(("test", "sentences"), read)},
)
