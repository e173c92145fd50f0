"""Errors that the command line turns into exit codes."""

from __future__ import annotations

from parsing.input_error import InputError


class DataError(InputError):
    """Input that cannot be used: a file, an id, a shape, a value. The message names file, id, expected and found."""


class Interrupted(RuntimeError):
    """A run that stopped early and can be resumed."""
