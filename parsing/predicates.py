"""Dependency tree -> predicates with arguments, and noun phrases. Pure: values in, values out, no parser library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from parsing.english import words as word_set
from parsing.parsed_caption import Argument, Predicate, Token
from parsing.rules import Filler, RuleLabeller, predicate_heads
from parsing.tree import Tree

_RULES = RuleLabeller()
_NOMINALS = ("NOUN", "PROPN", "PRON")
_CLAUSES = ("acl", "acl:relcl", "advcl", "advcl:relcl", "parataxis", "ccomp", "list", "orphan")
_NOT_IN_PHRASE = word_set(
    """case cop nsubj nsubj:pass nsubj:outer csubj csubj:pass punct cc conj mark aux aux:pass obl obl:agent
    obl:unmarked obl:tmod obl:npmod appos discourse vocative expl dislocated obj iobj xcomp"""
)
_NOT_IN_COMPLEMENT = word_set(
    """cop nsubj nsubj:pass nsubj:outer csubj csubj:pass punct aux aux:pass mark parataxis discourse vocative expl cc
    advcl"""
)
_SUBJECTS = ("nsubj", "nsubj:pass", "nsubj:outer", "expl", "csubj")
_NO_PHRASE = word_set("who whom which that what where when there it")


class Labeller(Protocol):
    """Finds and names the arguments of predicates in a tree.

    Attributes:
        version: Names rules or model; part of the parser's version.
    """

    version: str

    def arguments(self, tree: Tree, predicates: Sequence[int]) -> list[list[Filler]]:
        """For each predicate (position of its verb) the head positions of its arguments and their roles."""
        ...


@runtime_checkable
class BatchLabeller(Protocol):
    """A labeller that is faster on many trees at once."""

    def arguments_of_many(
        self, trees: Sequence[Tree], predicates: Sequence[Sequence[int]]
    ) -> list[list[list[Filler]]]:
        """What `Labeller.arguments` gives, for each tree."""
        ...


Parts = tuple[tuple[Predicate, ...], tuple[tuple[int, ...], ...]]
"""Predicates of a caption, and the positions of each of its noun phrases."""


def predicates_from_tree(tokens: Sequence[Token], labeller: Labeller | None = None) -> Parts:
    """Predicates and noun phrases of one caption from its Universal Dependencies tree.

    Args:
        tokens: One token a word; several roots are allowed.
        labeller: Names the arguments; the English rules where None.

    Returns:
        Predicates in caption order, and the positions of each noun phrase in caption order. An argument that is a
        clause holds the words of that clause's predicate, so that the graph can join action to action; any other
        argument holds its subtree without relative clauses and without the branch that leads to the predicate.

    Raises:
        ParserError: The heads are not a tree.
    """
    return predicates_from_trees([tokens], labeller)[0]


def predicates_from_trees(
    captions: Sequence[Sequence[Token]], labeller: Labeller | None = None
) -> list[Parts]:
    """`predicates_from_tree` of many captions; a labeller that knows how names all arguments at once."""
    labeller = labeller or _RULES
    trees = [Tree(tokens) for tokens in captions]
    heads = [predicate_heads(tree) for tree in trees]
    if isinstance(labeller, BatchLabeller):
        fillers = labeller.arguments_of_many(trees, heads)
    else:
        fillers = [labeller.arguments(tree, verbs) for tree, verbs in zip(trees, heads, strict=True)]
    return [
        (_predicates(tree, verbs, found), _noun_phrases(tree))
        for tree, verbs, found in zip(trees, heads, fillers, strict=True)
    ]


def _predicates(
    tree: Tree, heads: Sequence[int], fillers: Sequence[Sequence[Filler]]
) -> tuple[Predicate, ...]:
    spans = {verb: _predicate_tokens(tree, verb) for verb in heads}
    clause_verbs = {verb: verb for verb in heads}
    for verb in heads:
        if tree.relations[verb] == "cop":
            clause_verbs.setdefault(tree.heads[verb], verb)
    predicates = []
    for verb, found in zip(heads, fillers, strict=True):
        arguments = []
        others = frozenset(head for head, _ in found)
        for head, role in sorted(found):
            words = _argument_tokens(tree, verb, head, clause_verbs, spans, others)
            if words:
                arguments.append(Argument(role, words, _spoken_head(tree, head)))
        arguments.sort(key=lambda argument: (argument.tokens[0], argument.head))
        lemma = " ".join([tree.lemmas[verb], *(tree.lemmas[i] for i in spans[verb] if i != verb)])
        predicates.append(Predicate(spans[verb], lemma, tuple(arguments), verb))
    return tuple(predicates)


def _spoken_head(tree: Tree, head: int) -> int:
    """The head word; for "each other" and "one another", whose second half UD calls fixed, that half."""
    if tree.lemmas[head] in ("each", "one"):
        fixed = tree.first(head, "fixed")
        return head if fixed is None else fixed
    return head


def _predicate_tokens(tree: Tree, verb: int) -> tuple[int, ...]:
    particles = [
        i for i in tree.children[verb] if tree.relations[i] in ("compound:prt", "compound:dir", "compound:vv")
    ]
    return tuple(sorted([verb, *particles]))


def _argument_tokens(
    tree: Tree,
    verb: int,
    head: int,
    clause_verbs: dict[int, int],
    spans: dict[int, tuple[int, ...]],
    others: frozenset[int],
) -> tuple[int, ...]:
    if tree.relations[verb] == "cop" and head == tree.heads[verb]:
        dropped = _not_said_of_complement(tree, head) | (others & frozenset(tree.children[head]))
        if head in clause_verbs and clause_verbs[head] == head:
            return spans[head]
    else:
        clause_verb = clause_verbs.get(head)
        if clause_verb is not None and clause_verb != verb and not _is_noun_of(tree, verb, head):
            return spans[clause_verb]
        branch = tree.branch_towards(head, verb)
        attribute = branch is not None and tree.relations[branch] == "amod"
        dropped = frozenset(() if branch is None or attribute else (branch,))
        if tree.has(head, "cop"):
            dropped |= _not_said_of_complement(tree, head)
    words = tree.subtree(head, dropped | _clauses_below(tree, head))
    while words and tree.relations[words[0]] in ("punct", "cc") and words[0] != head:
        words.pop(0)
    while words and tree.relations[words[-1]] == "punct" and words[-1] != head:
        words.pop()
    return tuple(words)


def _not_said_of_complement(tree: Tree, head: int) -> frozenset[int]:
    """What hangs on a copula's complement and belongs to its clause: copula, subject, a further clause."""
    return frozenset(
        i
        for i in tree.children[head]
        if tree.relations[i] in _NOT_IN_COMPLEMENT
        or (tree.relations[i] == "conj" and tree.has(i, *_SUBJECTS, "cop"))
    )


def _is_noun_of(tree: Tree, verb: int, head: int) -> bool:
    """Whether `head` is a noun with a copula that a clause below it describes: then its words are meant, not "is"."""
    return tree.tokens[head].upos in _NOMINALS and tree.is_above(head, verb)


def _clauses_below(tree: Tree, top: int) -> frozenset[int]:
    """Clauses that describe nouns in the subtree; they are predicates of their own and would blur shared nodes."""
    found = []
    open_ = [top]
    while open_:
        i = open_.pop()
        for child in tree.children[i]:
            if tree.relations[child] in _CLAUSES and tree.tokens[i].upos in (*_NOMINALS, "NUM", "DET"):
                found.append(child)
            else:
                open_.append(child)
    return frozenset(found)


def _noun_phrases(tree: Tree) -> tuple[tuple[int, ...], ...]:
    """Each noun with its determiners, quantities, attributes, compounds and "of" phrases, ascending, never nested."""
    phrases: list[tuple[int, ...]] = []
    covered: set[int] = set()
    for i in sorted(range(len(tree)), key=lambda i: (_nominal_depth(tree, i), i)):
        token = tree.tokens[i]
        if token.upos not in _NOMINALS or i in covered or tree.lemmas[i] in _NO_PHRASE:
            continue
        if tree.relations[i] in ("compound", "flat", "fixed", "nmod:poss", "goeswith") or token.xpos in (
            "WP",
            "WDT",
            "EX",
        ):
            continue
        words = tree.subtree(i, _outside_phrase(tree, i))
        phrases.append(tuple(words))
        covered.update(words)
    return tuple(sorted(phrases))


def _nominal_depth(tree: Tree, i: int) -> int:
    depth = 0
    while tree.heads[i] >= 0:
        i = tree.heads[i]
        depth += 1
    return depth


def _outside_phrase(tree: Tree, head: int) -> frozenset[int]:
    outside = set()
    open_ = [head]
    while open_:
        i = open_.pop()
        for child in tree.children[i]:
            relation = tree.relations[child]
            cut = relation in _CLAUSES or (i == head and relation in _NOT_IN_PHRASE)
            if relation == "nmod" or relation == "nmod:unmarked":
                cut = cut or not any(
                    tree.relations[c] == "case" and tree.lemmas[c] == "of" for c in tree.children[child]
                )
            if cut:
                outside.add(child)
            else:
                open_.append(child)
    return frozenset(outside)
