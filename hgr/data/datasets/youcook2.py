"""YouCook2: every annotated clip with its sentence."""

from __future__ import annotations

from hgr.data.datasets.adapter import Dataset, Files, Reader, SplitData, clean, read_json
from hgr.data.items import Caption, Video
from hgr.errors import DataError

SUBSETS = {"training": "train", "validation": "test"}


def read(files: Files) -> dict[str, SplitData]:
    """Clips of training and validation, the latter being what is reported."""
    path = files["annotations"]
    content = read_json(path)
    if not isinstance(content, dict) or not isinstance(content.get("database"), dict):
        raise DataError(f"{path}: expected an object with 'database'")
    captions: dict[str, list[Caption]] = {}
    videos: dict[str, list[Video]] = {}
    for video, entry in content["database"].items():
        split = SUBSETS.get(entry.get("subset", ""))
        if split is None:
            continue
        for clip in entry.get("annotations", []):
            where = f"{path}: video {video}, clip {clip.get('id')}"
            start, end = clip.get("segment") or (None, None)
            if start is None or end is None or not 0 <= start < end:
                raise DataError(f"{where}: segment is {clip.get('segment')!r}, expected start before end")
            name = f"{video}_{clip.get('id')}"
            videos.setdefault(split, []).append(Video(name, start=float(start), end=float(end)))
            captions.setdefault(split, []).append(Caption(name, name, clean(clip.get("sentence"), where)))
    return {split: SplitData(tuple(captions[split]), tuple(videos[split])) for split in captions}


YOUCOOK2 = Dataset(
    "youcook2",
    {"annotations": ("youcookii_annotations_trainval.json",)},
    {"youcook2/clip": Reader(("annotations",), read)},
)
