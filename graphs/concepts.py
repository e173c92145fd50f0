"""Concepts of a caption: what it says happens, and what it says is there, as words without inflection."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from graphs.levels import ACTION, ENTITY
from graphs.role_graph import RoleGraph

FUNCTION_WORDS = frozenset(
    """
    a about above across after along also among an and another any are around as at away back be because been before
    behind being below beside between both but by can could did do does down during each either every few for from
    had has have having he her here hers him his i if in inside into is it its itself just many may me more most much
    my near no not of off on one onto or other our out outside over own past she should so some someone something
    such than that the their them then there these they this those through to together toward towards two under
    until up upon us very was we were what when where which while who whom whose will with within without would you
    your
    """.split()  # noqa: SIM905
)
"""English words that name nothing by themselves."""
LONG_PLURALS = ("oes", "sses", "xes", "ches", "shes", "zzes")
"""Endings of plurals that lose "es" rather than "s"."""
VOWEL_GROUP = re.compile(r"[aeiouy]+")
SILENT_E = re.compile(
    r"(?:[cvzu]|[^aeiouyl]l|(?:ch|r)ang|[aeiouy][^aeiouy]+(?:at|is|ur))$|^[^aeiouy]*[aeiouy][^aeiouywx]$"
)
"""What is left of a word whose final "e" made way for "ing" or "ed": danc-, driv-, juggl-, celebrat-, mak-."""


def stem(word: str) -> str:
    """A word in lower case without English inflection; irregular forms ("ran", "children") stay as they are.

    >>> [stem(word) for word in ("running", "makes", "making", "parties", "carried", "dress")]
    ['run', 'make', 'make', 'party', 'carry', 'dress']
    """
    word = word.lower()
    if len(word) > 4 and word.endswith(("ies", "ied")):
        return word[:-3] + "y"
    for suffix in ("ing", "ed"):
        rest = word.removesuffix(suffix)
        if rest != word and len(rest) >= 2 and VOWEL_GROUP.search(rest) and not word.endswith("eed"):
            return _restore(rest)
    if word.endswith(LONG_PLURALS):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _restore(rest: str) -> str:
    """A verb from what "ing" or "ed" left of it."""
    if len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "aeioslz":
        return rest[:-1]
    return rest + "e" if SILENT_E.search(rest) else rest


def concept_words(graph: RoleGraph) -> dict[str, tuple[str, ...]]:
    """The words that name concepts, in lower case, by level.

    Actions: every word of an action node. Entities: every word of an entity node that is neither a function word nor
    part of an action.

    Args:
        graph: Role graph of one caption.
    """
    taken = {token for node in graph.nodes if node.level == ACTION for token in node.tokens}
    found: dict[str, dict[str, None]] = {ACTION: {}, ENTITY: {}}
    for node in graph.nodes:
        if node.level not in found:
            continue
        for token in node.tokens:
            word = graph.words[token].lower()
            keep = node.level == ACTION or token not in taken
            if keep and word not in FUNCTION_WORDS and any(letter.isalnum() for letter in word):
                found[node.level].setdefault(word)
    return {level: tuple(words) for level, words in found.items()}


def concept_vocabulary(graphs: Iterable[RoleGraph], sizes: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """The most frequent concepts of a set of captions.

    Args:
        graphs: Role graphs of the training captions.
        sizes: Level -> how many concepts at most.

    Returns:
        Level -> concepts by falling count, each named by its most frequent word; equal counts in order of appearance.
    """
    counts: dict[str, Counter[str]] = {level: Counter() for level in sizes}
    forms: dict[str, dict[str, Counter[str]]] = {level: {} for level in sizes}
    for graph in graphs:
        words = concept_words(graph)
        for level in sizes:
            for word in words[level]:
                root = stem(word)
                counts[level][root] += 1
                forms[level].setdefault(root, Counter())[word] += 1
    return {
        level: tuple(forms[level][root].most_common(1)[0][0] for root, _ in counts[level].most_common(size))
        for level, size in sizes.items()
    }


class ConceptIndex:
    """Which concepts of a vocabulary a caption names, inflection aside.

    Args:
        vocabulary: Concepts; position is the concept's number. Of two with the same stem the first counts.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.numbers: dict[str, int] = {}
        for number, word in enumerate(vocabulary):
            self.numbers.setdefault(stem(word), number)

    def __call__(self, words: Iterable[str]) -> set[int]:
        """Numbers of the concepts that the words name."""
        return {self.numbers[root] for root in map(stem, words) if root in self.numbers}
