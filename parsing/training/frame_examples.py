"""Example sentences of the PropBank frame files: words and argument spans without trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parsing.parsed_caption import Token
from parsing.training.gzipped_lines import read_gzipped


@dataclass(frozen=True, slots=True)
class FrameExample:
    """A sentence with one predicate: its word, and (role, first word, last word) of each argument."""

    words: tuple[str, ...]
    head: int
    spans: tuple[tuple[str, int, int], ...]


def read_examples(path: Path) -> list[FrameExample]:
    """Examples of a gzipped JSON-lines file (`words`, `rel`, `spans`) whose predicate is one word.

    Raises:
        ValueError: A line that is no such object, with file and line number.
    """
    read = read_gzipped(path, "an object with words, rel and spans", _decode)
    return [example for example in read if example is not None]


def _decode(record: Any) -> FrameExample | None:
    words, relation = tuple(record["words"]), record["rel"]
    spans = tuple((role, int(first), int(last)) for role, first, last in record["spans"])
    if len(relation) == 1 and 1 < len(words) <= 80 and all(word.split() == [word] for word in words):
        return FrameExample(words, relation[0], spans)
    return None


def argument_heads(example: FrameExample, tokens: Sequence[Token]) -> dict[int, str]:
    """Role of each argument word on a tree: a word of an argument's span whose head lies outside the span."""
    roles: dict[int, str] = {}
    for role, first, last in example.spans:
        for i in range(max(first, 0), min(last + 1, len(tokens))):
            token = tokens[i]
            inside = first <= token.head <= last
            if not inside and token.upos != "PUNCT" and i != example.head and role != "C-V":
                roles.setdefault(i, role)
    return roles
