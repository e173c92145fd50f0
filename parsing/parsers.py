"""The table of parsers. Each backend lives in one file that is imported only when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Protocol

from parsing.input_error import InputError
from parsing.parsed_caption import ParsedCaption, ParseFailure


class ParserError(InputError):
    """A parser that cannot be loaded or used; the message says what to run."""


class Parser(Protocol):
    """Captions in, one result per caption out, in order.

    Attributes:
        name: What `load_parser` was given, "builtin", "spacy:en_core_web_sm", ...
        version: Version and digest of backend and model; a changed version means other parses.
    """

    name: str
    version: str

    def parse(self, texts: Iterable[str], batch_size: int = 256) -> Iterator[ParsedCaption | ParseFailure]:
        """Parse captions; a caption that fails gives a ParseFailure, never an exception."""
        ...


PARSERS = {
    "builtin": ("parsing.spacy_parser", "load_builtin"),
    "spacy": ("parsing.spacy_parser", "load_spacy"),
    "stanza": ("parsing.stanza_parser", "load_stanza"),
    "conllu": ("parsing.conllu_parser", "load_conllu"),
}
"""Name before the colon -> (module, function of what follows the colon)."""


def load_parser(name: str) -> Parser:
    """Load a parser by name: "builtin", "spacy:<model>", "stanza:<language>", "conllu:<file>".

    Raises:
        ParserError: Unknown name, or a model that is missing; the message says what to run.
    """
    backend, _, argument = name.partition(":")
    if backend not in PARSERS:
        raise ParserError(
            f"unknown parser {name!r}, expected one of builtin, spacy:<model>, stanza:<lang>, conllu:<file>"
        )
    if (backend == "builtin") == bool(argument):
        raise ParserError(
            f"parser {name!r}: {backend!r} takes {'no argument' if argument else 'an argument after a colon'}"
        )
    module, function = PARSERS[backend]
    loader = getattr(import_module(module), function)
    return loader(argument) if argument else loader()
