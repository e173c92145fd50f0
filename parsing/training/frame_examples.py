"""Example sentences of the PropBank frame files: words and argument spans without trees."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from parsing.parsed_caption import Token


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
    examples = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                record = json.loads(line)
                words, relation = tuple(record["words"]), record["rel"]
                spans = tuple((role, int(first), int(last)) for role, first, last in record["spans"])
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(
                    f"{path}:{number}: expected an object with words, rel and spans, found {error!r}"
                ) from error
            if len(relation) == 1 and 1 < len(words) <= 80 and all(word.split() == [word] for word in words):
                examples.append(FrameExample(words, relation[0], spans))
    return examples


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
