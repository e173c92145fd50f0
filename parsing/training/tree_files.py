"""Trees between two steps of the training: a gzipped file, the same bytes for the same trees."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from parsing.parsed_caption import Token


def write_trees(path: Path, trees: list[tuple[Token, ...]]) -> None:
    """Trees as a gzipped file of one JSON list of token rows a line; no time stamp inside."""
    lines = [
        json.dumps(
            [[t.text, t.lemma, t.upos, t.xpos, t.feats, t.head, t.deprel] for t in tree], ensure_ascii=False
        )
        for tree in trees
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", mtime=0))


def read_trees(path: Path) -> list[tuple[Token, ...]]:
    """Trees that `write_trees` wrote: one JSON list of token rows a line, gzipped."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [tuple(Token(*row) for row in json.loads(line)) for line in lines]
