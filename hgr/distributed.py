"""Training on several processes (torchrun): each encodes its share of a batch, all compare the whole batch.

Every process computes the loss of all pairs from gathered embeddings and takes its 1/n of it; gradients are
summed. So loss and gradients are those of one process with the whole batch, up to dropout, whose draws differ.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from hgr.embeddings import Embeddings, LevelEmbedding
from hgr.errors import Interrupted

Value = TypeVar("Value")
TIMEOUT = timedelta(minutes=30)
"""How long a process waits for the others; validation on the first one must fit in."""


GONE = ("closed by peer", "reset by peer", "broken pipe", "timed out", "timeout", "remote")
"""What gloo and NCCL say, in small letters, when another process does not answer any more."""


@dataclass(frozen=True)
class World:
    """The processes of a training.

    Attributes:
        rank: Which one this is; 0 writes and validates.
        size: How many there are.
    """

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process writes and validates."""
        return self.rank == 0

    def share(self, positions: Iterable[Value]) -> list[Value]:
        """This process's part of a batch: consecutive, in rank order, sizes differing by at most one."""
        items = list(positions)
        start, end = (len(items) * r // self.size for r in (self.rank, self.rank + 1))
        return items[start:end]


ALONE = World()
"""A world of one process."""


@contextmanager
def joined_world(device: torch.device | str = "cpu") -> Iterator[World]:
    """The processes that torchrun started, or a world of one where it did not."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE
        return
    backend = "nccl" if torch.device(device).type == "cuda" else "gloo"
    dist.init_process_group(backend, timeout=TIMEOUT)
    try:
        yield World(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()


def present_world() -> World:
    """The processes joined at the moment, for layers that need more than their share of a batch."""
    if not (dist.is_available() and dist.is_initialized()):
        return ALONE
    return World(dist.get_rank(), dist.get_world_size())


@contextmanager
def _together() -> Iterator[None]:
    """Around every exchange: a process that is gone ends the others too, in a way that says so.

    Raises:
        Interrupted: Another process died or does not answer.
    """
    try:
        yield
    except RuntimeError as error:
        if not any(words in str(error).lower() for words in GONE):
            raise
        raise Interrupted(
            "another process of the training is gone; its own message says why. The last checkpoint stands, or none "
            f"was written yet; go on with --resume and as many processes ({str(error).splitlines()[0][:200]})"
        ) from error


class _Gather(torch.autograd.Function):
    """Equally shaped tensors of all processes, one after the other; its gradient is summed over the processes."""

    @staticmethod
    def forward(ctx: Any, local: Tensor, rank: int, size: int) -> Tensor:
        ctx.rows = slice(rank * len(local), (rank + 1) * len(local))
        parts = [torch.empty_like(local) for _ in range(size)]
        with _together():
            dist.all_gather(parts, local.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        total = gradients[0].contiguous().clone()
        with _together():
            dist.all_reduce(total)
        return total[ctx.rows], None, None


class _Sum(torch.autograd.Function):
    """The sum of equally shaped tensors over all processes; so is its gradient."""

    @staticmethod
    def forward(ctx: Any, local: Tensor) -> Tensor:
        total = local.contiguous().clone()
        with _together():
            dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        total = gradients[0].contiguous().clone()
        with _together():
            dist.all_reduce(total)
        return total


def sum_over_processes(local: Tensor, world: World) -> Tensor:
    """The sum of a tensor over all processes; gradients flow back to each of them."""
    return local if world.size == 1 else _Sum.apply(local)


def gather_level(local: LevelEmbedding, world: World) -> LevelEmbedding:
    """One level of all processes' items, in rank order, padded to the largest K; gradients flow back."""
    if world.size == 1:
        return local
    shape = torch.tensor(local.mask.shape, device=local.mask.device)
    shapes = [torch.empty_like(shape) for _ in range(world.size)]
    with _together():
        dist.all_gather(shapes, shape)
    rows, width = (int(max(s[i] for s in shapes)) for i in (0, 1))
    padding = (0, width - local.mask.shape[1], 0, rows - local.mask.shape[0])
    vectors = _Gather.apply(torch.nn.functional.pad(local.vectors, (0, 0, *padding)), world.rank, world.size)
    mask = _Gather.apply(torch.nn.functional.pad(local.mask, padding).to(torch.uint8), world.rank, world.size)
    real = torch.cat([torch.arange(rows, device=mask.device) < s[0] for s in shapes])
    return LevelEmbedding(vectors[real], mask[real].bool())


def gather_embeddings(local: Embeddings, world: World) -> Embeddings:
    """All levels of all processes' items, in rank order."""
    return {level: gather_level(embedding, world) for level, embedding in local.items()}


def gather_values(value: Value, world: World) -> list[Value]:
    """A plain value of every process, in rank order."""
    if world.size == 1:
        return [value]
    values: list[Any] = [None] * world.size
    with _together():
        dist.all_gather_object(values, value)
    return values


def from_first(value: Value, world: World) -> Value:
    """The first process's value, in every process."""
    if world.size == 1:
        return value
    values = [value]
    with _together():
        dist.broadcast_object_list(values, src=0)
    return values[0]


def sum_gradients(parameters: Iterable[torch.nn.Parameter], world: World) -> None:
    """Replace every gradient by its sum over the processes; one that a process lacks counts 0 there."""
    if world.size == 1:
        return
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    present = torch.tensor([parameter.grad is not None for parameter in trained], dtype=torch.uint8)
    present = present.to(trained[0].device)
    with _together():
        dist.all_reduce(present, op=dist.ReduceOp.MAX)
    touched = [parameter for parameter, any_has in zip(trained, present.tolist(), strict=True) if any_has]
    gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in touched]
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    with _together():
        dist.all_reduce(flat)
    for parameter, part in zip(touched, flat.split([g.numel() for g in gradients]), strict=True):
        parameter.grad = part.view_as(parameter).clone()
