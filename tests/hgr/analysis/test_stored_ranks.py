from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from hgr.analysis.stored_ranks import StoredRanking, StoredRanks, both_directions
from hgr.errors import DataError
from hgr.metrics.ranking import ranks


def example() -> StoredRanks:
    relevant = torch.tensor([[True, False], [False, True], [True, False]])
    found = []
    for seed, matrix in enumerate(("fused", "event")):
        scores = torch.randint(0, 3, (3, 2), generator=torch.Generator().manual_seed(seed)).float()
        found += both_directions(
            matrix=matrix,
            text_to_video=ranks(scores, relevant),
            video_to_text=ranks(scores.T, relevant.T),
            texts=["a", "b", "c"],
            text_videos=["v", "w", "v"],
            videos=["v", "w"],
        )
    return StoredRanks({"name": "test", "digest": "0"}, tuple(found))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    stored = example()
    stored.write(tmp_path / "test.ranks.npz")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["test.ranks.json", "test.ranks.npz"]
    found = StoredRanks.read(tmp_path / "test.ranks.npz")
    assert found.protocol == stored.protocol
    assert len(found.rankings) == 4
    for before, after in zip(stored.rankings, found.rankings, strict=True):
        assert torch.equal(before.ranks.best, after.ranks.best)
        assert torch.equal(before.ranks.hits(1), after.ranks.hits(1))
        assert (before.queries, before.clusters, before.matrix) == (
            after.queries,
            after.clusters,
            after.matrix,
        )
    assert found.get("event", "video_to_text").clusters == ("v", "w")
    assert found.get().queries == ("a", "b", "c")


def test_errors(tmp_path: Path) -> None:
    stored = example()
    path = tmp_path / "test.ranks.npz"
    stored.write(path)
    with pytest.raises(
        DataError, match="unique_strings; matrices: fused, event; conventions: every_caption$"
    ):
        StoredRanks.read(path).get(convention="unique_strings")
    np.savez(path, ranking0=np.zeros((3, 2)))
    with pytest.raises(DataError, match="'ranking0' is missing or does not have 3 x 3"):
        StoredRanks.read(path)
    path.write_bytes(b"no")
    with pytest.raises(DataError, match="not readable as arrays"):
        StoredRanks.read(path)
    ranking = stored.rankings[0]
    with pytest.raises(DataError, match="3 ranks, 2 queries"):
        StoredRanking("fused", "text_to_video", "every_caption", ranking.ranks, ("a", "b"), ranking.clusters)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_a_truncated_file_is_a_problem_of_the_data(tmp_path: Path, share: float) -> None:
    path = tmp_path / "test.ranks.npz"
    example().write(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match="not readable as arrays"):
        StoredRanks.read(path)


def test_a_damaged_array_is_a_problem_of_the_data(tmp_path: Path) -> None:
    path = tmp_path / "test.ranks.npz"
    example().write(path)
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    with pytest.raises(DataError, match="not readable as arrays"):
        StoredRanks.read(path)


def test_grouped_ranks_stand_beside_the_others(tmp_path: Path) -> None:
    scores = torch.tensor([[3.0, 1.0], [2.0, 2.0], [1.0, 0.0]])
    relevant = torch.tensor([[True, False], [False, True], [True, False]])
    grouped = ranks(torch.tensor([[3.0, 2.0], [1.0, 2.0]]), torch.eye(2, dtype=torch.bool))
    found = both_directions(
        matrix="fused",
        text_to_video=ranks(scores, relevant),
        video_to_text=ranks(scores.T, relevant.T),
        texts=["a", "b", "c"],
        text_videos=["v", "w", "v"],
        videos=["v", "w"],
        video_to_text_grouped=grouped,
    )
    StoredRanks({"digest": "0"}, found).write(tmp_path / "test.ranks.npz")
    read = StoredRanks.read(tmp_path / "test.ranks.npz")
    assert read.has("fused", "video_to_text_grouped", "every_caption")
    assert not read.has("event", "video_to_text_grouped", "every_caption")
    assert read.get("fused", "video_to_text_grouped").ranks.num_candidates == 2
