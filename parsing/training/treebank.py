"""Reads the treebank with roles (JSON lines) and holds what the trainers share: sentences and their gold roles."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

from parsing.parsed_caption import Token


@dataclass(frozen=True, slots=True)
class GoldPredicate:
    """A PropBank predicate: its word, its roleset, and (head word, role) of each argument."""

    head: int
    sense: str
    arguments: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """A sentence of the treebank with its tree and its predicates."""

    tokens: tuple[Token, ...]
    predicates: tuple[GoldPredicate, ...] = ()


def read_treebank(path: Path) -> list[GoldSentence]:
    """Sentences of a gzipped JSON-lines treebank (`toks`, `preds`; see docs/parser.md).

    Raises:
        ValueError: A line that is no such object, with file and line number.
    """
    sentences = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                record = json.loads(line)
                tokens = tuple(
                    Token(form, lemma, upos, xpos, "" if feats == "_" else feats, head, relation)
                    for form, lemma, upos, xpos, feats, head, relation in record["toks"]
                )
                predicates = tuple(
                    GoldPredicate(
                        p["i"],
                        p["sense"],
                        tuple((int(i), role) for i, roles in p["args"].items() for role in roles),
                    )
                    for p in record["preds"]
                )
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(
                    f"{path}:{number}: expected an object with toks and preds, found {error!r}"
                ) from error
            sentences.append(GoldSentence(tokens, predicates))
    return sentences
