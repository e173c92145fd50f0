"""One spelling for roles."""

from __future__ import annotations

import pytest

from parsing.roles import ROLES, bare_role, canonical_role


@pytest.mark.parametrize(
    ("given", "expected"),
    [("A0", "ARG0"), ("Arg1", "ARG1"), ("AM-LOC", "ARGM-LOC"), ("LOC", "ARGM-LOC"), ("ARGM-TMP", "ARGM-TMP"),
     ("R-A0", "R-ARG0"), ("C-ARG1", "C-ARG1")],
)  # fmt: skip
def test_canonical(given: str, expected: str):
    assert canonical_role(given) == expected


@pytest.mark.parametrize("role", sorted(ROLES))
def test_canonical_roles_stay(role: str):
    assert canonical_role(role) == role


def test_unknown_role_is_an_error():
    with pytest.raises(ValueError, match="ARG9"):
        canonical_role("ARG9")


def test_bare_role():
    assert bare_role("R-ARG0") == "ARG0"
    assert bare_role("ARGM-LOC") == "ARGM-LOC"
