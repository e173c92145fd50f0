from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hgr.embeddings import LevelEmbedding, single
from hgr.similarity import attended, attended_phrases, cosine, jaccard, max_mean
from tests.oracles import similarity as oracle


def level(items: int, elements: int, width: int, seed: int, empty: bool = True) -> LevelEmbedding:
    generator = torch.Generator().manual_seed(seed)
    vectors = torch.randn(items, elements, width, generator=generator, dtype=torch.float64)
    counts = torch.randint(0 if empty else 1, elements + 1, (items, 1), generator=generator)
    return LevelEmbedding(vectors, torch.arange(elements) < counts)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["embed", "sim"]), st.sampled_from([0.5, 4.0, 100.0]))
def test_attended_equals_the_loops(seed: int, fusion: str, sharpness: float) -> None:
    text, video = level(4, 3, 5, seed), level(3, 4, 5, seed + 1)
    found = attended(text, video, sharpness=sharpness, fusion=fusion)  # type: ignore[arg-type]
    torch.testing.assert_close(found, oracle.attended(text, video, sharpness, fusion), atol=1e-9, rtol=0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_max_mean_and_jaccard_equal_the_loops(seed: int) -> None:
    text, video = level(4, 3, 5, seed), level(3, 4, 5, seed + 1)
    torch.testing.assert_close(max_mean(text, video), oracle.max_mean(text, video), atol=1e-9, rtol=0)
    a, b = single(text.vectors[:, 0].abs()), single(video.vectors[:, 0].abs())
    torch.testing.assert_close(jaccard(a, b), oracle.jaccard(a, b), atol=1e-9, rtol=0)


def test_padding_never_wins_a_maximum() -> None:
    video = LevelEmbedding(torch.tensor([[[-1.0, 0.1], [5.0, 0.0]]]), torch.tensor([[True, False]]))
    text = single(torch.tensor([[1.0, 0.0]]))
    assert max_mean(text, video).item() < -0.9
    assert attended(text, video).item() < -0.9


@pytest.mark.parametrize("sharpness", [4.0, 80.0])
def test_attended_has_the_gradient_of_its_formula(sharpness: float) -> None:
    video = level(3, 4, 5, seed=3)
    phrases = level(6, 1, 5, seed=4).vectors[:, 0].requires_grad_()
    frames = video.vectors.clone().requires_grad_()

    def scores(p: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
        return attended_phrases(p, LevelEmbedding(f, video.mask), sharpness=sharpness)

    assert torch.autograd.gradcheck(scores, (phrases, frames))


@pytest.mark.parametrize("fusion", ["embed", "sim"])
def test_empty_texts_and_videos_score_zero_with_a_finite_gradient(fusion: str) -> None:
    vectors = torch.randn(2, 3, 4, requires_grad=True)
    text = LevelEmbedding(vectors, torch.tensor([[False] * 3, [True] * 3]))
    frames = torch.randn(2, 3, 4, requires_grad=True)
    video = LevelEmbedding(frames, torch.tensor([[True] * 3, [False] * 3]))
    scores = attended(text, video, fusion=fusion)  # type: ignore[arg-type]
    assert scores[0].tolist() == [0.0, 0.0]
    assert scores[1, 1].item() == 0.0
    scores.sum().backward()
    assert torch.isfinite(vectors.grad).all() and torch.isfinite(frames.grad).all()  # type: ignore[arg-type]


def test_no_phrase_at_all_is_legal() -> None:
    text = LevelEmbedding(torch.randn(2, 1, 4), torch.zeros(2, 1, dtype=torch.bool))
    video = LevelEmbedding(torch.randn(3, 2, 4), torch.ones(3, 2, dtype=torch.bool))
    assert attended(text, video).tolist() == [[0.0] * 3] * 2


def test_cosine_refuses_a_level_with_several_elements() -> None:
    with pytest.raises(ValueError, match="2 elements"):
        cosine(
            LevelEmbedding(torch.randn(2, 2, 4), torch.ones(2, 2, dtype=torch.bool)),
            single(torch.randn(2, 4)),
        )


def test_no_tensor_has_texts_by_videos_by_phrases_by_width(monkeypatch: pytest.MonkeyPatch) -> None:
    largest = 0

    class Watch(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            nonlocal largest
            result = func(*args, **(kwargs or {}))
            for tensor in result if isinstance(result, (tuple, list)) else (result,):
                if isinstance(tensor, torch.Tensor):
                    largest = max(largest, tensor.numel())
            return result

    texts, videos, phrases, frames, width = 6, 5, 4, 3, 64
    text = LevelEmbedding(torch.randn(texts, phrases, width), torch.ones(texts, phrases, dtype=torch.bool))
    video = LevelEmbedding(
        torch.randn(videos, frames, width, requires_grad=True), torch.ones(videos, frames, dtype=torch.bool)
    )
    with Watch():
        attended(text, video).sum().backward()
    assert largest < texts * videos * phrases * width
