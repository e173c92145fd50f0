"""hgr/data/prepare.py: nothing is left out silently."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from hgr.data.prepare import prepare
from hgr.errors import DataError
from hgr.settings import Settings, check_settings
from tests.hgr.small_data import write_data


@pytest.fixture(autouse=True)
def _toy(toy_system) -> None: ...


def settings_of(folder, **data) -> Settings:
    section = {"folder": str(folder), "parser": None} | data
    return check_settings({"name": "t", "data": section, "model": {"system": "toy"}})


def test_all_parts_of_a_run(data_folder) -> None:
    data = prepare(settings_of(data_folder), ["train", "val"])
    assert dict(data.spec.streams) == {"look": 6, "sound": 3}
    assert data.spec.words[:3] == ("<bos>", "<eos>", "<unk>")
    assert {"thing0", "thing11", "moves"} <= set(data.spec.words)
    assert set(data.splits) == {"train", "val"}
    train = data.splits["train"]
    assert (len(train.texts), len(train.videos)) == (24, 12)
    assert train.texts[0].graph.nodes[0].text == train.texts[0].caption.text
    assert set(train.missing.counts.values()) == {0}
    assert data.graphs.failed == () and data.graphs.from_file == 24
    assert data.recipes["look"]["backbone"] == "made up"
    names = {path.rsplit("/", 1)[-1] for path in data.digests}
    assert {"captions.jsonl", "train.txt", "val.txt", "index.json", "graphs.jsonl"} <= names


def test_the_vocabulary_is_that_of_the_training_split(data_folder) -> None:
    settings = settings_of(data_folder)
    spec = prepare(settings, ["val"]).spec
    assert "thing7" in spec.words  # not in val
    again = prepare(settings, ["val"], replace(spec, words=spec.words[:5]))
    assert again.spec.words == spec.words[:5]
    assert set(again.splits) == {"val"}


def test_captions_without_features_stop_with_counts_and_ids(tmp_path) -> None:
    folder = write_data(tmp_path / "d", skip_features=("v001", "v002"))
    with pytest.raises(DataError) as caught:
        prepare(settings_of(folder), ["train"])
    message = str(caught.value)
    assert "split 'train'" in message
    assert "4 captions without features (of 24): 'v001/0', 'v001/1', 'v002/0', 'v002/1'" in message
    assert "2 videos without features (of 12): 'v001', 'v002'" in message
    assert "data.on_missing: drop" in message


def test_dropping_is_counted(tmp_path) -> None:
    folder = write_data(tmp_path / "d", skip_features=("v001",))
    split = prepare(settings_of(folder, on_missing="drop"), ["train"]).splits["train"]
    assert (len(split.texts), len(split.videos)) == (22, 11)
    assert split.missing.counts == {
        "captions_without_features": 2,
        "videos_without_features": 1,
        "videos_without_captions": 0,
        "bad_features": 0,
    }


def test_features_without_a_caption(data_folder) -> None:
    path = data_folder / "captions.jsonl"
    kept = [line for line in path.read_text().splitlines() if json.loads(line)["video"] != "v003"]
    path.write_text("\n".join(kept))
    with pytest.raises(DataError, match=r"1 videos without captions \(of 12\): 'v003'"):
        prepare(settings_of(data_folder), ["train"])
    split = prepare(settings_of(data_folder, on_missing="drop"), ["train"]).splits["train"]
    assert "v003" not in split.videos.ids
    assert split.missing.videos_without_captions == ("v003",)


def test_only_twenty_ids_are_listed(tmp_path) -> None:
    folder = write_data(tmp_path / "d", train=30, skip_features=tuple(f"v{i:03d}" for i in range(25)))
    with pytest.raises(DataError, match=r"'v019' and 5 more"):
        prepare(settings_of(folder), ["train"])


def poison(folder, video: int, value: float) -> None:
    array = np.load(folder / "features" / "look.npy", mmap_mode="r+")
    offsets = np.load(folder / "features" / "look.offsets.npy")
    array[offsets[video], 2] = value
    array.flush()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_bad_features_stop_with_all_their_ids(data_folder, value) -> None:
    poison(data_folder, 2, value)
    poison(data_folder, 5, value)
    message = r"2 videos with features that are not finite \(of 12\): 'v002', 'v005'"
    with pytest.raises(DataError, match=message):
        prepare(settings_of(data_folder), ["train"])
    split = prepare(settings_of(data_folder, on_bad_features="drop"), ["train"]).splits["train"]
    assert split.missing.bad_features == ("v002", "v005")
    assert (len(split.texts), len(split.videos)) == (20, 10)


def test_all_captions_dropped_is_an_error(tmp_path) -> None:
    folder = write_data(tmp_path / "d", train=2, val=2, skip_features=("v000", "v001"))
    with pytest.raises(DataError, match="no caption has features"):
        prepare(settings_of(folder, on_missing="drop"), ["train"])


def test_streams_are_chosen_by_name(data_folder, tmp_path) -> None:
    data = prepare(settings_of(data_folder, streams=["sound"]), ["train"])
    assert dict(data.spec.streams) == {"sound": 3}
    assert set(data.splits["train"].videos[0].streams) == {"sound"}
    with pytest.raises(DataError, match="no stream 'smell'; there are: look, sound"):
        prepare(settings_of(data_folder, streams=["smell"]), ["train"])
    twice = [str(data_folder / "features")] * 2
    with pytest.raises(DataError, match="stream 'look' is in another of the stores"):
        prepare(settings_of(data_folder, features=twice), ["train"])


def test_features_of_another_width_do_not_fit_a_trained_model(data_folder, tmp_path) -> None:
    spec = prepare(settings_of(data_folder), ["train"]).spec
    other = write_data(tmp_path / "other", width=8)
    with pytest.raises(DataError, match="'look': the model was trained on width 6, found 8"):
        prepare(settings_of(other), ["val"], spec)
    with pytest.raises(DataError, match="'sound': the model was trained on width 3, found no such stream"):
        prepare(settings_of(data_folder, streams=["look"]), ["val"], spec)


def test_a_caption_without_a_graph_and_without_a_parser(data_folder) -> None:
    path = data_folder / "graphs.jsonl"
    path.write_text("".join(line for line in path.open() if "thing4" not in line))
    with pytest.raises(DataError, match="no role graph of 2 of 24 texts: 'a thing4 moves'"):
        prepare(settings_of(data_folder), ["train"])


def test_words_are_lowered_for_the_model_only(tmp_path) -> None:
    folder = write_data(tmp_path / "d")
    for name in ("captions.jsonl", "graphs.jsonl"):
        path = folder / name
        path.write_text(path.read_text().replace("a thing0 moves", "A Thing0 moves"))
    text = prepare(settings_of(folder), ["train"]).splits["train"].texts[0]
    assert text.caption.text == "A Thing0 moves"
    assert text.graph.words == ("a", "thing0", "moves")
    assert text.graph.nodes[2].text == "a thing0"
    kept = prepare(settings_of(folder, lowercase=False), ["train"]).splits["train"].texts[0]
    assert kept.graph.words == ("A", "Thing0", "moves")


def test_word_vectors_come_along(data_folder, tmp_path) -> None:
    path = tmp_path / "glove.txt"
    path.write_text("moves 1 2 3\n")
    data = prepare(settings_of(data_folder, word_vectors=str(path)), ["train"])
    assert data.word_vectors is not None
    assert data.word_vectors.vectors.shape == (len(data.spec.words), 3)
    assert np.isfinite(data.word_vectors.vectors).all(1).sum() == 1


def test_a_missing_split_is_named(data_folder) -> None:
    with pytest.raises(DataError, match="dev.txt: no such split; there are: test, train, val"):
        prepare(settings_of(data_folder), ["dev"])
