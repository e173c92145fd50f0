"""Number and digest of a file's records: the header says them, a reader compares them."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from parsing.atomic_file import atomic_write
from parsing.json_lines import FormatError, dumps
from parsing.wording import counted

SPOOL_BYTES = 64 * 2**20
"""Records kept in memory until their number is known; more go to a temporary file."""


class Tally:
    """Counts records and digests their bytes.

    Attributes:
        count: Records added.
    """

    def __init__(self) -> None:
        self.count = 0
        self._digest = hashlib.sha256()

    def add(self, record: bytes) -> None:
        """Take one more record."""
        self.count += 1
        self._digest.update(record)

    @property
    def header(self) -> dict[str, Any]:
        """What a header says of the records."""
        return {"records": self.count, "digest": self._digest.hexdigest()}

    def compare(self, path: Path | str, header: Mapping[str, Any]) -> None:
        """Compare the records that were read with the header, where it says number or digest.

        Raises:
            FormatError: Fewer or more records, or others.
        """
        promised = header.get("records", self.count)
        if promised != self.count:
            what = "cut" if isinstance(promised, int) and promised > self.count else "changed"
            found = counted(self.count, "record")
            raise FormatError(f"{path}: {found}, the header promises {promised}: the file is {what}")
        if header.get("digest", self.header["digest"]) != self.header["digest"]:
            raise FormatError(
                f"{path}: the records do not match the digest in the header: the file was changed; "
                "after an edit by hand take records and digest out of the header"
            )


def write_tallied(
    path: Path | str, records: Iterable[bytes], header: Mapping[str, Any], before: bytes = b""
) -> int:
    """Write a header line that says number and digest of the records, then the records.

    Args:
        path: The file; it is complete or absent.
        records: Bytes of each record, its line ends included; may be a generator.
        header: The other keys of the header.
        before: What stands before the header's JSON object.

    Returns:
        The number of records.
    """
    tally = Tally()
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as body:
        for record in records:
            tally.add(record)
            body.write(record)
        body.seek(0)
        first = {key: value for key, value in header.items() if key not in tally.header} | tally.header
        with atomic_write(path) as file:
            file.write(before + dumps(first).encode("utf-8") + b"\n")
            shutil.copyfileobj(body, file)
    return tally.count
