"""What a parser may not give: other words, positions outside the caption, a tree with a cycle."""

from __future__ import annotations

from collections.abc import Sequence

from parsing.align import squeezed, words_match
from parsing.parsed_caption import ROOT, Argument, ParsedCaption, Predicate
from parsing.wording import counted

MAX_CHARACTERS = 100_000
MAX_WORDS = 5_000
"""No caption is longer; a longer text is some other file, and a parser's time grows with it."""


def refusal_of(text: str) -> str | None:
    """Why a text should not be given to a parser at all, None where it may."""
    if len(text) > MAX_CHARACTERS:
        return f"{len(text)} characters, expected at most {MAX_CHARACTERS}"
    words = len(text.split())
    if words > MAX_WORDS:
        return f"{words} words, expected at most {MAX_WORDS}"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return f"not valid Unicode: a lone surrogate at character {error.start}"
    return None


def problem_of(parsed: ParsedCaption, text: str) -> str | None:
    """What is wrong with a parse of a text, None where nothing is."""
    if parsed.text != text:
        return f"the backend answered with another caption: {parsed.text[:60]!r}"
    if not words_match(parsed.words, text):
        return _other_words(parsed.words, text.split())
    return position_problem(parsed)


def record_problem(parsed: ParsedCaption) -> str | None:
    """What is wrong with a parse that a file or a cache holds, None where nothing is.

    Unlike `problem_of` it leaves the splitting into words to whoever wrote the parse ("do" + "n't"), but the
    words must spell the caption.
    """
    words = parsed.words
    if words != tuple(parsed.text.split()):
        expected, found = squeezed(parsed.text), squeezed("".join(words))
        if found != expected:
            return f"{counted(len(words), 'word')} spelling {found[:60]!r}, expected {expected[:60]!r}"
    return position_problem(parsed)


def position_problem(parsed: ParsedCaption) -> str | None:
    """Which head or span of a parse is not within its words, None where all are."""
    count = len(parsed.tokens)
    problem = tree_problem([token.head for token in parsed.tokens])
    if problem:
        return problem
    for predicate in parsed.predicates:
        problem = _predicate_problem(predicate, count)
        if problem:
            return problem
    for phrase in parsed.noun_phrases:
        problem = _span_problem(phrase, count)
        if problem:
            return f"a noun phrase has {problem}"
    return None


def tree_problem(heads: list[int]) -> str | None:
    """What is wrong with the heads of a dependency tree (or several), None where nothing is.

    Args:
        heads: Position of each token's head, `ROOT` (-1) for a root.
    """
    for i, head in enumerate(heads):
        if not ROOT <= head < len(heads):
            return f"token {i} has head {head}, expected {ROOT} to {len(heads) - 1}"
    done: set[int] = set()
    for start in range(len(heads)):
        path: list[int] = []
        on_path: set[int] = set()
        node = start
        while node != ROOT and node not in done:
            if node in on_path:
                return f"the tree has a cycle through tokens {path[path.index(node) :]}"
            path.append(node)
            on_path.add(node)
            node = heads[node]
        done.update(path)
    return None


def _predicate_problem(predicate: Predicate, count: int) -> str | None:
    parts: tuple[Predicate | Argument, ...] = (predicate, *predicate.arguments)
    for part in parts:
        problem = _span_problem(part.tokens, count)
        if problem is None and not ROOT <= part.head < count:
            problem = f"head {part.head}, expected {ROOT} to {count - 1}"
        if problem:
            what = f"argument {part.role}" if isinstance(part, Argument) else "a predicate"
            return f"{what} of {predicate.lemma!r} has {problem}"
    return None


def _span_problem(tokens: tuple[int, ...], count: int) -> str | None:
    return None if _ascending(tokens, count) else f"tokens {tokens} in a caption of {counted(count, 'word')}"


def _other_words(found: Sequence[str], words: Sequence[str]) -> str:
    if len(found) != len(words):
        return f"the backend gave {len(found)} tokens, the caption has {len(words)} words"
    i = next(i for i, (token, word) in enumerate(zip(found, words, strict=True)) if token != word)
    return f"token {i} is {found[i]!r}, the caption's word is {words[i]!r}"


def _ascending(tokens: tuple[int, ...], count: int) -> bool:
    if not tokens or tokens[0] < 0 or tokens[-1] >= count:
        return False
    return all(a < b for a, b in zip(tokens, tokens[1:], strict=False))
