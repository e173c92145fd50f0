"""Which features can stand in for others: one rule for training, resuming, evaluating and searching."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from hgr.data.recipes import Recipe, check_recipes, recipe_difference
from hgr.errors import DataError

MADE = Recipe("transformers:/models/clip", "sha256:1", {"frames": 16}, {"layer": -1}, "hgr 0.1")


def entry(recipe: Recipe, dim: int = 8) -> dict:
    return {"dim": dim, **asdict(recipe)}


@pytest.mark.parametrize(
    "other",
    [
        MADE,
        replace(MADE, producer="hgr 0.2"),
        replace(MADE, backbone="transformers:/elsewhere/clip"),  # the same weights in another folder
    ],
)
def test_what_can_stand_in(other: Recipe) -> None:
    assert recipe_difference(entry(MADE), entry(other)) is None
    check_recipes({"frames": entry(MADE)}, {"frames": entry(other)})


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (replace(MADE, weights="sha256:2"), "expected weights 'sha256:1', found 'sha256:2'"),
        (replace(MADE, sampling={"frames": 8}), "expected sampling {'frames': 16}, found {'frames': 8}"),
        (replace(MADE, options={}), "expected options"),
        (
            replace(MADE, weights=None, backbone="grid"),
            "expected backbone 'transformers:/models/clip', found 'grid'",
        ),
    ],
)
def test_what_cannot(other: Recipe, message: str) -> None:
    with pytest.raises(DataError, match="feature stream 'frames' was made in another way") as problem:
        check_recipes({"frames": entry(MADE)}, {"frames": entry(other)})
    assert message in str(problem.value)


def test_widths_and_missing_streams_are_checked_elsewhere() -> None:
    check_recipes({"frames": entry(MADE), "sound": entry(MADE)}, {"frames": entry(MADE, dim=9)})
    assert recipe_difference(entry(MADE), entry(MADE, dim=9)) == "expected dim 8, found 9"


def test_lists_and_tuples_are_equal() -> None:
    assert (
        recipe_difference(
            entry(replace(MADE, options={"layers": (1, 2)})), entry(replace(MADE, options={"layers": [1, 2]}))
        )
        is None
    )
