"""MSR-VTT: full split, 1k-A (JSFusion), 1k-B (Miech)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hgr.data.datasets.adapter import (
    Dataset,
    Files,
    Reader,
    SplitData,
    a_list,
    an_object,
    clean,
    read_json,
    read_table,
    shown,
    split_of,
)
from hgr.data.items import Caption, Video
from hgr.errors import DataError

SPLITS = {"train": "train", "validate": "val", "val": "val", "test": "test"}


def _annotations(path: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Captions by video, and videos by split, of MSRVTT_data.json or a *_videodatainfo.json."""
    content = read_json(path)
    if not isinstance(content, dict) or not {"videos", "sentences"} <= set(content):
        raise DataError(f"{path}: expected an object with 'videos' and 'sentences', found {shown(content)}")
    captions: dict[str, list[str]] = {}
    for number, entry in enumerate(a_list(content["sentences"], f"{path}: 'sentences'")):
        where = f"{path}: sentence {number}"
        video = _id(entry, where)
        captions.setdefault(video, []).append(clean(entry.get("caption"), f"{where}, video {video}"))
    splits: dict[str, list[str]] = {}
    for number, entry in enumerate(a_list(content["videos"], f"{path}: 'videos'")):
        where = f"{path}: video {number}"
        splits.setdefault(_split_name(entry, where), []).append(_id(entry, where))
    return captions, splits


def _id(entry: Any, where: str) -> str:
    name = an_object(entry, where, "an object with 'video_id'").get("video_id")
    if not isinstance(name, str):
        raise DataError(f"{where}: expected a name as 'video_id', found {shown(name)}")
    return name


def _split_name(entry: Any, where: str) -> str:
    """What a video's split is called here, "" where it names none or an unknown one."""
    name = an_object(entry, where, "an object with 'video_id'").get("split", "")
    if not isinstance(name, str):
        raise DataError(f"{where}: expected a name as 'split', found {shown(name)}")
    return SPLITS.get(name, "")


def _list(path: Path) -> list[str]:
    return [row["video_id"] for row in read_table(path, ["video_id"])]


def read_full(files: Files) -> dict[str, SplitData]:
    """The official splits; the lists where they are there, else the split named with each video."""
    captions, splits = _annotations(files["captions"])
    if "test_captions" in files:
        more, other = _annotations(files["test_captions"])
        captions, splits = (
            {**captions, **more},
            {**splits, "test": [v for ids in other.values() for v in ids]},
        )
    for split in ("train", "val", "test"):
        if f"{split}_full" in files:
            splits[split] = _list(files[f"{split}_full"])
    found: dict[str, SplitData] = {
        split: split_of(captions, splits[split], f"{split} list")
        for split in ("train", "val", "test")
        if split in splits
    }
    if not found:
        raise DataError(f"{files['captions']}: videos name no split and there is no list of a split")
    return found


def _one_caption(path: Path) -> SplitData:
    rows = read_table(path, ["video_id", "sentence"])
    captions = tuple(
        Caption(
            row.get("key") or row["video_id"],
            row["video_id"],
            clean(row["sentence"], f"{path}: {row['video_id']}"),
        )
        for row in rows
    )
    return SplitData(captions, tuple(Video(v) for v in dict.fromkeys(row["video_id"] for row in rows)))


def _with_train(test: SplitData, files: Files, key: str) -> dict[str, SplitData]:
    found = {"test": test}
    if key in files and "captions" in files:
        captions, _ = _annotations(files["captions"])
        found["train"] = split_of(captions, _list(files[key]), files[key].name)
    return found


def read_1k_a(files: Files) -> dict[str, SplitData]:
    """1,000 test videos with one caption each; training videos where list and captions are there."""
    return _with_train(_one_caption(files["test_1k_a"]), files, "train_9k")


def read_1k_b(files: Files) -> dict[str, SplitData]:
    """Another 1,000 test videos with one caption each."""
    return _with_train(_one_caption(files["test_1k_b"]), files, "train_1k_b")


MSRVTT = Dataset(
    "msrvtt",
    {
        "captions": ("MSRVTT_data.json", "train_val_videodatainfo.json"),
        "test_captions": ("test_videodatainfo.json",),
        "train_full": ("MSRVTT_train.full.csv", "train.full.csv"),
        "val_full": ("MSRVTT_val.full.csv", "val.full.csv"),
        "test_full": ("MSRVTT_test.full.csv", "test.full.csv"),
        "test_1k_a": ("MSRVTT_JSFUSION_test.csv",),
        "train_9k": ("MSRVTT_train.9k.csv", "train.9k.csv"),
        "test_1k_b": ("MSRVTT_1k-B_test.csv", "MSRVTT_miech_test.csv"),
        "train_1k_b": ("MSRVTT_1k-B_train.csv",),
    },
    {
        "msrvtt/full": Reader(("captions",), read_full),
        "msrvtt/1k-A": Reader(("test_1k_a",), read_1k_a),
        "msrvtt/1k-B": Reader(("test_1k_b",), read_1k_b),
    },
)
