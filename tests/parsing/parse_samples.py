"""Parses that the format tests share: real-looking ones, odd ones, random ones."""

from __future__ import annotations

import random

from parsing import Argument, ParsedCaption, ParseFailure, Predicate, Token
from tests.parsing.test_records import FEEDS

ODD_WORDS = [
    "_",
    "__",
    "\\_",
    "a|b",
    "x;y",
    "e\u0301",
    "😀",
    "של",
    "1-2",
    "#",
    "=",
    "\x00",
    "%5F",
    "\\t",
    "-",
    "'",
    '"',
    "{",
]
ODD_TEXTS = ["", "   ", "a\tb", "a\r\nb ", " a", "# text = a", "é 😀", "x\u2028y", "a\u00a0b"]


def random_parse(generator: random.Random) -> ParsedCaption | ParseFailure:
    """Any parse that a checked parser may give, with odd words, gaps in spans and heads that are not said."""
    kind = generator.random()
    if kind < 0.05:
        return ParseFailure(generator.choice([*ODD_TEXTS, "\ud800", "x\udc80y"]), "why\tnot?\n")
    words = [generator.choice(ODD_WORDS) for _ in range(generator.randint(1, 7))]
    blank = generator.choice([" ", " ", "\t", "  ", "\r\n"])
    text = blank.join(words)
    odd = ["", "_", "a b", "x|y;z", "\\", "\\n", "\t", "Number=Sing|Tense=Past"]
    heads = _random_heads(len(words), generator)
    tokens = tuple(
        Token(word, *(generator.choice(odd) for _ in range(4)), head, generator.choice(odd))
        for word, head in zip(words, heads, strict=True)
    )

    def span() -> tuple[int, ...]:
        return tuple(sorted(generator.sample(range(len(words)), generator.randint(1, len(words)))))

    predicates = tuple(
        Predicate(
            span(),
            generator.choice([*odd, "pick up"]),
            tuple(
                Argument(
                    generator.choice(["ARG0", "ARGM-LOC", "R-ARG1", "C:x|y"]),
                    span(),
                    generator.randint(-1, len(words) - 1),
                )
                for _ in range(generator.randint(0, 3))
            ),
            generator.randint(-1, len(words) - 1),
        )
        for _ in range(generator.randint(0, 3))
    )
    return ParsedCaption(text, tokens, predicates, tuple(span() for _ in range(generator.randint(0, 2))))


def _random_heads(count: int, generator: random.Random) -> list[int]:
    """Heads of one or several trees: each word's head is one that comes before it in some order."""
    order = generator.sample(range(count), count)
    heads = [-1] * count
    for place, word in enumerate(order):
        heads[word] = generator.choice([-1, *order[:place]])
    return heads


def sample_results() -> list[ParsedCaption | ParseFailure]:
    generator = random.Random(7)
    empty = [ParsedCaption(text, tuple(Token(word) for word in text.split())) for text in ODD_TEXTS]
    return [FEEDS, *empty, *(random_parse(generator) for _ in range(300))]
