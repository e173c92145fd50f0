"""hgr/level_matching.py: prepared scores are the similarities, level by level."""

from __future__ import annotations

import pytest
import torch

from hgr.embeddings import LevelEmbedding, single
from hgr.level_matching import LevelMatching
from hgr.packed import PackedLevel
from hgr.similarity import attended, cosine, jaccard


def level(items: int, most: int, seed: int) -> LevelEmbedding:
    generator = torch.Generator().manual_seed(seed)
    counts = torch.randint(0, most + 1, (items,), generator=generator)
    mask = torch.arange(most) < counts.unsqueeze(1)
    return LevelEmbedding(torch.randn(items, most, 6, generator=generator), mask)


def packed(embeddings: dict[str, LevelEmbedding]) -> dict[str, PackedLevel]:
    return {name: PackedLevel(one.vectors[one.mask], one.mask.sum(1)) for name, one in embeddings.items()}


TEXT = {"whole": single(torch.randn(3, 6)), "concept": single(torch.rand(3, 4)), "part": level(3, 4, 1)}
VIDEO = {"whole": single(torch.randn(5, 6)), "concept": single(torch.rand(5, 4)), "part": level(5, 7, 2)}


@pytest.mark.parametrize("fusion", ["embed", "sim"])
def test_prepared_scores_are_the_similarities(fusion: str) -> None:
    matching = LevelMatching({"whole": cosine, "concept": jaccard, "part": None}, 4.0, fusion)  # type: ignore[arg-type]
    found = matching.similarities(TEXT, VIDEO)
    assert list(found) == ["whole", "concept", "part"]
    torch.testing.assert_close(found["whole"], cosine(TEXT["whole"], VIDEO["whole"]))
    torch.testing.assert_close(found["concept"], jaccard(TEXT["concept"], VIDEO["concept"]))
    expected = attended(TEXT["part"], VIDEO["part"], sharpness=4.0, fusion=fusion)  # type: ignore[arg-type]
    torch.testing.assert_close(found["part"], expected)
    scores = matching.score(packed(TEXT), matching.prepare(packed(VIDEO), "float32"))
    for name, matrix in found.items():
        torch.testing.assert_close(scores[name], matrix, atol=1e-6, rtol=0, msg=name)


def test_only_its_own_levels_are_looked_at() -> None:
    matching = LevelMatching({"part": None}, 4.0, "embed")
    assert (
        list(matching.similarities(TEXT, VIDEO))
        == list(matching.prepare(packed(VIDEO), "float32"))
        == ["part"]
    )


def test_attention_sums_to_one_over_real_frames() -> None:
    matching = LevelMatching({"part": None}, 4.0, "embed")
    one = {"part": LevelEmbedding(torch.randn(1, 2, 6), torch.ones(1, 2, dtype=torch.bool))}
    weights = matching.attention(one, VIDEO, ["part"])["part"]
    mask = VIDEO["part"].mask
    assert weights.shape == (2, 5, 7)
    assert (weights[:, ~mask] == 0).all()
    torch.testing.assert_close(weights.sum(-1), mask.any(1).float().expand(2, 5))
