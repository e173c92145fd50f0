"""What a parser may not give: other words, positions outside the caption, a tree with a cycle."""

from __future__ import annotations

from collections.abc import Sequence

from parsing.align import words_match
from parsing.parsed_caption import ROOT, ParsedCaption

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
    words = parsed.words
    problem = tree_problem([token.head for token in parsed.tokens])
    if problem:
        return problem
    for predicate in parsed.predicates:
        parts = [("a predicate", predicate.tokens)]
        parts += [(f"argument {argument.role}", argument.tokens) for argument in predicate.arguments]
        for what, tokens in parts:
            if not _ascending(tokens, len(words)):
                return f"{what} of {predicate.lemma!r} has tokens {tokens} in a caption of {len(words)} words"
    for phrase in parsed.noun_phrases:
        if not _ascending(phrase, len(words)):
            return f"a noun phrase has tokens {phrase} in a caption of {len(words)} words"
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


def _other_words(found: Sequence[str], words: Sequence[str]) -> str:
    if len(found) != len(words):
        return f"the backend gave {len(found)} tokens, the caption has {len(words)} words"
    i = next(i for i, (token, word) in enumerate(zip(found, words, strict=True)) if token != word)
    return f"token {i} is {found[i]!r}, the caption's word is {words[i]!r}"


def _ascending(tokens: tuple[int, ...], count: int) -> bool:
    if not tokens or tokens[0] < 0 or tokens[-1] >= count:
        return False
    return all(a < b for a, b in zip(tokens, tokens[1:], strict=False))
