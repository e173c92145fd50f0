"""Reads the treebank with roles (JSON lines) and holds what the trainers share: sentences and their gold roles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parsing.parsed_caption import Token
from parsing.training.gzipped_lines import read_gzipped


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
    return list(read_gzipped(path, "an object with toks and preds", _decode))


def _decode(record: Any) -> GoldSentence:
    tokens = tuple(
        Token(form, lemma, upos, xpos, "" if feats == "_" else feats, head, relation)
        for form, lemma, upos, xpos, feats, head, relation in record["toks"]
    )
    predicates = tuple(
        GoldPredicate(
            p["i"], p["sense"], tuple((int(i), role) for i, roles in p["args"].items() for role in roles)
        )
        for p in record["preds"]
    )
    return GoldSentence(tokens, predicates)
