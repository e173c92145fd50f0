"""Transformer blocks against their formulas."""

from __future__ import annotations

import math

import pytest
import torch

from hgr.nn.transformer import (
    INIT_STD,
    Attention,
    AttentionAwarePooling,
    PostNormLayer,
    SampleNorm,
    channel_positions,
    initialize,
)

MASK = torch.arange(5) < torch.tensor([5, 3, 1]).unsqueeze(1)


def test_norm_divides_by_the_sample_deviation() -> None:
    norm, values = SampleNorm(6), torch.randn(4, 6)
    with torch.no_grad():
        norm.gain.uniform_(), norm.bias.uniform_()
    expected = (
        norm.gain * (values - values.mean(-1, keepdim=True)) / (values.std(-1, keepdim=True) + 1e-6)
        + norm.bias
    )
    torch.testing.assert_close(norm(values), expected)


def test_norm_of_padding_is_its_bias_with_a_finite_gradient() -> None:
    norm, values = SampleNorm(6), torch.zeros(2, 6, requires_grad=True)
    norm(values).sum().backward()
    assert torch.equal(norm(values), norm.bias.expand(2, 6)) and torch.isfinite(values.grad).all()  # type: ignore[arg-type]


def test_positions() -> None:
    found = channel_positions(9, 6)
    for t in range(9):
        for k in range(6):
            angle = t / 10000 ** (2 * k / 6)
            assert found[t, k].item() == pytest.approx(
                math.sin(angle) if k % 2 == 0 else math.cos(angle), abs=1e-6
            )


def test_attention_equals_torchs() -> None:
    torch.manual_seed(0)
    own, reference = Attention(8, 2, 0.0), torch.nn.MultiheadAttention(8, 2, batch_first=True)
    with torch.no_grad():
        reference.in_proj_weight.copy_(torch.cat([own.query.weight, own.key.weight, own.value.weight]))
        reference.in_proj_bias.copy_(torch.cat([own.query.bias, own.key.bias, own.value.bias]))
        reference.out_proj.load_state_dict(own.final.state_dict())
    query, sequence = torch.randn(3, 2, 8), torch.randn(3, 5, 8)
    expected = reference(query, sequence, sequence, key_padding_mask=~MASK)[0]
    torch.testing.assert_close(own(query, sequence, MASK), expected)


def test_pooling_equals_loops() -> None:
    torch.manual_seed(0)
    pooling, values = AttentionAwarePooling(6, 2, 8, 0.0), torch.randn(3, 5, 6)
    with torch.no_grad():
        for parameter in pooling.parameters():
            parameter.normal_()
    found = pooling(values, MASK)
    for row in range(3):
        real = values[row][MASK[row]]
        for channel in range(6):
            head, place = divmod(channel, 3)
            hidden = torch.nn.functional.gelu(real @ pooling.first[head] + pooling.first_bias[head])
            weights = (hidden @ pooling.second[head] + pooling.second_bias[head])[:, place].softmax(0)
            assert found[row, channel].item() == pytest.approx(
                (weights * real[:, channel]).sum().item(), abs=1e-5
            )


def test_layer_and_pooling_ignore_padding() -> None:
    layer, pooling, values = (
        PostNormLayer(8, 2, 0.0),
        AttentionAwarePooling(8, 2, 8, 0.0),
        torch.randn(3, 5, 8),
    )
    noisy = torch.where(MASK.unsqueeze(-1), values, torch.full_like(values, 50.0))
    a, b = layer(values, values, MASK), layer(noisy, noisy, MASK)
    torch.testing.assert_close(a[MASK], b[MASK])
    torch.testing.assert_close(pooling(a, MASK), pooling(b, MASK))


def test_initialization_is_small_and_leaves_norms_alone() -> None:
    layer = PostNormLayer(32, 4, 0.0)
    initialize(layer)
    assert layer.expand.weight.abs().max() <= 2 * INIT_STD and layer.expand.bias.abs().sum() > 0
    assert torch.equal(layer.forward_norm.gain, torch.ones(32))


def test_widths_must_fit() -> None:
    with pytest.raises(ValueError, match="heads"):
        Attention(10, 4, 0.0)
    with pytest.raises(ValueError, match="heads"):
        AttentionAwarePooling(9, 2, 8, 0.0)
