"""JSON lines read record by record: every wrong value becomes a problem with its file, line and id."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a data set.

    Attributes:
        code: What kind of problem, one of a fixed set of short names.
        file: The file it is in.
        line: Its line, from 1, where that is known.
        id: The id of the caption or video concerned, where that is known.
        message: What was expected and what was found.
        severity: "error" stops a training, "warning" does not.
    """

    code: str
    file: str
    line: int | None
    id: str | None
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}" if self.id is None else f"{place}: id {self.id!r}: {self.message}"


class RecordReader:
    """Objects of a JSON lines file, one after the other; what cannot be an object is a problem and skipped.

    Args:
        path: The file, UTF-8, one JSON object a line; empty lines are allowed.
        keys: The keys that a record may have. One that looks like a misspelling of a missing key is an error,
            any other key a warning, once a file.
        problems: Where problems are appended.
    """

    def __init__(self, path: Path, keys: tuple[str, ...], problems: list[Problem]) -> None:
        self.path, self.keys, self.problems = path, keys, problems
        self.unknown_keys: set[str] = set()

    def __iter__(self) -> Iterator[Record]:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            self.problems.append(Problem("missing_file", str(self.path), None, None, "no such file"))
            return
        except OSError as error:
            self.problems.append(Problem("unreadable_file", str(self.path), None, None, str(error)))
            return
        count = 0
        for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
            if not raw.strip():
                continue
            record = self._record(number, raw)
            if record is not None:
                count += 1
                yield record
        if not content.strip():
            self.problems.append(Problem("empty_file", str(self.path), None, None, "the file is empty"))

    def _record(self, number: int, raw: bytes) -> Record | None:
        try:
            values = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        except UnicodeDecodeError as error:
            self.problems.append(Problem("bad_encoding", str(self.path), number, None, f"not UTF-8: {error}"))
            return None
        except (ValueError, RecursionError) as error:
            self.problems.append(Problem("bad_json", str(self.path), number, None, f"not JSON: {error}"))
            return None
        if not isinstance(values, dict):
            message = f"expected a JSON object, found {type(values).__name__}"
            self.problems.append(Problem("bad_json", str(self.path), number, None, message))
            return None
        record = Record(self, number, values)
        record.check_keys()
        return record


class Record:
    """One line's values. A getter returns the right type, and notes a problem where there is none."""

    def __init__(self, reader: RecordReader, line: int, values: dict[str, object]) -> None:
        self.reader, self.line, self.values = reader, line, values
        self.valid = True

    def problem(self, code: str, message: str) -> None:
        """Note an error of this line."""
        self.valid = False
        name = self.values.get("id")
        identity = name if isinstance(name, str) and name else None
        self.reader.problems.append(Problem(code, str(self.reader.path), self.line, identity, message))

    def check_keys(self) -> None:
        """Note keys that are not known."""
        for key in self.values:
            if key in self.reader.keys:
                continue
            missing = [known for known in self.reader.keys if known not in self.values]
            if close := difflib.get_close_matches(key, missing, 1, cutoff=0.75):
                self.problem("unknown_key", f"unknown key {key!r}; did you mean {close[0]!r}?")
            elif key not in self.reader.unknown_keys:
                self.reader.unknown_keys.add(key)
                message = f"unknown key {key!r} is not read (known: {', '.join(self.reader.keys)})"
                self.reader.problems.append(
                    Problem("unknown_key", str(self.reader.path), self.line, None, message, "warning")
                )

    def text(self, key: str, empty: str = "bad_value") -> str:
        """A string that is not empty; an id (`id`, `video`) has no white space at its ends, no line break."""
        value = self.values.get(key)
        if not isinstance(value, str):
            found = "nothing" if key not in self.values else f"{type(value).__name__} {value!r}"
            self.problem("bad_value", f"expected {key!r} to be a string, found {found}")
            return ""
        if not value.strip():
            self.problem(empty, f"{key!r} is empty")
            return ""
        if key in ("id", "video") and (value != value.strip() or len(value.splitlines()) != 1):
            self.problem("bad_value", f"{key!r} {value!r} has white space at its ends or a line break")
        return value

    def optional_text(self, key: str) -> str | None:
        """As `text`, or None where the key is absent or null."""
        return None if self.values.get(key) is None else self.text(key)

    def seconds(self, key: str) -> float:
        """A time in seconds, finite and not negative."""
        value = self.values.get(key)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or value < 0
        ):
            found = "nothing" if key not in self.values else repr(value)
            self.problem("bad_value", f"expected {key!r} in seconds, found {found}")
            return 0.0
        return float(value)

    def optional_seconds(self, key: str) -> float | None:
        """As `seconds`, or None where the key is absent or null."""
        return None if self.values.get(key) is None else self.seconds(key)

    def parts(self, key: str, keys: tuple[str, ...]) -> list[Record]:
        """The objects of a list, as records of the same line."""
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            self.problem("bad_value", f"expected {key!r} to be a list of objects, found {value!r}")
            return []
        parts: list[Record] = []
        for values in value:
            part = Part(self, values)
            for unknown in sorted(set(values) - set(keys)):
                self.problem("unknown_key", f"unknown key {unknown!r} in {key!r}")
            parts.append(part)
        return parts

    def is_new(self, seen: Container[str]) -> bool:
        """Whether the record's id is not among those seen; a second one is an error."""
        identity = self.values.get("id")
        if isinstance(identity, str) and identity in seen:
            self.problem("duplicate_id", "the id is in this file twice")
            return False
        return True


class Part(Record):
    """An object inside a record: its problems are the record's."""

    def __init__(self, whole: Record, values: dict[str, object]) -> None:
        super().__init__(whole.reader, whole.line, values)
        self.whole = whole

    def problem(self, code: str, message: str) -> None:
        """Note an error of the record that this is part of."""
        self.valid = False
        self.whole.problem(code, message)


def dump_line(record: dict[str, object]) -> str:
    """A record as one line of a JSON lines file.

    Raises:
        ValueError: NaN or infinity among the values.
    """
    return json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n"


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that JSON knows")
