"""The base of every error that says: the input is the problem, not the program."""

from __future__ import annotations


class InputError(ValueError):
    """Input that cannot be used; the message says what was expected and found. The command line ends with code 3."""
