"""Adapters on tiny files in the original formats."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hgr.cli.main import run
from hgr.data.check import check_root, read_protocol
from hgr.data.datasets import DATASETS
from hgr.data.folder import load_folder
from hgr.data.protocols import PROTOCOLS
from hgr.errors import DataError


def put(root: Path, **files: Any) -> Path:
    """Files by name, "__" standing for ".", "___" for "-"; JSON where the content is no string."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (root / name.replace("___", "-").replace("__", ".")).write_text(text)
    return root


MSRVTT_DATA = {
    "videos": [
        {"video_id": f"video{i}", "split": s} for i, s in enumerate(("train", "validate", "test", "test"))
    ],
    "sentences": [{"video_id": f"video{i % 4}", "caption": f"a caption {i}"} for i in range(8)],
}


def test_msrvtt_full_by_its_own_splits(tmp_path: Path) -> None:
    put(tmp_path / "msrvtt", MSRVTT_data__json=MSRVTT_DATA)
    found = read_protocol(tmp_path, "msrvtt/full")
    assert {s: [v.id for v in d.videos] for s, d in found.items()} == {
        "train": ["video0"], "val": ["video1"], "test": ["video2", "video3"],
    }  # fmt: skip
    assert [(c.id, c.text) for c in found["test"].captions] == [
        ("video2#0", "a caption 2"), ("video2#1", "a caption 6"),
        ("video3#0", "a caption 3"), ("video3#1", "a caption 7"),
    ]  # fmt: skip


def test_msrvtt_1k_a(tmp_path: Path) -> None:
    table = 'key,vid_key,video_id,sentence\nret0,msr0,video3,"a man, and a dog"\nret1,msr1,video2,a cat\n'
    put(tmp_path, MSRVTT_JSFUSION_test__csv=table, MSRVTT_data__json=MSRVTT_DATA)
    put(tmp_path, MSRVTT_train__9k__csv="video_id\nvideo0\nvideo1\nvideo9\n")
    found = read_protocol(tmp_path, "msrvtt/1k-A")
    assert [(c.id, c.video, c.text) for c in found["test"].captions] == [
        ("ret0", "video3", "a man, and a dog"),
        ("ret1", "video2", "a cat"),
    ]
    assert len(found["train"].captions) == 4
    assert found["train"].notes == ("MSRVTT_train.9k.csv: 1 videos have no caption: video9",)


def test_msvd_from_json_and_from_a_plain_pickle_only(tmp_path: Path) -> None:
    put(tmp_path / "a", captions_msvd__json={"v_1": ["a dog runs", "a dog"]}, test_list__txt="v_1\n")
    folder = put(tmp_path / "b", test_list__txt="v_1\n")
    (folder / "raw-captions.pkl").write_bytes(pickle.dumps({"v_1": [["a", "dog", "runs"], ["a", "dog"]]}))
    captions = [read_protocol(tmp_path / name, "msvd/all-captions")["test"].captions for name in "ab"]
    assert captions[0] == captions[1]
    canary = tmp_path / "canary"

    class Gadget:
        def __reduce__(self) -> Any:
            return (Path.touch, (canary,))

    (folder / "raw-captions.pkl").write_bytes(pickle.dumps({"v_1": Gadget()}))
    with pytest.raises(DataError, match=r"raw-captions.pkl: a pickle that wants .* is not read"):
        read_protocol(tmp_path / "b", "msvd/all-captions")
    assert not canary.exists()


def test_vatex_in_hgr_layout(tmp_path: Path) -> None:
    put(tmp_path / "annotation" / "RET", ref_captions__json={"x_1": ["one", "two"], "y_2": ["three"]})
    (tmp_path / "public_split").mkdir()
    np.save(tmp_path / "public_split" / "tst_names.npy", np.array(["y_2", "x_1"]))
    found = read_protocol(tmp_path, "vatex/hgr")
    assert [c.id for c in found["test"].captions] == ["y_2#0", "x_1#0", "x_1#1"]
    np.save(tmp_path / "public_split" / "tst_names.npy", np.array([{"a": 1}], dtype=object))
    with pytest.raises(DataError, match="not readable as an array of names"):
        read_protocol(tmp_path, "vatex/hgr")


def test_activitynet_paragraphs_keep_their_segments(tmp_path: Path) -> None:
    entry = {
        "duration": 9.0,
        "timestamps": [[0, 4.5], [9.0, 4.5]],
        "sentences": ["A man runs. ", " He  falls."],
    }
    put(tmp_path, val_1__json={"v_a": entry})
    (caption,) = read_protocol(tmp_path, "activitynet/val1-paragraph")["test"].captions
    assert caption.text == "A man runs. He falls."
    assert [(s.start, s.end, s.text) for s in caption.segments] == [
        (0, 4.5, "A man runs."),
        (4.5, 9, "He falls."),
    ]
    put(tmp_path, val_1__json={"v_a": {**entry, "timestamps": [[0, 1]]}})
    with pytest.raises(DataError, match="v_a: 2 sentences, 1 pairs of times"):
        read_protocol(tmp_path, "activitynet/val1-paragraph")


def test_youcook2_clips(tmp_path: Path) -> None:
    clip = {"id": 0, "segment": [3, 9], "sentence": "cut the onion"}
    content = {"database": {"abc": {"subset": "validation", "duration": 20, "annotations": [clip]}}}
    put(tmp_path, youcookii_annotations_trainval__json=content)
    (video,) = read_protocol(tmp_path, "youcook2/clip")["test"].videos
    assert (video.id, video.start, video.end) == ("abc_0", 3.0, 9.0)
    clip["segment"] = [9, 3]
    put(tmp_path, youcookii_annotations_trainval__json=content)
    with pytest.raises(DataError, match=r"clip 0: segment is \[9, 3\]"):
        read_protocol(tmp_path, "youcook2/clip")


def test_didemo_filters_by_its_list(tmp_path: Path) -> None:
    entries = [
        {"video": v, "description": d, "times": [[0, 0]]} for v, d in (("a", "x"), ("b", "y"), ("a", "z"))
    ]
    put(tmp_path, test_data__json=entries, test_list__txt="a\nc\n")
    found = read_protocol(tmp_path, "didemo/paragraph")["test"]
    assert [(c.video, c.text) for c in found.captions] == [("a", "x z")]
    assert "1 videos of the list have no description: c" in found.notes[0]


def test_lsmdc_tgif_and_epic(tmp_path: Path) -> None:
    put(tmp_path, LSMDC16_challenge_1000_publictect__csv="clip1\t0\t1\t0\t1\tSomeone walks.\n")
    put(tmp_path, tgif___v1__0__tsv="https://x/tumblr_1.gif\ta man\nhttps://x/tumblr_1.gif\ta guy\n")
    put(tmp_path, test__txt="https://x/tumblr_1.gif\n")
    put(
        tmp_path,
        EPIC_100_retrieval_test__csv="narration_id,narration,verb\nP01_1,cut onion,cut\nP01_2,cut onion,cut\n",
    )
    put(tmp_path, EPIC_100_retrieval_test_sentence__csv="narration_id,narration\nP01_1,cut onion\n")
    assert read_protocol(tmp_path, "lsmdc/1k")["test"].captions[0].text == "Someone walks."
    assert [c.text for c in read_protocol(tmp_path, "tgif")["test"].captions] == ["a man", "a guy"]
    epic = read_protocol(tmp_path, "epic100/mir")["test"]
    assert (len(epic.videos), len(epic.captions)) == (2, 1)
    put(tmp_path, LSMDC16_challenge_1000_publictect__csv="clip1\t0\tSomeone walks.\n")
    with pytest.raises(DataError, match="csv:1: expected 6 columns, found 3"):
        read_protocol(tmp_path, "lsmdc/1k")


def test_every_protocol_has_an_adapter() -> None:
    assert {name for dataset in DATASETS.values() for name in dataset.readers} == set(PROTOCOLS)


def test_check_names_what_is_missing_and_what_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, MSRVTT_data__json=MSRVTT_DATA)
    msrvtt, msvd, *_ = check_root(tmp_path)
    assert msrvtt.found == ("MSRVTT_data.json",) and msvd.found == ()
    full, one_k_a, _ = msrvtt.protocols
    assert "msrvtt/full test: expected 2,990 videos, found 2" in full.splits[-1].problems
    assert one_k_a.missing == ("MSRVTT_JSFUSION_test.csv",)
    assert run(["data", "check", str(tmp_path), "--dataset", "msrvtt"]) == 3
    text = capsys.readouterr().out
    assert "msrvtt/1k-A: needs MSRVTT_JSFUSION_test.csv" in text and "expected 6,513 videos, found 1" in text
    assert run(["data", "check", str(tmp_path / "nowhere")]) == 3
    assert run(["data", "check", str(tmp_path), "--dataset", "imagenet"]) == 3


def test_import_makes_a_data_set_folder(tmp_path: Path) -> None:
    put(tmp_path / "raw", MSRVTT_data__json=MSRVTT_DATA)
    assert run(["data", "import", str(tmp_path / "raw"), "msrvtt/full", str(tmp_path / "out")]) == 0
    folder = load_folder(tmp_path / "out")
    assert len(folder.captions) == 8 and folder.split("test") == ("video2", "video3")
    assert run(["data", "import", str(tmp_path / "raw"), "msrvtt/full", str(tmp_path / "out")]) == 3
    assert run(["data", "import", str(tmp_path / "raw"), "msrvtt/1k-A", str(tmp_path / "new")]) == 3
