"""Adapters on tiny files in the original formats."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hgr.cli.main import run
from hgr.data.check import SplitReport, check_root, find_files, read_protocol
from hgr.data.classes import CLASSES_FILE, ActionClasses, read_classes
from hgr.data.datasets import DATASETS
from hgr.data.doctor import diagnose
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


def test_lsmdc_and_tgif(tmp_path: Path) -> None:
    put(tmp_path, LSMDC16_challenge_1000_publictect__csv="clip1\t0\t1\t0\t1\tSomeone walks.\n")
    put(tmp_path, tgif___v1__0__tsv="https://x/tumblr_1.gif\ta man\nhttps://x/tumblr_1.gif\ta guy\n")
    put(tmp_path, test__txt="https://x/tumblr_1.gif\n")
    assert read_protocol(tmp_path, "lsmdc/1k")["test"].captions[0].text == "Someone walks."
    assert [c.text for c in read_protocol(tmp_path, "tgif")["test"].captions] == ["a man", "a guy"]
    put(tmp_path, LSMDC16_challenge_1000_publictect__csv="clip1\t0\tSomeone walks.\n")
    with pytest.raises(DataError, match="csv:1: expected 6 columns, found 3"):
        read_protocol(tmp_path, "lsmdc/1k")


EPIC_CLIPS = (
    "narration_id,narration,verb,verb_class,all_nouns,all_noun_classes\n"
    'P01_1,open door,open,3,"[\'door\']","[8]"\n'
    "P02_7,wait,wait,60,[],[]\n"
    'P03_2,open door,open,3,"[\'door\']","[8]"\n'
    "P03_9,cut onion with knife,cut,7,\"['onion', 'knife']\",\"[16, 4]\"\n"
)
EPIC_SENTENCES = "narration_id,narration\nP02_7,wait\nP03_2,open door\nP03_9,cut onion with knife\n"


def put_epic(root: Path, clips: str = EPIC_CLIPS, sentences: str = EPIC_SENTENCES) -> Path:
    return put(root, EPIC_100_retrieval_test__csv=clips, EPIC_100_retrieval_test_sentence__csv=sentences)


def test_epic_clips_have_their_narrations_and_queries_their_classes(tmp_path: Path) -> None:
    put_epic(tmp_path)
    put(tmp_path, EPIC_100_retrieval_train__csv=EPIC_CLIPS.replace("P0", "P1"))
    found = read_protocol(tmp_path, "epic100/mir")
    test, train = found["test"], found["train"]
    assert [(c.id, c.video, c.text) for c in test.captions if c.text == "open door"] == [
        ("P01_1", "P01_1", "open door"),
        ("P03_2", "P03_2", "open door"),
    ]
    assert test.classes is not None and train.classes is not None and test.notes == ()
    assert list(test.classes.captions) == ["P02_7", "P03_2", "P03_9"] and test.num_queries == 3
    assert list(test.classes.videos) == ["P01_1", "P02_7", "P03_2", "P03_9"]
    assert test.classes.captions["P03_9"] == ActionClasses(7, frozenset({4, 16}))
    assert test.classes.videos["P02_7"] == ActionClasses(60)
    assert list(train.classes.captions) == ["P11_1", "P12_7", "P13_9"]
    (report,) = check_root(tmp_path, ["epic100"])
    assert "epic100/mir test: expected 3,842 captions, found 3" in report.protocols[0].splits[-1].problems


@pytest.mark.parametrize(
    ("clips", "sentences", "message"),
    [
        (
            EPIC_CLIPS,
            EPIC_SENTENCES + "P09_9,fly\n",
            "sentence.csv: narration 'P09_9' is no clip of EPIC_100",
        ),
        (EPIC_CLIPS + EPIC_CLIPS.splitlines()[1], EPIC_SENTENCES, "narration 'P01_1': is in the table twice"),
        (
            EPIC_CLIPS.replace(",60,", ",sixty,"),
            EPIC_SENTENCES,
            "'P02_7': 'verb_class': expected the number of a",
        ),
        (
            EPIC_CLIPS.replace('"[8]"', "8"),
            EPIC_SENTENCES,
            "'P01_1': 'all_noun_classes': expected a list, found a n",
        ),
        (
            EPIC_CLIPS.replace('"[8]"', "[8"),
            EPIC_SENTENCES,
            r"'all_noun_classes': expected \[2, 5\], found text",
        ),
        (
            EPIC_CLIPS.replace('"[8]"', '"[8.5]"'),
            EPIC_SENTENCES,
            "expected the number of a class, found a number 8.5",
        ),
        (EPIC_CLIPS.replace("all_noun_classes", "x"), EPIC_SENTENCES, "no column 'all_noun_classes'"),
    ],
)
def test_damaged_epic_tables(tmp_path: Path, clips: str, sentences: str, message: str) -> None:
    put_epic(tmp_path, clips, sentences)
    with pytest.raises(DataError, match=message):
        read_protocol(tmp_path, "epic100/mir")


def test_epic_narration_without_its_sentence_is_noted(tmp_path: Path) -> None:
    put_epic(tmp_path, sentences="narration_id,narration\nP01_1,open door\nP02_7,wait\n")
    (note,) = read_protocol(tmp_path, "epic100/mir")["test"].notes
    assert "1 narrations are not in the sentence table: cut onion with knife" in note


def test_epic_import_writes_classes_that_the_doctor_accepts(tmp_path: Path) -> None:
    put_epic(tmp_path / "raw")
    assert run(["data", "import", str(tmp_path / "raw"), "epic100/mir", str(tmp_path / "out")]) == 0
    classes = read_classes(tmp_path / "out" / CLASSES_FILE)
    assert classes == read_protocol(tmp_path / "raw", "epic100/mir")["test"].classes
    found = diagnose(tmp_path / "out", workers=1)
    assert [problem.code for problem in found.errors] == ["no_file"]
    assert not [problem for problem in found.problems if CLASSES_FILE in problem.file]
    assert (found.counts["captions_with_classes"], found.counts["videos_with_classes"]) == (3, 4)


WHOLE: dict[str, tuple[str, dict[str, Any]]] = {
    "msrvtt": ("msrvtt/full", {"MSRVTT_data.json": MSRVTT_DATA}),
    "msvd": ("msvd/all-captions", {"captions_msvd.json": {"v_1": ["a dog", ["a", "cat"]]}}),
    "vatex": ("vatex/hgr", {"ref_captions.json": {"v_1": ["one", "two"]}}),
    "activitynet": (
        "activitynet/val1-paragraph",
        {"val_1.json": {"v_1": {"duration": 9.0, "timestamps": [[0, 4.5]], "sentences": ["A man runs."]}}},
    ),
    "youcook2": (
        "youcook2/clip",
        {
            "youcookii_annotations_trainval.json": {
                "database": {
                    "abc": {
                        "subset": "validation",
                        "annotations": [{"id": 0, "segment": [3, 9], "sentence": "cut it"}],
                    }
                }
            }
        },
    ),
    "didemo": ("didemo/paragraph", {"test_data.json": [{"video": "v_1", "description": "a man"}]}),
}
"""Data set -> protocol, and its JSON file in the original format."""
LISTS = {"msvd": "test_list.txt", "vatex": "test.txt", "didemo": "test_list.txt"}
WRONG: tuple[Any, ...] = (
    3,
    2.5,
    float("nan"),
    True,
    None,
    "abc",
    [],
    [1],
    ["word"],
    {},
    {"a": 1},
    [[]],
    [{}],
)


def put_whole(root: Path, dataset: str, content: Any = None) -> None:
    (name, whole), *_ = WHOLE[dataset][1].items()
    folder = root / dataset
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(whole if content is None else content))
    if dataset in LISTS:
        (folder / LISTS[dataset]).write_text("v_1\n")


def damaged(content: Any) -> Iterator[Any]:
    """The content with each of its values, one at a time, replaced by each wrong one."""
    yield from WRONG
    places = content.items() if isinstance(content, dict) else enumerate(content)
    for place, value in places if isinstance(content, dict | list) else ():
        for other in damaged(value) if isinstance(value, dict | list) else WRONG:
            copy = dict(content) if isinstance(content, dict) else list(content)
            copy[place] = other
            yield copy


@pytest.mark.parametrize("dataset", WHOLE)
def test_any_damaged_value_is_a_data_error_or_harmless(tmp_path: Path, dataset: str) -> None:
    ((name, whole),) = WHOLE[dataset][1].items()
    put_whole(tmp_path, dataset)
    assert read_protocol(tmp_path, WHOLE[dataset][0])["test"].captions
    refused = 0
    for content in damaged(whole):
        put_whole(tmp_path, dataset, content)
        try:
            read = read_protocol(tmp_path, WHOLE[dataset][0])
        except DataError as problem:
            refused += 1
            assert name in str(problem)
        else:
            texts = [caption.text for split in read.values() for caption in split.captions]
            assert all(isinstance(text, str) and len(text) > 1 for text in texts)
    assert refused > len(WRONG)


@pytest.mark.parametrize(
    ("dataset", "content", "message"),
    [
        ("youcook2", {"database": {"abc": [1]}}, r"video abc: expected an object, found a list \[1\]"),
        ("didemo", 3, "test_data.json: expected a list of descriptions, found a number 3"),
        ("vatex", {"v_1": 3}, "video v_1: expected a list of captions, found a number 3"),
        ("vatex", {"v_1": "abc"}, "video v_1: expected a list of captions, found text 'abc'"),
        ("msrvtt", {"videos": 1, "sentences": []}, "'videos': expected a list, found a number 1"),
        ("msrvtt", {"videos": [], "sentences": 1}, "'sentences': expected a list, found a number 1"),
        (
            "activitynet",
            {"v_1": {"timestamps": 3, "sentences": ["x"]}},
            "video v_1: 'timestamps': expected a list, found a number 3",
        ),
    ],
)
def test_one_damaged_data_set_does_not_hide_the_others(
    tmp_path: Path, dataset: str, content: Any, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in WHOLE:
        put_whole(tmp_path, name)
    put_whole(tmp_path, dataset, content)
    with pytest.raises(DataError, match=message):
        read_protocol(tmp_path, WHOLE[dataset][0])
    assert run(["data", "check", str(tmp_path)]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.startswith(f"  {WHOLE[dataset][0]}: ")]) == 1
    for name in WHOLE:
        assert any(line.startswith(f"{name}: {name}/") for line in lines)
        assert (
            name == dataset
            or any(line.startswith(f"  {WHOLE[name][0]} test: 1") for line in lines)
            or (name == "msrvtt")
        )


def test_a_value_of_any_depth_and_an_id_with_line_breaks_are_reported_in_one_line(tmp_path: Path) -> None:
    deep = json.loads("[" * 900 + "]" * 900)
    put_whole(tmp_path, "vatex", {"v\n1": [deep]})
    report = check_root(tmp_path, ["vatex"])[0].protocols[0]
    assert report.error is not None and report.error.endswith("found a list [[[[[[[...]]]]]]]")
    assert "\n" not in report.error


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY", b"no"])
def test_damaged_lists_of_names(tmp_path: Path, content: bytes) -> None:
    put_whole(tmp_path, "vatex")
    (tmp_path / "vatex" / "tst_names.npy").write_bytes(content)
    with pytest.raises(DataError, match="tst_names.npy: not readable as an array of names"):
        read_protocol(tmp_path, "vatex/hgr")
    for wrong in (np.arange(3), np.array([b"\xff"])):
        np.save(tmp_path / "vatex" / "tst_names.npy", wrong)
        with pytest.raises(DataError, match="not readable as an array of names"):
            read_protocol(tmp_path, "vatex/hgr")


def test_files_of_other_data_sets_are_left_alone(tmp_path: Path) -> None:
    put_whole(tmp_path, "didemo")
    put(
        tmp_path / "tgif", tgif___v1__0__tsv="u/a.gif\ta man\n", train__txt="u/a.gif\n", test__txt="u/a.gif\n"
    )
    found = {report.dataset: report.found for report in check_root(tmp_path)}
    assert found["didemo"] == ("didemo/test_data.json", "didemo/test_list.txt")
    assert found["tgif"] == ("tgif/tgif-v1.0.tsv", "tgif/train.txt", "tgif/test.txt")
    assert not [name for name, files in found.items() if files and name not in ("didemo", "tgif")]


def test_files_of_other_data_sets_are_known_by_their_neighbors(tmp_path: Path) -> None:
    put(tmp_path / "gifs", tgif___v1__0__tsv="u/a.gif\ta man\n", test__txt="u/a.gif\n")
    put(tmp_path / "hgr" / "RET", ref_captions__json={"v_1": ["one"]})
    assert find_files(tmp_path, DATASETS["vatex"]) == {
        "captions": tmp_path / "hgr" / "RET" / "ref_captions.json"
    }
    put(tmp_path / "hgr" / "split", test__txt="v_1\n")
    assert find_files(tmp_path, DATASETS["vatex"])["test"] == tmp_path / "hgr" / "split" / "test.txt"
    assert find_files(tmp_path, DATASETS["tgif"])["test"] == tmp_path / "gifs" / "test.txt"


def test_a_size_that_nobody_knows_is_not_ok_but_not_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = {f"{name}__txt": "u/a.gif\n" for name in ("train", "val", "test")}
    put(tmp_path / "tgif", tgif___v1__0__tsv="u/a.gif\ta man\n", **lists)
    assert run(["data", "check", str(tmp_path), "--dataset", "tgif"]) == 3
    lines = capsys.readouterr().out.splitlines()
    (train,) = [line for line in lines if line.startswith("  tgif train: ")]
    (val,) = [line for line in lines if line.startswith("  tgif val: ")]
    assert train.endswith(": not checked: no expected size is known") and val.endswith(": differs")
    sound = SplitReport("test", 11_360, 1, "0" * 64, (), ("captions",))
    assert sound.state == "ok, captions not checked"


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


def test_import_says_what_is_in_its_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path / "raw", MSRVTT_data__json=MSRVTT_DATA)
    (tmp_path / "file").write_text("x")
    assert run(["data", "import", str(tmp_path / "raw"), "msrvtt/full", str(tmp_path / "file")]) == 3
    assert "file: expected a new or empty folder, found a file" in capsys.readouterr().err
    assert run(["data", "import", str(tmp_path / "file"), "msrvtt/full", str(tmp_path / "out")]) == 3
    assert "file: no such folder" in capsys.readouterr().err
