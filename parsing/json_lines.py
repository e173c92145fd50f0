"""JSON lines with a header: the first line names schema and version, every further line is one record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from parsing.atomic_file import atomic_write
from parsing.input_error import InputError


class FormatError(InputError):
    """A file that is not what it should be; the message names file, line, expected and found."""


def dumps(value: Any) -> str:
    """One canonical JSON line: no blanks, keys as given, text as it is unless UTF-8 cannot hold it."""
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    return line


def write_lines(
    path: Path | str, header: Mapping[str, Any], records: Iterable[Mapping[str, Any] | str]
) -> int:
    """Write header and records; a record that is a string is a line already encoded.

    Returns:
        The number of records.
    """
    count = 0
    with atomic_write(path) as file:
        file.write(dumps(header).encode("utf-8") + b"\n")
        for record in records:
            line = record if isinstance(record, str) else dumps(record)
            file.write(line.encode("utf-8") + b"\n")
            count += 1
    return count


def read_header(path: Path | str, schema: str, version: int) -> dict[str, Any]:
    """The header of a file of this schema.

    Raises:
        FormatError: No header, another schema, or a newer version.
    """
    with open(path, "rb") as file:
        first = file.readline()
    header = _decode(path, 1, first) if first.strip() else None
    if not isinstance(header, dict) or "schema" not in header:
        raise FormatError(
            f'{path}: line 1 is no header, expected {{"schema":"{schema}","version":{version},...}}'
        )
    if header["schema"] != schema:
        raise FormatError(f"{path}: schema {header['schema']!r}, expected {schema!r}")
    found = header.get("version")
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise FormatError(f"{path}: version {found!r}, expected a number from 1 to {version}")
    if found > version:
        raise FormatError(
            f"{path}: {schema} version {found} is newer than {version}, the newest "
            "that this release reads; install a newer hgr"
        )
    return header


def read_lines(path: Path | str, schema: str, version: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and record of every line after the header; blank lines are skipped.

    Raises:
        FormatError: As `read_header`, or a line that is no JSON object; file and line are named.
    """
    read_header(path, schema, version)
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            if number == 1 or not line.strip():
                continue
            record = _decode(path, number, line)
            if not isinstance(record, dict):
                raise FormatError(f"{path}:{number}: expected a JSON object, found {type(record).__name__}")
            yield number, record


def _decode(path: Path | str, number: int, line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}:{number}: not UTF-8 at byte {error.start} of the line") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise FormatError(f"{path}:{number}: not JSON ({error})") from error
