"""Any parser, made safe: a result for every caption, whatever the backend does short of hanging or crashing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from parsing.check import problem_of, refusal_of
from parsing.parsed_caption import ParsedCaption, ParseFailure
from parsing.parsers import Parser

Item = TypeVar("Item")


def parse_safely(
    parser: Parser, texts: Sequence[str], batch_size: int = 256
) -> list[ParsedCaption | ParseFailure]:
    """Parse captions; exceptions, missing answers and impossible parses become failures of their captions
    only.

    A text without words gives an empty parse and texts that are too long or no Unicode give failures; none
    of these reaches the backend. When a batch raises, its captions are tried one by one.

    Returns:
        One result per text, in order.
    """
    results: dict[int, ParsedCaption | ParseFailure] = {}
    wanted: list[int] = []
    for i, text in enumerate(texts):
        refusal = refusal_of(text)
        if refusal is not None:
            results[i] = ParseFailure(text, refusal)
        elif not text.split():
            results[i] = ParsedCaption(text, ())
        else:
            wanted.append(i)
    for i, result in zip(wanted, _parse(parser, [texts[i] for i in wanted], batch_size), strict=True):
        results[i] = result
    return [results[i] for i in range(len(texts))]


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Successive lists of `size` items, the last one shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _parse(parser: Parser, texts: list[str], batch_size: int) -> list[ParsedCaption | ParseFailure]:
    if not texts:
        return []
    problem = ""
    try:
        answers = list(parser.parse(texts, batch_size=batch_size))
        if len(answers) == len(texts):
            return [_checked(answer, text) for answer, text in zip(answers, texts, strict=True)]
        problem = f"the backend gave {len(answers)} results for {len(texts)} captions"
    except (
        Exception,
        RecursionError,
    ) as error:  # whatever a foreign backend raises is a failure of the caption
        problem = f"{type(error).__name__}: {error}"
    if len(texts) == 1:
        return [_failure(texts[0], problem)]
    return [_parse(parser, [text], 1)[0] for text in texts]


def _checked(answer: ParsedCaption | ParseFailure, text: str) -> ParsedCaption | ParseFailure:
    if isinstance(answer, ParseFailure):
        return _failure(text, answer.reason)
    problem = problem_of(answer, text)
    return answer if problem is None else _failure(text, problem)


def _failure(text: str, reason: str) -> ParseFailure:
    """A failure whose reason every format can hold."""
    return ParseFailure(text, reason.encode("utf-8", "backslashreplace").decode("utf-8"))
