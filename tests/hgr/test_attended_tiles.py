from __future__ import annotations

import pytest
import torch

from hgr import attended_tiles as tiles
from hgr.embeddings import LevelEmbedding
from hgr.packed import PackedLevel
from hgr.similarity import attended_phrases, attended_prepared
from tests.oracles import similarity as oracle


def frames(
    videos: int, count: int, width: int, seed: int, dtype: torch.dtype = torch.float32
) -> LevelEmbedding:
    generator = torch.Generator().manual_seed(seed)
    vectors = torch.randn(videos, count, width, generator=generator, dtype=dtype)
    lengths = torch.randint(0, count + 1, (videos, 1), generator=generator)
    return LevelEmbedding(vectors, torch.arange(count) < lengths)


def packed(texts: int, width: int, seed: int, dtype: torch.dtype = torch.float32) -> PackedLevel:
    generator = torch.Generator().manual_seed(seed)
    counts = torch.randint(0, 4, (texts,), generator=generator)
    return PackedLevel(torch.randn(int(counts.sum()), width, generator=generator, dtype=dtype), counts)


@pytest.mark.parametrize("fusion", ["embed", "sim"])
@pytest.mark.parametrize("sharpness", [0.5, 4.0, 39.0, 41.0, 300.0])
def test_packed_texts_and_prepared_frames_score_as_the_loops(fusion: str, sharpness: float) -> None:
    video, text = frames(5, 4, 6, 1, torch.float64), packed(7, 6, 2, torch.float64)
    found = attended_prepared(text, tiles.frame_tiles(video), sharpness=sharpness, fusion=fusion)  # type: ignore[arg-type]
    expected = oracle.attended(text.padded(), video, sharpness, fusion)
    torch.testing.assert_close(found, expected, atol=1e-9, rtol=0)


@pytest.mark.parametrize(("rows", "part", "width"), [(4, 4, 3), (12, 4, 5), (13, 9, 1), (1, 1, 100)])
def test_the_size_of_tiles_changes_nothing(
    rows: int, part: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, text = frames(7, 4, 16, 3), packed(9, 16, 4)
    expected = attended_phrases(text.values, video)
    for name, value in (("TILE_ROWS", rows), ("PART_ROWS", part), ("TILE_PHRASES", width)):
        monkeypatch.setattr(tiles, name, value)
    found = tiles.attended_tiles(text.values, tiles.frame_tiles(video), sharpness=4.0, fusion="embed")
    torch.testing.assert_close(found, expected, atol=2e-6, rtol=0)


def test_lengths_of_frames_and_phrases_over_many_orders_of_magnitude() -> None:
    video, text = frames(5, 6, 16, 5), packed(6, 16, 6)
    scales = 10.0 ** torch.linspace(-4, 4, 6)
    video = LevelEmbedding(video.vectors * scales[None, :, None], video.mask)
    phrases = text.values * 10.0 ** torch.linspace(-4, 4, len(text.values)).unsqueeze(1)
    found = tiles.attended_tiles(phrases, tiles.frame_tiles(video), sharpness=4.0, fusion="embed")
    expected = attended_phrases(phrases.double(), LevelEmbedding(video.vectors.double(), video.mask))
    torch.testing.assert_close(found.double(), expected, atol=1e-5, rtol=0)


def test_zero_frames_and_zero_phrases_score_zero() -> None:
    video = LevelEmbedding(torch.zeros(2, 3, 4), torch.ones(2, 3, dtype=torch.bool))
    ready = tiles.frame_tiles(video)
    assert tiles.attended_tiles(torch.randn(3, 4), ready, sharpness=4.0, fusion="embed").abs().max() == 0
    ready = tiles.frame_tiles(LevelEmbedding(torch.randn(2, 3, 4), video.mask))
    assert tiles.attended_tiles(torch.zeros(3, 4), ready, sharpness=4.0, fusion="embed").abs().max() == 0


def test_what_lies_in_padding_changes_nothing() -> None:
    video, text = frames(5, 4, 6, 1), packed(7, 6, 2)
    dirty = LevelEmbedding(video.vectors.masked_fill(~video.mask.unsqueeze(-1), torch.nan), video.mask)
    clean, found = (attended_prepared(text, tiles.frame_tiles(v)) for v in (video, dirty))
    assert torch.equal(clean, found)


def test_bfloat16_products_are_near_and_leave_the_process_as_it_was() -> None:
    video, text = frames(5, 20, 256, 1), packed(40, 256, 2)
    before = torch.backends.mkldnn.matmul.fp32_precision
    if not tiles.has_bfloat16_products():
        with pytest.raises(ValueError, match="found bfloat16"):
            tiles.frame_tiles(video, "bfloat16")
        return
    exact = attended_prepared(text, tiles.frame_tiles(video))
    found = attended_prepared(text, tiles.frame_tiles(video, "bfloat16"))
    assert 0 < (found - exact).abs().max() < 3e-3
    assert torch.backends.mkldnn.matmul.fp32_precision == before
    assert torch.equal(attended_prepared(text, tiles.frame_tiles(video)), exact)


@pytest.mark.parametrize("shape", [(0, 3), (2, 0)])
def test_no_video_and_no_frame_are_legal(shape: tuple[int, int]) -> None:
    video = LevelEmbedding(torch.randn(*shape, 6), torch.ones(shape, dtype=torch.bool))
    found = attended_prepared(packed(7, 6, 2), tiles.frame_tiles(video))
    assert found.shape == (7, shape[0]) and (found == 0).all()


def test_an_unknown_fusion_is_an_error() -> None:
    with pytest.raises(ValueError, match="fusion is 'mean'"):
        attended_prepared(packed(2, 6, 2), tiles.frame_tiles(frames(2, 3, 6, 1)), fusion="mean")  # type: ignore[arg-type]
