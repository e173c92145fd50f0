"""Concept heads and tokens against plain loops."""

from __future__ import annotations

import math

import pytest
import torch

from hgr.nn.concept_tokens import ConceptHead, FrameGate, best_frames, strengths, strongest, windows

LENGTHS = (6, 3, 1)
MASK = torch.arange(6) < torch.tensor(LENGTHS).unsqueeze(1)


@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("training", [True, False])
def test_head_equals_convolution_and_norm_of_each_sequence(kernel: int, training: bool) -> None:
    torch.manual_seed(0)
    head, sequence = ConceptHead(4, 7, kernel).train(training), torch.randn(3, 6, 4)
    logits = [head.convolution(row[:n].T.unsqueeze(0))[0].T for row, n in zip(sequence, LENGTHS, strict=True)]
    reference = torch.nn.BatchNorm1d(7).train(training)
    expected = reference(torch.cat(logits)).sigmoid()
    found = head(sequence, MASK)
    torch.testing.assert_close(found[MASK], expected, atol=1e-6, rtol=0)
    assert (found[~MASK] == 0).all()
    torch.testing.assert_close(head.norm.running_var, reference.running_var)


def test_padded_values_never_matter() -> None:
    head, gate, sequence = ConceptHead(4, 7, 5).train(), FrameGate(4, 2), torch.randn(3, 6, 4)
    noisy = torch.where(MASK.unsqueeze(-1), sequence, torch.full_like(sequence, 9.0))
    torch.testing.assert_close(head(sequence, MASK), head(noisy, MASK))
    torch.testing.assert_close(gate(sequence, MASK)[MASK], gate(noisy, MASK)[MASK])


def test_strengths_are_means_of_the_best_positions() -> None:
    probabilities = torch.rand(3, 6, 5)
    found = strengths(probabilities, MASK, top_share=4)
    for row, length in enumerate(LENGTHS):
        for concept in range(5):
            best = sorted(probabilities[row, :length, concept].tolist(), reverse=True)[
                : math.ceil(length / 4)
            ]
            assert found[row, concept].item() == pytest.approx(sum(best) / len(best), abs=1e-6)


def test_strongest_concepts_come_first_and_are_fewer_in_a_small_vocabulary() -> None:
    probabilities, strength = torch.rand(3, 6, 4), torch.tensor([[0.1, 0.9, 0.5, 0.2]] * 3)
    chosen = strongest(probabilities, strength, MASK, 2)
    assert torch.equal(chosen[0], probabilities[0, :, [1, 2]].T)
    assert (chosen[1, :, 3:] == -1).all()
    assert strongest(probabilities, strength, MASK, 10).shape == (3, 4, 6)


def one_peak_at(*peaks: int) -> torch.Tensor:
    chosen = torch.full((1, len(peaks), 7), 0.1)
    for row, peak in enumerate(peaks):
        chosen[0, row, peak] = 0.9
    return chosen


def test_windows_fit_for_all_concepts_or_for_none() -> None:
    mask = torch.ones(1, 7, dtype=torch.bool)
    inside = windows(one_peak_at(2, 4), mask)
    assert inside[0, 0].tolist() == pytest.approx([0.2] * 5 + [0, 0])
    assert inside[0, 1].tolist() == pytest.approx([0, 0] + [0.2] * 5)
    outside = windows(one_peak_at(2, 5), mask)
    assert outside[0, 0].argmax() == 2 and outside[0, 0, 2].item() == pytest.approx(1.0)
    assert windows(one_peak_at(1, 3), mask)[0, 1, 3].item() == pytest.approx(1.0)


def test_best_frames_average_three_or_take_one() -> None:
    chosen = torch.tensor([[[0.1, 0.8, 0.3, 0.7]], [[0.2, 0.6, -1.0, -1.0]]])
    found = best_frames(chosen, torch.tensor([[True] * 4, [True, True, False, False]]))
    assert found[0, 0].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])
    assert found[1, 0].tolist() == pytest.approx([0, 1, 0, 0])
