"""JSON files that say what they are: a schema name and a version in each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hgr.errors import DataError
from parsing.atomic_file import atomic_write

SCHEMA_VERSION = 1


def read_versioned(path: Path, schema: str, version: int = SCHEMA_VERSION) -> dict[str, Any]:
    """A JSON object of a known schema.

    Raises:
        DataError: Missing, not JSON, of another schema, or newer than this program reads.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, ValueError) as problem:
        raise DataError(f"{path}: not readable as JSON: {problem}") from None
    if not isinstance(found, dict) or found.get("schema") != schema:
        kind = found.get("schema") if isinstance(found, dict) else type(found).__name__
        raise DataError(f"{path}: schema is {kind!r}, expected {schema!r}")
    if not isinstance(found.get("version"), int) or not 1 <= found["version"] <= version:
        raise DataError(
            f"{path}: {schema} version {found.get('version')!r} is not known here (up to {version}); "
            "update hgr"
        )
    return found


def write_versioned(path: Path, schema: str, content: Mapping[str, Any]) -> None:
    """Write a JSON object with its schema and version, at once or not at all."""
    text = json.dumps(
        {"schema": schema, "version": SCHEMA_VERSION, **content}, ensure_ascii=False, allow_nan=False
    )
    with atomic_write(path) as file:
        file.write(text.encode() + b"\n")
