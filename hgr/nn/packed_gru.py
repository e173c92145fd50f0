"""A GRU layer over packed sequences with a backward pass of its own, for training on the CPU.

Torch's own adds a step's share of the recurrent weights' gradient to them at every step, which moves the weights
through memory as often as there are words; here that gradient is one product at the end. Same values to rounding.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear
from torch.nn.utils.rnn import PackedSequence


def packed_gru(packed: PackedSequence, recurrent: torch.nn.GRU, *, reverse: bool) -> Tensor:
    """States of one direction of a one-layer GRU, from zero initial states.

    Args:
        packed: Inputs, data (N, D_in) by step.
        recurrent: Whose weights are used.
        reverse: The direction that reads from the end.

    Returns:
        (N, D), in the order of `packed.data`.
    """
    suffix = "_reverse" if reverse else ""
    input_weight, hidden_weight, input_bias, hidden_bias = (
        getattr(recurrent, f"{kind}_l0{suffix}") for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    sizes = packed.batch_sizes.tolist()
    return _PackedGRU.apply(
        linear(packed.data, input_weight, input_bias), hidden_weight, hidden_bias, sizes, reverse
    )


def _steps(sizes: list[int], reverse: bool) -> list[tuple[int, int]]:
    """First row and number of rows of each step, in the order of reading."""
    first, steps = 0, []
    for size in sizes:
        steps.append((first, size))
        first += size
    return steps[::-1] if reverse else steps


class _PackedGRU(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor, sizes: list[int], reverse: bool
    ) -> Tensor:
        width = weight.shape[1]
        states, before = inputs.new_empty(len(inputs), width), inputs.new_empty(len(inputs), width)
        gates, recalled = inputs.new_empty(len(inputs), 3 * width), inputs.new_empty(len(inputs), width)
        state = inputs.new_zeros(sizes[0], width)
        transposed = weight.T
        for read, (first, size) in enumerate(_steps(sizes, reverse)):
            rows = slice(first, first + size)
            before[rows] = state[:size]
            hidden = torch.addmm(bias, state[:size], transposed) if read else bias.expand(size, -1)
            gate = gates[rows]
            torch.add(inputs[rows, : 2 * width], hidden[:, : 2 * width], out=gate[:, : 2 * width]).sigmoid_()
            reset, update, new = gate.chunk(3, dim=1)
            recalled[rows] = hidden[:, 2 * width :]
            torch.addcmul(inputs[rows, 2 * width :], reset, recalled[rows], out=new).tanh_()
            torch.lerp(new, state[:size], update, out=states[rows])
            state[:size] = states[rows]
        ctx.save_for_backward(weight, before, gates, recalled)
        ctx.sizes, ctx.reverse = sizes, reverse
        return states

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        weight, before, gates, recalled = ctx.saved_tensors
        width = weight.shape[1]
        reset, update, new = gates.chunk(3, dim=1)
        # What does not depend on the gradient, for all steps at once.
        to_update = (before - new) * update * (1 - update)
        to_new = (1 - update) * (1 - new.square())
        to_reset = recalled * reset * (1 - reset)
        grad_inputs, grad_hidden = torch.empty_like(gates), torch.empty_like(gates)
        carried = grad.new_zeros(ctx.sizes[0], width)
        for read, (first, size) in reversed([*enumerate(_steps(ctx.sizes, ctx.reverse))]):
            rows = slice(first, first + size)
            total = grad[rows] + carried[:size]
            into, back = grad_inputs[rows], grad_hidden[rows]
            torch.mul(total, to_new[rows], out=into[:, 2 * width :])
            torch.mul(total, to_update[rows], out=into[:, width : 2 * width])
            torch.mul(into[:, 2 * width :], to_reset[rows], out=into[:, :width])
            back[:, : 2 * width] = into[:, : 2 * width]
            torch.mul(into[:, 2 * width :], reset[rows], out=back[:, 2 * width :])
            if read:
                carried[:size] = torch.addmm(total * update[rows], back, weight)
        return grad_inputs, grad_hidden.T @ before, grad_hidden.sum(0), None, None
