"""How a stream of features was made, and whether one can stand in for another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hgr.errors import DataError

COMPARED = ("backbone", "weights", "sampling", "options")
"""The parts of a recipe that must agree; the producer's version may differ."""


@dataclass(frozen=True)
class Recipe:
    """How a stream was made. Two streams are exchangeable if all but `producer` is equal.

    Attributes:
        backbone: What computed it, by the name that `hgr.video.backbones.load_backbone` takes, for example "grid" or
            "transformers:openai/clip-vit-base-patch32".
        weights: Digest of the weights, "sha256:...", or None where there are none or they are not known.
        sampling: How frames were chosen and resized, for example {"frames": 32, "placement": "uniform"}.
        options: Further settings of the backbone.
        producer: Name and version of the program that wrote it.
    """

    backbone: str
    weights: str | None = None
    sampling: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    producer: str = ""


def recipe_difference(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    """In what two recipes disagree, as the end of a message; None where one can stand in for the other.

    Args:
        expected: Any of "dim", "backbone", "weights", "sampling", "options"; what it lacks is not compared.
        found: All of them. Where both have a digest of the weights it decides, not the name of the backbone: the
            same weights may lie in different folders.
    """
    for key in ("dim", *COMPARED):
        if key == "backbone" and expected.get("weights") and found.get("weights"):
            continue
        if key in expected and _plain(expected[key]) != _plain(found[key]):
            return f"expected {key} {_plain(expected[key])!r}, found {_plain(found[key])!r}"
    return None


def check_recipes(expected: Mapping[str, Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]) -> None:
    """That feature streams were made in the way that a model was trained on.

    Args:
        expected: Stream name -> recipe of the training; widths are not compared.
        found: Those at hand; streams that are missing are not looked at.

    Raises:
        DataError: Another backbone, other weights, sampling or options; the message says which.
    """
    for name, recipe in expected.items():
        wanted = {key: recipe.get(key) for key in COMPARED}
        if name in found and (difference := recipe_difference(wanted, found[name])):
            raise DataError(
                f"feature stream {name!r} was made in another way than the one trained on: {difference}"
            )


def _plain(value: Any) -> Any:
    """A value as JSON gives it back, so that tuples and lists compare equal."""
    return json.loads(json.dumps(value, sort_keys=True))
