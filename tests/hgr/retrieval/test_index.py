from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from hgr import Retriever
from hgr.checkpoint import save_checkpoint
from hgr.data.prepare import prepare
from hgr.errors import DataError
from hgr.retrieval.index import EVERY_VIDEO, INDEX_FOLDER, open_index
from hgr.retrieval.loaded_run import load_run
from hgr.systems import build_system
from tests.hgr.retrieval.small_run import SmallParser, make_run, small_settings, write_features


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path)


def test_it_is_made_once_and_then_read(run: Path) -> None:
    first, second = open_index(load_run(run)), open_index(load_run(run))
    assert (first.reused, second.reused) == (False, True)
    assert first.ids == second.ids
    for name, level in first.encoded.levels.items():
        torch.testing.assert_close(level.values, second.encoded.levels[name].values, atol=0, rtol=0)
    assert isinstance(np.load(run / INDEX_FOLDER / EVERY_VIDEO / "event.npy", mmap_mode="r"), np.memmap)


def test_other_weights_make_it_again(run: Path, tmp_path: Path) -> None:
    before = open_index(load_run(run))
    settings = small_settings(tmp_path / "data")
    prepared = prepare(settings, ["train"])
    torch.manual_seed(7)
    model = build_system(settings.model, prepared.spec)
    where = run / "checkpoints" / "best"
    save_checkpoint(
        where, settings=settings, spec=prepared.spec, weights=model.state_dict(), recipes=prepared.recipes
    )
    after = open_index(load_run(run))
    assert not after.reused
    assert not torch.equal(before.encoded.levels["event"].values, after.encoded.levels["event"].values)


def test_other_features_make_it_again(run: Path, tmp_path: Path) -> None:
    before = open_index(load_run(run))
    features = tmp_path / "data" / "features"
    shutil.rmtree(features)
    write_features(features, list(before.ids), seed=5)
    after = open_index(load_run(run))
    assert not after.reused
    assert not torch.equal(before.encoded.levels["event"].values, after.encoded.levels["event"].values)


def test_a_split_has_its_own(run: Path) -> None:
    index = open_index(load_run(run), "test")
    assert index.ids == tuple(f"v{i}" for i in range(4, 12))
    assert open_index(load_run(run), "test").reused
    with pytest.raises(DataError, match="no such split; there are: test, train, val"):
        open_index(load_run(run), "nothing")


@pytest.mark.parametrize("damage", ["cut", "json", "missing", "offsets"])
def test_a_damaged_one_is_made_again_and_said(
    run: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    expected = open_index(load_run(run))
    place = run / INDEX_FOLDER / EVERY_VIDEO
    if damage == "cut":
        (place / "action.npy").write_bytes((place / "action.npy").read_bytes()[:-64])
    elif damage == "json":
        (place / "index.json").write_text("{")
    elif damage == "missing":
        (place / "entity.npy").unlink()
    else:
        np.save(place / "action.offsets.npy", np.zeros(13, dtype=np.int64))
    found = open_index(load_run(run))
    assert not found.reused
    assert "the index is made again" in caplog.text
    torch.testing.assert_close(
        found.encoded.levels["action"].values, expected.encoded.levels["action"].values
    )
    assert open_index(load_run(run)).reused


def test_a_run_that_cannot_be_written_can_be_searched(run: Path, caplog: pytest.LogCaptureFixture) -> None:
    (run / INDEX_FOLDER).write_text("a file in the way")
    assert len(Retriever.load(run, parser=SmallParser()).search("a red ball", top=3)) == 3
    assert "is not kept" in caplog.text


def test_features_made_in_another_way_are_refused(run: Path, tmp_path: Path) -> None:
    index = tmp_path / "data" / "features" / "index.json"
    index.write_text(index.read_text().replace("made-up", "other"))
    with pytest.raises(DataError, match="trained on: expected backbone 'made-up', found 'other'"):
        open_index(load_run(run))
