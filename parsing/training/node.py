"""A tree under construction: words with dependents on their left and right. Projective by construction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from parsing.parsed_caption import ROOT, Token


@dataclass
class Node:
    """A word and its dependents in order; `tokens` reads the finished tree off.

    Attributes:
        text: Word form.
        lemma: Dictionary form.
        upos: Universal part of speech.
        xpos: PTB tag.
        left: (relation, dependent) before the word, in sentence order.
        right: (relation, dependent) after it, in sentence order.
    """

    text: str
    lemma: str
    upos: str
    xpos: str
    feats: str = ""
    left: list[tuple[str, Node]] = field(default_factory=list)
    right: list[tuple[str, Node]] = field(default_factory=list)

    def before(self, relation: str, node: Node) -> Node:
        """Add a dependent left of all others; returns self."""
        self.left.insert(0, (relation, node))
        return self

    def inner(self, relation: str, node: Node) -> Node:
        """Add a dependent on the left, nearest to the word; returns self."""
        self.left.append((relation, node))
        return self

    def after(self, relation: str, node: Node) -> Node:
        """Add a dependent right of all others; returns self."""
        self.right.append((relation, node))
        return self

    def tokens(self) -> tuple[Token, ...]:
        """The sentence whose root this node is."""
        found: list[Token] = []
        self._write(found, "root")
        return tuple(found)

    def _write(self, found: list[Token], relation: str) -> int:
        waiting = [child._write(found, r) for r, child in self.left]
        here = len(found)
        found.append(Token(self.text, self.lemma, self.upos, self.xpos, self.feats, ROOT, relation))
        waiting += [child._write(found, r) for r, child in self.right]
        for i in waiting:
            found[i] = replace(found[i], head=here)
        return here
