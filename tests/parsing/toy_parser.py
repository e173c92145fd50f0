"""A parser of a few lines, and its badly behaved relatives; module-level, so that worker processes can load them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from parsing.parsed_caption import Argument, ParsedCaption, ParseFailure, Predicate, Token

VERBS = {"feeds", "is", "singing", "thrown", "shows", "kicks", "sings", "runs", "喂", "踢"}


def toy_parse(text: str) -> ParsedCaption:
    """Known verbs are predicates; what stands before is ARG0, what comes after ARG1."""
    words = text.split()
    verb = next((i for i, word in enumerate(words) if word in VERBS), None)
    tokens = tuple(
        Token(
            word,
            word.lower(),
            "VERB" if i == verb else "NOUN",
            "",
            "",
            verb if verb not in (None, i) else -1,
            "dep",
        )
        for i, word in enumerate(words)
    )
    if verb is None:
        return ParsedCaption(text, tokens, (), (tuple(range(len(words))),) if words else ())
    before, after = tuple(range(verb)), tuple(range(verb + 1, len(words)))
    arguments = tuple(
        Argument(role, part, part[-1]) for role, part in (("ARG0", before), ("ARG1", after)) if part
    )
    return ParsedCaption(text, tokens, (Predicate((verb,), words[verb], arguments, verb),), ())


class ToyParser:
    """Counts what it parses; words in a caption make it misbehave."""

    def __init__(
        self, name: str = "toy", version: str = "1", log: Path | None = None, delay: float = 0.0
    ) -> None:
        self.name = name
        self.version = version
        self.log = log
        self.delay = delay
        self.seen: list[str] = []

    def parse(self, texts: Iterable[str], batch_size: int = 256) -> Iterator[ParsedCaption | ParseFailure]:
        for text in texts:
            self.seen.append(text)
            if self.log is not None:
                with open(self.log, "a") as file:
                    file.write(text + "\n")
            if self.delay:
                time.sleep(self.delay)
            if "HANG" in text:
                time.sleep(1000)
            if "CRASH" in text:
                os.kill(os.getpid(), 11)
            if "RAISE" in text:
                raise RuntimeError(f"cannot parse {text!r}")
            if "FAIL" in text:
                yield ParseFailure(text, "told to fail")
            elif "OTHER" in text:
                yield toy_parse("another caption")
            elif "SWALLOW" not in text:
                yield toy_parse(text)


class BlindParser(ToyParser):
    """Answers, but finds nothing, as a model does that does not fit its library."""

    def parse(self, texts: Iterable[str], batch_size: int = 256) -> Iterator[ParsedCaption | ParseFailure]:
        for text in texts:
            yield ParsedCaption(text, tuple(Token(word) for word in text.split()))


def load_toy(delay: float = 0.0, log: Path | None = None) -> ToyParser:
    return ToyParser(log=log, delay=delay)


def load_broken() -> ToyParser:
    raise ValueError("no model here")


def load_dying() -> ToyParser:
    os._exit(7)


def load_slowly() -> ToyParser:
    time.sleep(1000)
    return ToyParser()


def toy_loader(delay: float = 0.0, log: Path | None = None) -> partial:
    return partial(load_toy, delay, log)
