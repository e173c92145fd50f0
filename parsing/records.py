"""A parse as one JSON object: the payload of the cache and the line of the exchange format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from parsing.check import record_problem
from parsing.input_error import InputError
from parsing.json_lines import dumps
from parsing.parsed_caption import Argument, ParsedCaption, ParseFailure, Predicate, Token

OK, EMPTY, FAILED = "ok", "empty", "failed"
STATUSES = (OK, EMPTY, FAILED)
COLUMNS = ("words", "lemmas", "upos", "xpos", "feats", "heads", "deprels")
FIELDS = ("text", "lemma", "upos", "xpos", "feats", "head", "deprel")
"""Fields of a Token, in the order of COLUMNS."""


class RecordError(InputError):
    """A JSON object that is no parse; the message names the key."""


class Record(NamedTuple):
    """A parse, encoded.

    Attributes:
        text: The caption.
        status: "ok", "empty" (no words) or "failed".
        payload: The JSON object of `to_object`, canonical, text included.
    """

    text: str
    status: str
    payload: str


def encode(result: ParsedCaption | ParseFailure) -> Record:
    """A result as a record; equal results give equal bytes."""
    if isinstance(result, ParseFailure):
        status = FAILED
    else:
        status = OK if result.tokens else EMPTY
    return Record(result.text, status, dumps(to_object(result)))


def decode(payload: str) -> ParsedCaption | ParseFailure:
    """The result that `encode` was given.

    Raises:
        RecordError: No JSON, or no parse.
    """
    try:
        value = json.loads(payload)
    except (json.JSONDecodeError, RecursionError) as error:
        raise RecordError(f"not JSON ({error})") from error
    return from_object(value)


def to_object(result: ParsedCaption | ParseFailure) -> dict[str, Any]:
    """The JSON object: columns for the tokens, objects for predicates and arguments; a failure has text and reason."""
    if isinstance(result, ParseFailure):
        return {"text": result.text, "failure": result.reason}
    value: dict[str, Any] = {"text": result.text}
    for column, field in zip(COLUMNS, FIELDS, strict=True):
        value[column] = [getattr(token, field) for token in result.tokens]
    value["predicates"] = [
        {
            "tokens": list(predicate.tokens),
            "head": predicate.head,
            "lemma": predicate.lemma,
            "arguments": [
                {"role": argument.role, "tokens": list(argument.tokens), "head": argument.head}
                for argument in predicate.arguments
            ],
        }
        for predicate in result.predicates
    ]
    value["noun_phrases"] = [list(phrase) for phrase in result.noun_phrases]
    return value


def from_object(value: Any) -> ParsedCaption | ParseFailure:
    """The result of a JSON object.

    Raises:
        RecordError: A missing or unknown key, a wrong type, columns of different lengths, words that do not
            spell the caption, or a position outside of it.
    """
    if not isinstance(value, Mapping) or not isinstance(value.get("text"), str):
        raise RecordError("expected an object with a string 'text'")
    text = value["text"]
    if "failure" in value:
        if set(value) != {"text", "failure"} or not isinstance(value["failure"], str):
            raise RecordError("a failure has exactly the keys text and failure, both strings")
        return ParseFailure(text, value["failure"])
    expected = {"text", *COLUMNS, "predicates", "noun_phrases"}
    if set(value) != expected:
        missing, unknown = sorted(expected - set(value)), sorted(set(value) - expected)
        raise RecordError(f"missing keys {missing}, unknown keys {unknown}")
    columns = [_column(value, name) for name in COLUMNS]
    try:
        tokens = tuple(Token(*row) for row in zip(*columns, strict=True))
    except ValueError as error:
        raise RecordError(f"columns {COLUMNS} have different lengths {[len(c) for c in columns]}") from error
    predicates = tuple(_predicate(entry) for entry in _sequence(value, "predicates"))
    phrases = tuple(_positions(entry, "noun_phrases") for entry in _sequence(value, "noun_phrases"))
    parsed = ParsedCaption(text, tokens, predicates, phrases)
    problem = record_problem(parsed)
    if problem:
        raise RecordError(problem)
    return parsed


def _predicate(entry: Any) -> Predicate:
    if not isinstance(entry, Mapping) or set(entry) != {"tokens", "head", "lemma", "arguments"}:
        raise RecordError(f"predicate {entry!r}, expected tokens, head, lemma, arguments")
    arguments = []
    for argument in _sequence(entry, "arguments"):
        if not isinstance(argument, Mapping) or set(argument) != {"role", "tokens", "head"}:
            raise RecordError(f"argument {argument!r}, expected role, tokens, head")
        role = _typed(argument["role"], str, "role")
        arguments.append(
            Argument(role, _positions(argument["tokens"], "tokens"), _typed(argument["head"], int, "head"))
        )
    return Predicate(
        _positions(entry["tokens"], "tokens"),
        _typed(entry["lemma"], str, "lemma"),
        tuple(arguments),
        _typed(entry["head"], int, "head"),
    )


def _column(value: Mapping[str, Any], name: str) -> list[Any]:
    kind = int if name == "heads" else str
    column = _sequence(value, name)
    if not all(type(entry) is kind for entry in column):
        raise RecordError(f"{name!r} must hold only {kind.__name__} values")
    return column


def _sequence(value: Mapping[str, Any], name: str) -> list[Any]:
    if not isinstance(value[name], list):
        raise RecordError(f"{name!r} is {value[name]!r}, expected a list")
    return value[name]


def _positions(value: Any, name: str) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(entry) is int for entry in value):
        raise RecordError(f"{name!r} holds {value!r}, expected a list of word positions")
    return tuple(value)


def _typed(value: Any, kind: type, name: str) -> Any:
    if type(value) is not kind:
        raise RecordError(f"{name!r} is {value!r}, expected {kind.__name__}")
    return value
