from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from hgr import Retriever
from hgr.cli.main import DATA, OK, run
from hgr.retrieval.embedding_folder import read_embeddings
from tests.hgr.retrieval.small_run import SmallParser, make_run, write_features


def test_levels_are_exported_with_ids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = make_run(tmp_path)
    out = tmp_path / "vectors"
    assert run(["encode", str(small), "--out", str(out), "--json"]) == OK
    found = json.loads(capsys.readouterr().out)
    assert (found["texts"], found["videos"], found["levels"]) == (16, 8, ["event", "action", "entity"])
    text, video = read_embeddings(out / "text"), read_embeddings(out / "video")
    assert video.ids == tuple(f"v{i}" for i in range(4, 12))
    assert len(text.notes["texts"]) == len(text.notes["videos"]) == 16
    assert isinstance(np.load(out / "video" / "action.npy", mmap_mode="r"), np.memmap)
    retriever = Retriever.load(small, parser=SmallParser())
    expected = retriever.similarity(
        retriever.encode_text(list(text.notes["texts"])), retriever.encode_videos(list(video.ids))
    )
    again = retriever.similarity(text.encoded.block(0, 16), video.encoded.block(0, 8))
    torch.testing.assert_close(again["fused"], expected["fused"], atol=1e-5, rtol=0)
    offsets = np.load(out / "text" / "entity.offsets.npy")
    assert offsets[-1] == len(np.load(out / "text" / "entity.npy"))


def test_it_replaces_its_own_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = make_run(tmp_path)
    arguments = ["encode", str(small), "--out", str(tmp_path / "vectors"), "--split", "val"]
    assert run(arguments) == OK
    assert run(arguments) == OK
    (tmp_path / "mine" / "text").mkdir(parents=True)
    (tmp_path / "mine" / "text" / "precious.txt").write_text("keep")
    assert run(["encode", str(small), "--out", str(tmp_path / "mine")]) == DATA
    assert "holds no index.json" in capsys.readouterr().err
    assert (tmp_path / "mine" / "text" / "precious.txt").read_text() == "keep"


def test_features_made_in_another_way_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = make_run(tmp_path)
    store = tmp_path / "data" / "features"
    shutil.rmtree(store)
    write_features(store, [f"v{i}" for i in range(12)], backbone="another")
    assert run(["encode", str(small), "--out", str(tmp_path / "vectors")]) == DATA
    assert "expected backbone 'made-up', found 'another'" in capsys.readouterr().err
    assert not (tmp_path / "vectors").exists()
