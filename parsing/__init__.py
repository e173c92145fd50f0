"""Captions to predicates with semantic roles."""

from parsing.parsed_caption import Argument, ParsedCaption, ParseFailure, Predicate, Token
from parsing.parsers import PARSERS, Parser, ParserError, load_parser

__all__ = [
    "PARSERS",
    "Argument",
    "ParseFailure",
    "ParsedCaption",
    "Parser",
    "ParserError",
    "Predicate",
    "Token",
    "load_parser",
]
