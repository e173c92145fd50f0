"""A dependency tree with fast access to children, paths and subtrees. Rejects what is not a tree."""

from __future__ import annotations

from collections.abc import Sequence

from parsing.parsed_caption import ROOT, Token
from parsing.parsers import ParserError


class Tree:
    """Tokens of one caption with their children.

    Several roots are allowed (a caption of two sentences); a head outside the caption or a cycle is an error.

    Attributes:
        tokens: The words.
        children: For each word the positions of its dependents, ascending.
        lemmas: Lower-cased lemma of each word, the word itself where the parser gives none.
        relations: Relation of each word to its head.

    Raises:
        ParserError: A head out of range, a word that is its own head, or a cycle.
    """

    __slots__ = ("_depths", "children", "heads", "lemmas", "relations", "tokens")

    def __init__(self, tokens: Sequence[Token]):
        self.tokens = tuple(tokens)
        self.heads = [token.head for token in self.tokens]
        self.children: list[list[int]] = [[] for _ in self.tokens]
        for i, head in enumerate(self.heads):
            if head == ROOT:
                continue
            if not 0 <= head < len(self.tokens) or head == i:
                raise ParserError(
                    f"word {i} ({self.tokens[i].text!r}) has head {head}, expected -1 or another of the "
                    f"{len(self.tokens)} words"
                )
            self.children[head].append(i)
        self.relations = [token.deprel for token in self.tokens]
        self.lemmas = [(token.lemma or token.text).lower() for token in self.tokens]
        self._depths = [-1] * len(self.tokens)
        open_ = [i for i, head in enumerate(self.heads) if head == ROOT]
        for i in open_:
            self._depths[i] = 0
        while open_:
            i = open_.pop()
            for child in self.children[i]:
                self._depths[child] = self._depths[i] + 1
                open_.append(child)
        lost = [i for i, depth in enumerate(self._depths) if depth < 0]
        if lost:
            raise ParserError(f"the heads of words {lost} form a cycle, expected a tree")

    def __len__(self) -> int:
        return len(self.tokens)

    def first(self, head: int, *relations: str) -> int | None:
        """First dependent of `head` with one of these relations, None where there is none."""
        for child in self.children[head]:
            if self.relations[child] in relations:
                return child
        return None

    def has(self, head: int, *relations: str) -> bool:
        """Whether `head` has a dependent with one of these relations."""
        return self.first(head, *relations) is not None

    def subtree(self, top: int, without: frozenset[int] = frozenset()) -> list[int]:
        """Ascending positions of `top` and all below it; branches that start at a word of `without` are left out."""
        found, open_ = [], [top]
        while open_:
            i = open_.pop()
            found.append(i)
            open_.extend(child for child in self.children[i] if child not in without)
        return sorted(found)

    def is_above(self, top: int, bottom: int) -> bool:
        """Whether `bottom` is `top` or below it."""
        while bottom != ROOT:
            if bottom == top:
                return True
            bottom = self.heads[bottom]
        return False

    def branch_towards(self, top: int, bottom: int) -> int | None:
        """The child of `top` whose subtree holds `bottom`, None where `bottom` is not below `top`."""
        while bottom != ROOT:
            if self.heads[bottom] == top:
                return bottom
            bottom = self.heads[bottom]
        return None

    def path(self, start: int, end: int, limit: int = 5) -> str | None:
        """Relations from `start` to `end`, "^" a step up and "/" a step down; None beyond `limit` steps."""
        up: list[str] = []
        down: list[str] = []
        a, b = start, end
        while a != b:
            if a == ROOT or b == ROOT or len(up) + len(down) > limit:
                return None
            if self._depths[a] >= self._depths[b]:
                up.append("^" + self.relations[a])
                a = self.heads[a]
            else:
                down.append("/" + self.relations[b])
                b = self.heads[b]
        if a == ROOT or len(up) + len(down) > limit:
            return None
        return "".join(up) + "".join(reversed(down))
