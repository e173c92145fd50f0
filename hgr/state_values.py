"""Nested state <-> JSON and tensors: tuples, keys that are not text, and infinite numbers come back as they were."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from torch import Tensor

TENSOR, TUPLE, ITEMS, NUMBER = "$tensor", "$tuple", "$items", "$number"


def split_tensors(value: Any, tensors: dict[str, Tensor], name: str = "state") -> Any:
    """A JSON value in which every tensor is replaced by a reference into `tensors`, which is filled.

    Raises:
        TypeError: Something that is neither a plain value nor a tensor.
    """
    if isinstance(value, Tensor):
        tensors[name] = value.detach().cpu().contiguous().clone()
        return {TENSOR: name}
    if isinstance(value, float) and not math.isfinite(value):
        return {NUMBER: repr(value)}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, tuple):
        return {TUPLE: [split_tensors(item, tensors, f"{name}.{i}") for i, item in enumerate(value)]}
    if isinstance(value, list):
        return [split_tensors(item, tensors, f"{name}.{i}") for i, item in enumerate(value)]
    if isinstance(value, Mapping):
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: split_tensors(item, tensors, f"{name}.{key}") for key, item in value.items()}
        return {
            ITEMS: [
                [split_tensors(key, tensors), split_tensors(item, tensors, f"{name}.{key}")]
                for key, item in value.items()
            ]
        }
    raise TypeError(f"{name}: cannot be stored: {type(value).__name__}")


def join_tensors(value: Any, tensors: Mapping[str, Tensor]) -> Any:
    """What `split_tensors` took apart.

    Raises:
        KeyError: A reference to a tensor that is not there.
    """
    if isinstance(value, list):
        return [join_tensors(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    if TENSOR in value:
        return tensors[value[TENSOR]]
    if NUMBER in value:
        return float(value[NUMBER])
    if TUPLE in value:
        return tuple(join_tensors(item, tensors) for item in value[TUPLE])
    if ITEMS in value:
        return {join_tensors(key, tensors): join_tensors(item, tensors) for key, item in value[ITEMS]}
    return {key: join_tensors(item, tensors) for key, item in value.items()}
