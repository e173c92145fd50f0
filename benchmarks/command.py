"""What the benchmarks of torch code have in common as commands: rounds, threads, device, JSON."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterable
from typing import Any, TypeVar

import torch
from torch import Tensor

from benchmarks.timing import machine
from hgr.device import choose_device
from hgr.errors import DataError

Batch = TypeVar("Batch")


def make_parser(doc: str | None, rounds: int) -> argparse.ArgumentParser:
    """A parser with `--rounds`, `--threads`, `--device` and `--json`; a benchmark adds its own options.

    Args:
        doc: The benchmark's docstring, its first line is the description.
        rounds: Default of timed rounds.
    """
    parser = argparse.ArgumentParser(description=doc.splitlines()[0] if doc else None)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:<number>")
    parser.add_argument("--json", action="store_true")
    return parser


def begin(parser: argparse.ArgumentParser, arguments: list[str] | None) -> argparse.Namespace:
    """The options, with threads set and `device` a torch.device; ends with a usage error where there is none such."""
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    try:
        options.device = choose_device(options.device)
    except DataError as error:
        parser.error(str(error))
    if options.device.type == "cuda":
        torch.cuda.set_device(options.device)
    return options


def report(options: argparse.Namespace, found: dict[str, Any], lines: Iterable[str]) -> None:
    """Print what was found: one JSON object, or the machine and a line each.

    Args:
        options: From `begin`.
        found: Content of the JSON object besides the machine.
        lines: For people.
    """
    if options.json:
        print(json.dumps({"machine": machine(), "device": str(options.device), **found}))
        return
    print("\n".join([f"{machine()}; on {options.device}", *lines]))


def on(batch: Batch, device: torch.device | str) -> Batch:
    """A dataclass of tensors on a device, as a new one."""
    values = {field.name: getattr(batch, field.name) for field in dataclasses.fields(batch)}  # type: ignore[arg-type]
    moved = {name: value.to(device) if isinstance(value, Tensor) else value for name, value in values.items()}
    return dataclasses.replace(batch, **moved)  # type: ignore[type-var]
