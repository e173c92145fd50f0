from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hgr.analysis.foreign_run import write_foreign_run
from hgr.analysis.stored import StoredSimilarity
from hgr.analysis.stored_ranks import StoredRanks
from hgr.errors import DataError
from hgr.metrics.grouping import best_of_group
from hgr.metrics.ranking import ranks
from tests.hgr.analysis.made_up import made_up
from tests.schemas import validator


def with_texts(stored: StoredSimilarity, texts: list[str]) -> StoredSimilarity:
    rows = tuple(replace(row, text=text) for row, text in zip(stored.texts, texts, strict=True))
    return StoredSimilarity(rows, stored.videos, stored.matrices, {}, stored.source)


def test_similarities_ranks_and_results_are_written(tmp_path: Path) -> None:
    stored = made_up()
    written = write_foreign_run(stored, tmp_path / "run", "test", "scenes/x")
    read = StoredRanks.read(tmp_path / "run" / "results" / "test.ranks.npz")
    assert read.protocol == written.protocol and read.protocol["protocol"] == "scenes/x"
    kept = StoredSimilarity.open(tmp_path / "run" / "similarity" / "test")
    mean = np.mean(np.stack([stored.matrices[n] for n in stored.levels]), axis=0, dtype=np.float32)
    assert isinstance(mean, np.ndarray)
    assert np.array_equal(kept.matrices["fused"], mean)
    relevant = torch.from_numpy(stored.relevant())
    assert torch.equal(read.get().ranks.best, ranks(mean, relevant).best)
    grouped = best_of_group(mean, relevant.int().argmax(1), 10)
    found = read.get("fused", "video_to_text_grouped").ranks.best
    assert torch.equal(found, ranks(grouped.T, torch.eye(10, dtype=torch.bool)).best)
    validator("ranks").validate(json.loads((tmp_path / "run" / "results" / "test.ranks.json").read_text()))
    validator("results").validate(json.loads((tmp_path / "run" / "results" / "test.json").read_text()))


def test_unique_strings_where_every_text_is_known(tmp_path: Path) -> None:
    stored = made_up(num_texts=12, num_videos=4)
    texts = [f"text {i % 5}" for i in range(12)]
    found = write_foreign_run(with_texts(stored, texts), tmp_path / "a", "test")
    ranking = found.get("event", "text_to_video", "unique_strings")
    assert ranking.queries == tuple(row.id for row in stored.texts[:5])
    relevant = torch.zeros(5, 4, dtype=torch.bool)
    for row, text in zip(stored.texts, texts, strict=True):
        relevant[int(text[-1]), stored.videos.index(row.videos[0])] = True
    assert torch.equal(ranking.ranks.best, ranks(stored.matrices["event"][:5], relevant).best)
    back = found.get("event", "video_to_text", "unique_strings").ranks
    assert torch.equal(back.best, ranks(stored.matrices["event"][:5].T, relevant.T).best)
    unknown = write_foreign_run(with_texts(stored, ["", *texts[1:]]), tmp_path / "b", "test")
    assert {ranking.convention for ranking in unknown.rankings} == {"every_caption"}


def test_videos_without_text_are_candidates(tmp_path: Path) -> None:
    base = made_up(num_texts=12, num_videos=10)
    fewer = StoredSimilarity(base.texts[1:9], base.videos, {"event": base.matrices["event"][1:9]})
    found = write_foreign_run(fewer, tmp_path / "run", "test")
    back = found.get("fused", "video_to_text")
    assert back.queries == base.videos[1:9] and back.ranks.num_candidates == 8
    assert found.get().ranks.num_candidates == 10


def test_precision_is_kept(tmp_path: Path) -> None:
    base = made_up()
    fine = 1.0 + 1e-12 * base.matrices["event"].astype(np.float64)
    stored = StoredSimilarity(base.texts, base.videos, {"event": fine, "action": base.matrices["action"]})
    found = write_foreign_run(stored, tmp_path / "run", "test")
    assert found.get("event").ranks.num_undecided == 0
    kept = StoredSimilarity.open(tmp_path / "run" / "similarity" / "test")
    assert np.array_equal(kept.matrices["event"], fine)
    assert [kept.matrices[n].dtype.name for n in ("action", "fused")] == ["float32", "float64"]


def test_a_folder_takes_further_splits_and_nothing_twice(tmp_path: Path) -> None:
    run = tmp_path / "run"
    write_foreign_run(made_up(seed=1), run, "val")
    write_foreign_run(made_up(seed=2), run, "test")
    with pytest.raises(DataError, match="holds split 'val' already"):
        write_foreign_run(made_up(seed=1), run, "val")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    with pytest.raises(DataError, match="expected a new or empty folder"):
        write_foreign_run(made_up(), tmp_path / "other", "test")
    (tmp_path / "trained" / "checkpoints").mkdir(parents=True)
    with pytest.raises(DataError, match="a trained run"):
        write_foreign_run(made_up(), tmp_path / "trained", "test")


def test_nothing_is_written_where_something_is_wrong(tmp_path: Path) -> None:
    stored = made_up()
    stored.matrices["event"][0, 0] = np.nan
    with pytest.raises(DataError, match="NaN"):
        write_foreign_run(stored, tmp_path / "run", "test")
    with pytest.raises(DataError, match="unknown protocol"):
        write_foreign_run(made_up(), tmp_path / "run", "test", "nonsense")
    assert not (tmp_path / "run").exists()
