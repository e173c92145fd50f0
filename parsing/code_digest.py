"""Which rules made a parse: a digest of the sources that turn a tree into predicates, for the parsers' versions.

A cache keeps parses by their parser's version, so a changed rule must change it; a digest cannot be forgotten.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

SOURCES = (
    "adjuncts", "align", "english", "lemmas", "participles", "pieces", "predicates", "relations", "repair",
    "roles_columns", "roles_features", "roles_model", "rules", "spacy_parser", "tree",
)  # fmt: skip
"""Modules of this package whose text decides what is found in a tree."""


@cache
def code_digest() -> str:
    """ "code-" and the first 8 hex digits of the SHA-256 over the sources, line ends not counting."""
    digest = hashlib.sha256()
    for name in SOURCES:
        source = Path(__file__).with_name(f"{name}.py")
        digest.update(name.encode() + b"\0")
        digest.update(source.read_bytes().replace(b"\r\n", b"\n") if source.is_file() else b"")
    return f"code-{digest.hexdigest()[:8]}"
