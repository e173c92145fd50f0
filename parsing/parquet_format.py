"""Parses as Parquet: the columns of `parsing.records`, nested as they are. The only file that imports pyarrow."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from parsing.formats import SCHEMA, VERSION, ParseFile, Result
from parsing.guard import batches
from parsing.json_lines import FormatError, dumps
from parsing.records import RecordError, from_object, to_object

ROW_GROUP = 4096
METADATA_KEY = b"hgr"


def write_parquet(path: Path | str, results: Iterable[Result], header: dict[str, Any]) -> int:
    """Write one row a caption; a caption that UTF-8 cannot hold keeps its bytes in the column "text_bytes".

    Raises:
        FormatError: pyarrow is not installed.
    """
    arrow, parquet = _pyarrow()
    path = Path(path)
    first = {"schema": SCHEMA, "version": VERSION}
    first |= {key: value for key, value in header.items() if key not in first}
    schema = _schema(arrow).with_metadata({METADATA_KEY: dumps(first).encode("utf-8")})
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    count = 0
    try:
        with parquet.ParquetWriter(temporary, schema, compression="zstd", write_page_checksum=True) as writer:
            for group in batches(results, ROW_GROUP):
                rows = [_row(result) for result in group]
                writer.write_table(arrow.Table.from_pylist(rows, schema=schema))
                count += len(rows)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return count


def read_parquet(path: Path | str) -> ParseFile:
    """Open what `write_parquet` wrote.

    Raises:
        FormatError: pyarrow is not installed, another file, or a changed one.
        OSError: No such file.
    """
    arrow, parquet = _pyarrow()
    with open(path, "rb"):
        pass  # the system's own error where the file cannot be opened
    try:
        file = parquet.ParquetFile(path, page_checksum_verification=True)
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: no Parquet file ({error})") from error
    metadata = (file.schema_arrow.metadata or {}).get(METADATA_KEY)
    if metadata is None:
        raise FormatError(f"{path}: a Parquet file of something else, expected the metadata key 'hgr'")
    header = json.loads(metadata)
    if header.get("schema") != SCHEMA:
        raise FormatError(f"{path}: schema {header.get('schema')!r}, expected {SCHEMA!r}")
    if header.get("version", 0) > VERSION:
        raise FormatError(f"{path}: version {header['version']} is newer than {VERSION}; install a newer hgr")
    return ParseFile(header, _results(path, _batches(path, file)))


def _batches(path: Path | str, file: Any) -> Iterator[Any]:
    arrow, _ = _pyarrow()
    try:
        yield from file.iter_batches(ROW_GROUP)
    except (arrow.ArrowException, OSError) as error:
        raise FormatError(f"{path}: cannot be read, the file was changed ({error})") from error


def _results(path: Path | str, groups: Iterator[Any]) -> Iterator[Result]:
    number = 0
    for batch in groups:
        for row in batch.to_pylist():
            number += 1
            try:
                yield _result(row)
            except (RecordError, UnicodeDecodeError) as error:
                text = str(row.get("text"))[:60]
                raise FormatError(f"{path}: row {number}: caption {text!r}: {error}") from error


def _result(row: dict[str, Any]) -> Result:
    raw, failure = row.pop("text_bytes", None), row.pop("failure", None)
    if raw is not None:
        row["text"] = raw.decode("utf-8", "surrogatepass")
    return from_object(row if failure is None else {"text": row.get("text"), "failure": failure})


def _row(result: Result) -> dict[str, Any]:
    row = to_object(result)
    try:
        row["text"].encode("utf-8")
    except UnicodeEncodeError:
        row["text_bytes"] = row["text"].encode("utf-8", "surrogatepass")
        row["text"] = row["text"].encode("utf-8", "replace").decode("utf-8")
    return row


def _schema(arrow: Any) -> Any:
    positions, words = arrow.list_(arrow.int32()), arrow.list_(arrow.string())
    argument = arrow.struct([("role", arrow.string()), ("tokens", positions), ("head", arrow.int32())])
    predicate = arrow.struct(
        [
            ("tokens", positions),
            ("head", arrow.int32()),
            ("lemma", arrow.string()),
            ("arguments", arrow.list_(argument)),
        ]
    )
    return arrow.schema(
        [
            ("text", arrow.string()),
            ("text_bytes", arrow.binary()),
            ("failure", arrow.string()),
            *((name, words) for name in ("words", "lemmas", "upos", "xpos", "feats")),
            ("heads", positions),
            ("deprels", words),
            ("predicates", arrow.list_(predicate)),
            ("noun_phrases", arrow.list_(positions)),
        ]
    )


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise FormatError("Parquet needs pyarrow; run: pip install 'hgr[parquet]'") from error
    return pyarrow, pyarrow.parquet
