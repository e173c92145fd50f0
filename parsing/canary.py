"""Sentences whose parses show that a parser is the one it says it is, and that it works at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from parsing.guard import parse_safely
from parsing.parsed_caption import ParseFailure
from parsing.parsers import Parser, ParserError
from parsing.records import encode
from parsing.worker_pool import ParserPool

CANARIES = (
    "a man feeds a small dog in the park",
    "a woman is singing while two boys play guitar",
    "the ball is thrown into the water by a girl",
    "someone shows how to cut an onion with a knife",
    "一 个 男人 在 公园 里 喂 狗",
    "两 个 孩子 正在 踢 足球",
)
"""Each names at least one event; two languages, so that a parser of either has something to find."""


def canary_digest(parser: Parser) -> str:
    """Digest of the canary sentences' parses; reasons of failures do not count.

    Raises:
        ParserError: The parser answers but finds no event in any canary, as a model that does not fit its
            code does.
    """
    results: Iterable = (
        parser.parse(CANARIES, batch_size=len(CANARIES))
        if isinstance(parser, ParserPool)
        else parse_safely(parser, CANARIES)
    )
    digest = hashlib.sha256()
    parsed, events = 0, 0
    for result in results:
        if isinstance(result, ParseFailure):
            digest.update(b"failure\n")
            continue
        parsed += 1
        events += len(result.predicates)
        digest.update(encode(result).payload.encode("utf-8") + b"\n")
    if parsed and not events:
        raise ParserError(
            f"parser {parser.name} ({parser.version}) finds no event in any of {parsed} canary sentences such as "
            f"{CANARIES[0]!r}: the model does not work here; nothing was written"
        )
    return digest.hexdigest()
