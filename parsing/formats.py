"""Exchange of parses: one table of formats, and the JSON lines format itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from parsing.json_lines import FormatError, read_header, read_lines
from parsing.parsed_caption import ParsedCaption, ParseFailure
from parsing.records import RecordError, encode, from_object
from parsing.tally import Tally, write_tallied

SCHEMA = "hgr.parses"
VERSION = 1

Result = ParsedCaption | ParseFailure


class ParseFile(NamedTuple):
    """An open file of parses.

    Attributes:
        header: "parser", "parser_version" and what else the file says about itself.
        results: The parses in file order, read as they are asked for.
    """

    header: dict[str, Any]
    results: Iterator[Result]


class Format(NamedTuple):
    """A file format: module and names of its functions, the suffix it is told by, and whether it keeps everything."""

    module: str
    write: str
    read: str
    suffix: str
    lossless: bool


FORMATS: dict[str, Format] = {
    "jsonl": Format("parsing.formats", "write_json_lines", "read_json_lines", ".jsonl", True),
    "conllu": Format("parsing.conllu_format", "write_conllu", "read_conllu", ".conllu", True),
    "parquet": Format("parsing.parquet_format", "write_parquet", "read_parquet", ".parquet", True),
    "allennlp": Format("parsing.allennlp_format", "write_allennlp", "read_allennlp", ".json", False),
}


def write_parses(
    path: Path | str,
    results: Iterable[Result],
    header: Mapping[str, Any] | None = None,
    format: str | None = None,
) -> int:
    """Write parses; the file is complete or absent.

    Args:
        path: The file; its suffix tells the format where none is named.
        results: Parses and failures, may be a generator.
        header: "parser", "parser_version" and further keys that the file should say.
        format: A name of FORMATS.

    Returns:
        The number of results written.
    """
    write: Callable[..., int] = _function(path, format, "write")
    return write(path, results, dict(header or {}))


def read_parses(path: Path | str, format: str | None = None) -> ParseFile:
    """Open a file of parses; the inverse of `write_parses`.

    Raises:
        FormatError: Not such a file, a newer version, a damaged or cut one; file and place are named.
    """
    read: Callable[..., ParseFile] = _function(path, format, "read")
    return read(path)


def format_of(path: Path | str) -> str:
    """Name of the format that a file's suffix tells."""
    suffix = Path(path).suffix
    for name, entry in FORMATS.items():
        if entry.suffix == suffix:
            return name
    known = ", ".join(f"{entry.suffix} ({name})" for name, entry in FORMATS.items())
    raise FormatError(f"{path}: the suffix {suffix!r} tells no format, expected one of {known}")


def write_json_lines(path: Path | str, results: Iterable[Result], header: dict[str, Any]) -> int:
    """JSON lines: a header with number and digest of the records, then one object a line (`parsing.records`)."""
    first = {"schema": SCHEMA, "version": VERSION}
    first |= {key: value for key, value in header.items() if key not in first}
    return write_tallied(path, map(_line, results), first)


def read_json_lines(path: Path | str) -> ParseFile:
    """JSON lines; number and digest of the records are compared with the header at the end, where it has them."""
    header = read_header(path, SCHEMA, VERSION)
    return ParseFile(header, _json_results(path, header))


def _json_results(path: Path | str, header: Mapping[str, Any]) -> Iterator[Result]:
    tally = Tally()
    for number, value in read_lines(path, SCHEMA, VERSION):
        try:
            result = from_object(value)
        except RecordError as error:
            raise FormatError(f"{path}:{number}: {_of_caption(value)}{error}") from error
        tally.add(_line(result))
        yield result
    tally.compare(path, header)


def _line(result: Result) -> bytes:
    return encode(result).payload.encode("utf-8") + b"\n"


def _of_caption(value: Mapping[str, Any]) -> str:
    text = value.get("text")
    return f"caption {text[:60]!r}: " if isinstance(text, str) else ""


def _function(path: Path | str, format: str | None, which: str) -> Callable[..., Any]:
    name = format_of(path) if format is None else format
    if name not in FORMATS:
        raise FormatError(f"unknown format {name!r}, expected one of {', '.join(FORMATS)}")
    entry = FORMATS[name]
    return getattr(import_module(entry.module), getattr(entry, which))
