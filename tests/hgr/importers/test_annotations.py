from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from graphs.formats import read_role_graphs
from hgr.data.folder import load_folder
from hgr.errors import DataError
from hgr.importers.annotations import import_annotations, read_words
from tests.hgr.importers import published_files


def test_captions_splits_and_graphs_arrive(tmp_path: Path) -> None:
    found = import_annotations(published_files.annotations(tmp_path / "hgr"), tmp_path / "out")
    folder = load_folder(tmp_path / "out")
    assert [caption.text for caption in folder.captions] == [
        t for ts in published_files.CAPTIONS.values() for t in ts
    ]
    assert folder.splits == {"train": ("video1",), "val": ("video2",), "test": ("video3",)}
    graphs = read_role_graphs(tmp_path / "out" / "graphs.jsonl")
    assert [node.text for node in graphs["a man feeds a dog"].nodes] == [
        "a man feeds a dog",
        "feeds",
        "a man",
        "a dog",
    ]
    assert len(graphs["two men talk"].nodes) == 1
    assert found.without_graph == ("a dog eats", "two men talk", "an egg has been broken", "a red car")


def test_words_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    folder = published_files.annotations(tmp_path) / "annotation" / "RET"
    assert (
        read_words(folder / "word2int.json") == read_words(folder / "int2word.npy") == published_files.WORDS
    )


@pytest.mark.parametrize("content", [b"{", b"[1, 2]", b'{"a": 0, "b": 0}', b'{"a": 1}'])
def test_bad_vocabularies_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "word2int.json").write_bytes(content)
    with pytest.raises(DataError, match="word2int.json"):
        read_words(tmp_path / "word2int.json")


def test_a_pickled_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "int2word.npy", np.array(["a", None], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="pickle"):
        read_words(tmp_path / "int2word.npy")


def test_a_video_without_captions_is_named(tmp_path: Path) -> None:
    root = published_files.annotations(tmp_path / "hgr")
    path = root / "annotation" / "RET" / "ref_captions.json"
    path.write_text(json.dumps({"video1": ["a man"], "video2": ["a dog"]}), encoding="utf-8")
    with pytest.raises(DataError, match="video3"):
        import_annotations(root, tmp_path / "out")
