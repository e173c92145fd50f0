"""AllenNLP's semantic role labelling JSON, as HGR's sent2srl.json ({caption: output}) or one output a line.

An output is {"words": [...], "verbs": [{"verb", "description", "tags": ["B-ARG0", "I-ARG0", "B-V", "O",
...]}]}.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from parsing.atomic_file import atomic_write
from parsing.check import record_problem
from parsing.formats import ParseFile, Result
from parsing.json_lines import FormatError
from parsing.parsed_caption import Argument, ParsedCaption, ParseFailure, Predicate, Token

VERB = "V"


def to_allennlp(parsed: ParsedCaption) -> dict[str, Any]:
    """One output. A word in two arguments of a verb goes to the first; a gap makes a second span "C-<role>"."""
    verbs = []
    for predicate in parsed.predicates:
        tags = ["O"] * len(parsed.tokens)
        _tag(tags, VERB, predicate.tokens)
        for argument in predicate.arguments:
            _tag(tags, argument.role, argument.tokens)
        verb = " ".join(parsed.words[i] for i in predicate.tokens[:1])
        verbs.append({"verb": verb, "description": _description(parsed.words, tags), "tags": tags})
    return {"verbs": verbs, "words": list(parsed.words)}


def from_allennlp(text: str, output: Any) -> ParsedCaption:
    """The predicates of one output; no tree, no lemma but the verb in lower case.

    Read as HGR read it: an I- tag after another label opens a span. "C-<role>" continues the span of its
    role and "C-V" the verb; "R-<role>" stays. A frame without a V is left out.

    Raises:
        FormatError: Another shape, a number of tags that is not the number of words, or words that do not
            spell the caption.
    """
    if _is_role_graph(output):
        raise FormatError(
            "a role graph as in HGR's sent2rolegraph.json, expected an object with words and verbs; "
            "name the format: --format hgr"
        )
    if not isinstance(output, dict) or not isinstance(output.get("words"), list):
        raise FormatError("expected an object with words and verbs")
    words = output["words"]
    verbs = output.get("verbs", [])
    if not all(isinstance(word, str) for word in words) or not isinstance(verbs, list):
        raise FormatError("words must be strings and verbs a list")
    predicates = []
    for i, frame in enumerate(verbs):
        tags = frame.get("tags") if isinstance(frame, dict) else None
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise FormatError(f"verb {i} has no list of tags")
        if len(tags) != len(words):
            raise FormatError(f"verb {i} has {len(tags)} tags for {len(words)} words")
        predicate = _predicate(words, tags)
        if predicate is not None:
            predicates.append(predicate)
    parsed = ParsedCaption(text, tuple(Token(word) for word in words), tuple(predicates))
    problem = record_problem(parsed)
    if problem:
        raise FormatError(problem)
    return parsed


def write_allennlp(path: Path | str, results: Iterable[Result], header: dict[str, Any]) -> int:
    """Write HGR's sent2srl.json, one caption a line. The format has no header, and failures are left out.

    Returns:
        The number of captions written.
    """
    seen: set[str] = set()
    with atomic_write(path) as file:
        file.write(b"{")
        for result in results:
            if isinstance(result, ParseFailure) or result.text in seen:
                continue
            entry = f"{json.dumps(result.text)}: {json.dumps(to_allennlp(result))}"
            file.write(((",\n" if seen else "\n") + entry).encode("utf-8"))
            seen.add(result.text)
        file.write(b"\n}\n")
    return len(seen)


def read_allennlp(path: Path | str) -> ParseFile:
    """Open HGR's sent2srl.json, or AllenNLP's own output with one object a line (the caption is then its
    words).

    Raises:
        FormatError: Neither; file and caption are named.
    """
    try:
        content = Path(path).read_text(encoding="utf-8-sig")
        entries = _entries(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise FormatError(f"{path}: not JSON ({error})") from error
    return ParseFile({"parser": "allennlp"}, _results(path, entries))


def _is_role_graph(value: Any) -> bool:
    return isinstance(value, list) and list(map(type, value)) == [dict, list]


def _entries(content: str) -> list[tuple[str, Any]]:
    try:
        value = json.loads(content)
    except json.JSONDecodeError:
        outputs = [json.loads(line) for line in content.split("\n") if line.strip()]
    else:
        if isinstance(value, dict) and not isinstance(value.get("words"), list):
            return list(value.items())
        outputs = value if isinstance(value, list) else [value]
    return [(" ".join(map(str, o.get("words", []))) if isinstance(o, dict) else "", o) for o in outputs]


def _results(path: Path | str, entries: list[tuple[str, Any]]) -> Iterator[Result]:
    for text, output in entries:
        try:
            yield from_allennlp(text, output)
        except FormatError as error:
            raise FormatError(f"{path}: caption {text!r}: {error}") from error


def _predicate(words: list[str], tags: list[str]) -> Predicate | None:
    spans: list[tuple[str, list[int]]] = []
    previous = "O"
    for i, tag in enumerate(tags):
        prefix, _, label = tag.partition("-")
        if tag == "O" or not label:
            previous = "O"
            continue
        if prefix == "I" and label == previous:
            spans[-1][1].append(i)
        else:
            spans.append((label, [i]))
        previous = label
    verb: list[int] = []
    arguments: list[tuple[str, list[int]]] = []
    for label, positions in spans:
        role = label.removeprefix("C-")
        if role == VERB:
            verb += positions
            continue
        earlier = next((old for old in reversed(arguments) if old[0] == role), None)
        if label != role and earlier is not None:
            earlier[1].extend(positions)
        else:
            arguments.append((role, positions))
    if not verb:
        return None
    lemma = " ".join(words[i].lower() for i in verb)
    return Predicate(tuple(verb), lemma, tuple(Argument(role, tuple(sorted(p))) for role, p in arguments))


def _tag(tags: list[str], role: str, tokens: tuple[int, ...]) -> None:
    previous, label = -2, role
    for i in tokens:
        if tags[i] != "O":
            continue
        if i == previous + 1:
            tags[i] = f"I-{label}"
        else:
            label = role if previous < 0 else f"C-{role}"
            tags[i] = f"B-{label}"
        previous = i


def _description(words: tuple[str, ...], tags: list[str]) -> str:
    parts: list[str] = []
    for word, tag in zip(words, tags, strict=True):
        if tag == "O":
            parts.append(word)
        elif tag.startswith("I-"):
            parts[-1] = f"{parts[-1][:-1]} {word}]"
        else:
            parts.append(f"[{tag[2:]}: {word}]")
    return " ".join(parts)
