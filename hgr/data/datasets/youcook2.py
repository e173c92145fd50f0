"""YouCook2: every annotated clip with its sentence."""

from __future__ import annotations

from hgr.data.datasets.adapter import (
    Dataset,
    Files,
    Reader,
    SplitData,
    a_list,
    an_object,
    clean,
    read_json,
    seconds,
    shown,
)
from hgr.data.items import Caption, Video
from hgr.errors import DataError

SUBSETS = {"training": "train", "validation": "test"}


def read(files: Files) -> dict[str, SplitData]:
    """Clips of training and validation, the latter being what is reported."""
    path = files["annotations"]
    content = an_object(read_json(path), str(path), "an object with 'database'")
    database = an_object(content.get("database"), f"{path}: 'database'", "an object by video")
    clips: dict[str, list[tuple[Video, str]]] = {}
    for video, entry in database.items():
        where = f"{path}: video {video}"
        subset = an_object(entry, where).get("subset")
        if not isinstance(subset, str):
            raise DataError(f"{where}: expected a name as 'subset', found {shown(subset)}")
        if subset in SUBSETS:
            listed = a_list(entry.get("annotations", []), f"{where}: 'annotations'")
            clips.setdefault(SUBSETS[subset], []).extend(_clip(video, clip, where) for clip in listed)
    return {
        split: SplitData(
            tuple(Caption(video.id, video.id, sentence) for video, sentence in found),
            tuple(video for video, _ in found),
        )
        for split, found in clips.items()
    }


def _clip(video: str, clip: object, where: str) -> tuple[Video, str]:
    """A clip and its sentence."""
    entry = an_object(clip, where, "a clip as an object")
    number = entry.get("id")
    if isinstance(number, bool) or not isinstance(number, int | str):
        raise DataError(f"{where}: expected a number as a clip's 'id', found {shown(number)}")
    where = f"{where}, clip {number}"
    segment = a_list(entry.get("segment"), f"{where}: 'segment'")
    times = [seconds(time, where) for time in segment]
    if len(times) != 2 or not 0 <= times[0] < times[1]:
        raise DataError(f"{where}: segment is {segment!r}, expected start before end")
    return Video(f"{video}_{number}", start=times[0], end=times[1]), clean(entry.get("sentence"), where)


YOUCOOK2 = Dataset(
    "youcook2",
    {"annotations": ("youcookii_annotations_trainval.json",)},
    {"youcook2/clip": Reader(("annotations",), read)},
)
