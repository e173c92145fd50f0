"""CoNLL-U with role columns (CoNLL-U Plus): trees for every UD tool, predicates and roles in four further
columns.

Positions in the file are CoNLL-U's: words count from 1. Spans are written "1-3,5".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from parsing.check import record_problem
from parsing.formats import ParseFile, Result
from parsing.json_lines import FormatError
from parsing.parsed_caption import ROOT, Argument, ParsedCaption, ParseFailure, Predicate, Token
from parsing.tally import Tally, write_tallied
from parsing.wording import counted

VERSION = 1
STANDARD = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
OURS = ("HGR:PRED", "HGR:PREDSPAN", "HGR:ARGHEADS", "HGR:ARGSPANS")
COLUMNS_LINE = "# global.columns = " + " ".join((*STANDARD, *OURS))
HEADER_KEY = "hgr_parses"
PLAIN_TEXT_KEY = "text"
"""The words joined by blanks, as everywhere in CoNLL-U."""
TEXT_KEY = "hgr_text"
"""JSON string of the caption, where it is not its words joined by blanks."""
FAILURE_KEY = "hgr_failure"
PHRASES_KEY = "hgr_noun_phrases"
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "|": "\\p", ";": "\\s"}
_UNESCAPES = {value: key for key, value in _ESCAPES.items()} | {"\\_": "_"}


def write_conllu(path: Path | str, results: Iterable[Result], header: dict[str, Any]) -> int:
    """Write sentences with comments; failures and captions without words are sentences of comments only.

    The header has number and digest of the sentences.
    """
    first = {"version": VERSION} | {key: value for key, value in header.items() if key != "version"}
    return write_tallied(path, map(_block, results), first, f"{COLUMNS_LINE}\n# {HEADER_KEY} = ".encode())


def read_conllu(path: Path | str) -> ParseFile:
    """Read what `write_conllu` wrote; number and digest are compared at the end, where the header has them.

    Raises:
        FormatError: No such file, a line that cannot be read, or a sentence that cannot be a parse; file and
            line are named.
    """
    with open(path, "rb") as file:
        lines = [file.readline().decode("utf-8", "replace").rstrip("\n") for _ in range(2)]
    if lines[0] != COLUMNS_LINE or not lines[1].startswith(f"# {HEADER_KEY} = "):
        raise FormatError(
            f"{path}: no parses with role columns, expected first {COLUMNS_LINE!r}; "
            f"a plain CoNLL-U file is a parser: conllu:{path}"
        )
    header = _json(path, 2, lines[1].split(" = ", 1)[1])
    if not isinstance(header, dict) or not isinstance(header.get("version"), int):
        raise FormatError(f"{path}:2: expected a JSON object with a version")
    if header["version"] > VERSION:
        raise FormatError(f"{path}: version {header['version']} is newer than {VERSION}; install a newer hgr")
    return ParseFile(header, _read(path, header))


def blocks(path: Path | str) -> Iterator[tuple[int, dict[str, str], list[list[str]]]]:
    """Sentences of any CoNLL-U file: first line's number, comments, word lines split at tabs.

    Multiword ranges (1-2) and empty nodes (1.1) are left out.

    Raises:
        FormatError: Not UTF-8, or a word line with fewer than ten columns.
    """
    start, comments, rows = 1, {}, []  # type: int, dict[str, str], list[list[str]]
    with open(path, "rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                line = raw.decode("utf-8").rstrip("\n").rstrip("\r")
            except UnicodeDecodeError as error:
                raise FormatError(f"{path}:{number}: not UTF-8 at byte {error.start} of the line") from error
            if not line:
                if comments or rows:
                    yield start, comments, rows
                start, comments, rows = number + 1, {}, []
            elif line.startswith("#"):
                key, _, value = line[1:].strip().partition("=")
                name = key.strip()
                comments[name] = value.removeprefix(" ") if name == PLAIN_TEXT_KEY else value.strip()
            else:
                columns = line.split("\t")
                if len(columns) < len(STANDARD):
                    raise FormatError(
                        f"{path}:{number}: {len(columns)} columns, expected {len(STANDARD)} or more"
                    )
                if columns[0].isdigit():
                    rows.append(columns)
    if comments or rows:
        yield start, comments, rows


def tokens_of(rows: list[list[str]], unescape: bool = False) -> tuple[Token, ...]:
    """Tokens of word lines; "_" means empty except as a form.

    Raises:
        ValueError: Ids that do not count from 1, or a head that is no number.
    """
    tokens = []
    for i, row in enumerate(rows, start=1):
        if row[0] != str(i):
            raise ValueError(f"word id {row[0]!r}, expected {i}")
        head = row[6]
        if not head.isdigit() and head != "_":
            raise ValueError(f"word {i} has head {head!r}, expected a number")
        lemma, upos, xpos, feats, deprel = (_value(row[k], unescape) for k in (2, 3, 4, 5, 7))
        tokens.append(Token(row[1], lemma, upos, xpos, feats, int(head) - 1 if head != "_" else ROOT, deprel))
    return tuple(tokens)


def _block(result: Result) -> bytes:
    return ("\n".join(_sentence(result)) + "\n\n").encode("utf-8")


def _sentence(result: Result) -> Iterator[str]:
    words = () if isinstance(result, ParseFailure) else result.words
    plain = " ".join(words)
    yield f"# {PLAIN_TEXT_KEY} = {plain or _one_line(result.text)}"
    if plain != result.text or not plain:
        yield f"# {TEXT_KEY} = {json.dumps(result.text)}"
    if isinstance(result, ParseFailure):
        yield f"# {FAILURE_KEY} = {json.dumps(result.reason)}"
        return
    yield f"# {PHRASES_KEY} = {' '.join(map(_span, result.noun_phrases)) or '_'}"
    at: dict[int, list[Predicate]] = {}
    for predicate in result.predicates:
        at.setdefault(predicate.head if predicate.head >= 0 else predicate.tokens[0], []).append(predicate)
    order = {id(predicate): i for i, predicate in enumerate(result.predicates)}
    for i, token in enumerate(result.tokens):
        fields = [_cell(value) for value in (token.lemma, token.upos, token.xpos, token.feats, token.deprel)]
        columns = [str(i + 1), token.text, *fields[:4], str(token.head + 1), fields[4], "_", "_"]
        here = at.get(i, [])
        columns.append(";".join(f"{order[id(p)] + 1}:{_escape(p.lemma)}" for p in here) or "_")
        columns.append(";".join(f"{p.head + 1}:{_span(p.tokens)}" for p in here) or "_")
        columns.append(
            ";".join("|".join(f"{_escape(a.role)}:{a.head + 1}" for a in p.arguments) for p in here) or "_"
        )
        spans = (";".join("|".join(_span(a.tokens) for a in p.arguments) for p in here)) or "_"
        columns.append(spans)
        yield "\t".join(columns)


def _read(path: Path | str, header: dict[str, Any]) -> Iterator[Result]:
    tally = Tally()
    for number, comments, rows in blocks(path):
        if HEADER_KEY in comments and not rows and PLAIN_TEXT_KEY not in comments:
            continue
        try:
            result = _result(comments, rows)
        except (ValueError, IndexError) as error:
            raise FormatError(
                f"{path}:{number}: sentence {comments.get(PLAIN_TEXT_KEY, '')[:60]!r}: {error}"
            ) from error
        tally.add(_block(result))
        yield result
    tally.compare(path, header)


def _result(comments: dict[str, str], rows: list[list[str]]) -> Result:
    tokens = tokens_of(rows, unescape=True)
    text = _text(comments, [token.text for token in tokens])
    if FAILURE_KEY in comments:
        return ParseFailure(text, _string(comments[FAILURE_KEY]))
    _check_heads(tokens)
    phrases = comments.get(PHRASES_KEY, "_")
    spans = () if phrases == "_" else tuple(_positions(span, len(rows)) for span in phrases.split())
    parsed = ParsedCaption(text, tokens, _predicates(rows), spans)
    problem = record_problem(parsed)
    if problem:
        raise ValueError(problem)
    return parsed


def _text(comments: dict[str, str], words: list[str]) -> str:
    """The caption, once `# text` is that of the words."""
    plain = comments.get(PLAIN_TEXT_KEY)
    if plain is None:
        raise ValueError("no '# text', expected the words joined by blanks")
    if words and plain != " ".join(words):
        raise ValueError(
            f"'# text' is not that of the {counted(len(words), 'word')} below, {' '.join(words)[:60]!r}"
        )
    return _string(comments[TEXT_KEY]) if TEXT_KEY in comments else plain


def _string(value: str) -> str:
    found = json.loads(value)
    if not isinstance(found, str):
        raise ValueError(f"{value[:60]}, expected a JSON string")
    return found


def _check_heads(tokens: tuple[Token, ...]) -> None:
    for i, token in enumerate(tokens, start=1):
        if token.head >= len(tokens):
            raise ValueError(f"word {i} has head {token.head + 1}, expected 0 to {len(tokens)}")


def _predicates(rows: list[list[str]]) -> tuple[Predicate, ...]:
    count, found = len(rows), {}  # type: int, dict[int, Predicate]
    for row in rows:
        if len(row) != len(STANDARD) + len(OURS):
            raise ValueError(f"word {row[0]} has {len(row)} columns, expected {len(STANDARD) + len(OURS)}")
        if row[10] == "_":
            continue
        parts = [column.split(";") for column in row[10:14]]
        for name, span, heads, spans in zip(*parts, strict=True):
            number, _, lemma = name.partition(":")
            head, _, tokens = span.partition(":")
            if int(number) in found:
                raise ValueError(f"word {row[0]} has predicate {number}, which is there already")
            found[int(number)] = Predicate(
                _positions(tokens, count),
                _unescape(lemma),
                _arguments(heads, spans, count),
                _head(head, count),
            )
    return tuple(found[i] for i in sorted(found))


def _arguments(heads: str, spans: str, count: int) -> tuple[Argument, ...]:
    if not heads or heads == "_":
        return ()
    arguments = []
    for head, span in zip(heads.split("|"), spans.split("|"), strict=True):
        role, _, position = head.rpartition(":")
        arguments.append(Argument(_unescape(role), _positions(span, count), _head(position, count)))
    return tuple(arguments)


def _head(position: str, count: int) -> int:
    if not 0 <= int(position) <= count:
        raise ValueError(f"head {position}, expected 0 to {count}")
    return int(position) - 1


def _span(tokens: tuple[int, ...]) -> str:
    runs: list[list[int]] = []
    for i in tokens:
        if runs and i == runs[-1][-1] + 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    return ",".join(str(run[0] + 1) if len(run) == 1 else f"{run[0] + 1}-{run[-1] + 1}" for run in runs)


def _positions(span: str, count: int) -> tuple[int, ...]:
    found: list[int] = []
    for part in span.split(","):
        first, _, last = part.partition("-")
        if not 1 <= int(first) <= int(last or first) <= count:
            raise ValueError(f"span {span!r}, expected words from 1 to {count}")
        found.extend(range(int(first) - 1, int(last or first)))
    return tuple(found)


def _cell(value: str) -> str:
    if not value:
        return "_"
    return "\\_" if value == "_" else _escape(value, keep="|;")


def _value(cell: str, unescape: bool) -> str:
    if cell == "_":
        return ""
    return _unescape(cell) if unescape else cell


def _escape(value: str, keep: str = "") -> str:
    return "".join(_ESCAPES.get(c, c) if c not in keep else c for c in value)


def _unescape(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: _UNESCAPES.get(match.group(), match.group()), value)


def _one_line(text: str) -> str:
    return " ".join(text.split()).encode("utf-8", "replace").decode("utf-8")


def _json(path: Path | str, number: int, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"{path}:{number}: not JSON ({error})") from error
