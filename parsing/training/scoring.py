"""Scores of trees and roles: tags, lemmas, attachment; argument F1 against PropBank; captions labelled by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parsing.parsed_caption import ParsedCaption, Predicate, Token
from parsing.predicates import Labeller
from parsing.training.treebank import GoldSentence
from parsing.tree import Tree

LIGHT_SENSES = frozenset(("be.03", "do.01", "have.01", "get.03"))
"""Auxiliary rolesets, left out of the argument score."""


def tree_scores(gold: Iterable[Sequence[Token]], predicted: Iterable[Sequence[Token]]) -> dict[str, float]:
    """Percent of all words (punctuation included) with the right tag, features, lemma, head, and head with relation.

    Subtypes of relations are ignored ("nsubj:pass" counts as "nsubj"), as in CoNLL-18.
    """
    counts = dict.fromkeys(("upos", "xpos", "feats", "lemma", "uas", "las"), 0)
    total = 0
    for right, given in zip(gold, predicted, strict=True):
        for a, b in zip(right, given, strict=True):
            total += 1
            counts["upos"] += a.upos == b.upos
            counts["xpos"] += a.xpos == b.xpos
            counts["feats"] += a.feats == b.feats
            counts["lemma"] += a.lemma == b.lemma
            counts["uas"] += a.head == b.head
            counts["las"] += a.head == b.head and a.deprel.split(":")[0] == b.deprel.split(":")[0]
    return {name: 100.0 * count / max(total, 1) for name, count in counts.items()}


@dataclass
class Counts:
    """True positives, predicted and gold items; F1 in percent."""

    right: int = 0
    given: int = 0
    gold: int = 0

    def add(self, gold: set, given: set) -> None:
        """Count one set of gold items against one set of given ones."""
        self.right += len(gold & given)
        self.given += len(given)
        self.gold += len(gold)

    @property
    def f1(self) -> float:
        """F1 in percent, 0 where there is nothing."""
        return 200.0 * self.right / max(self.given + self.gold, 1)


def argument_f1(
    sentences: Sequence[GoldSentence], trees: Sequence[Sequence[Token]], labeller: Labeller
) -> tuple[Counts, Counts]:
    """Labelled and unlabelled argument counts over gold predicates that are real verbs; an argument is its head word.

    Args:
        sentences: Gold sentences; their part of speech says which predicates are verbs.
        trees: A tree for each sentence, gold or predicted.
        labeller: What is measured.
    """
    labelled, unlabelled = Counts(), Counts()
    for sentence, tokens in zip(sentences, trees, strict=True):
        predicates = [
            p
            for p in sentence.predicates
            if sentence.tokens[p.head].upos == "VERB" and p.sense not in LIGHT_SENSES
        ]
        found = labeller.arguments(Tree(tokens), [p.head for p in predicates])
        for predicate, fillers in zip(predicates, found, strict=True):
            gold = {(i, role) for i, role in predicate.arguments if role != "C-V"}
            labelled.add(gold, set(fillers))
            unlabelled.add({i for i, _ in gold}, {i for i, _ in fillers})
    return labelled, unlabelled


@dataclass(frozen=True, slots=True)
class CaptionScore:
    """Counts over captions labelled by hand, and what went wrong, one line each."""

    predicates: Counts
    arguments: Counts
    unlabelled: Counts
    errors: tuple[str, ...]


def caption_scores(labelled: Iterable[dict], parses: Iterable[ParsedCaption]) -> CaptionScore:
    """Predicate and argument F1 against hand-labelled captions.

    A gold entry is {"text", "predicates": {verb: {argument head: [roles that count]}}}; a repeated word is written
    with its position among its equals, "is#2". Verbs are compared by their word, arguments by head word and role.
    """
    predicates, arguments, unlabelled = Counts(), Counts(), Counts()
    errors = []
    for gold, parse in zip(labelled, parses, strict=True):
        names = _names(parse.words)
        given = {_name(p, names): p for p in parse.predicates}
        wanted = gold["predicates"]
        predicates.add(set(wanted), set(given))
        for verb in sorted(wanted.keys() - given.keys()):
            errors.append(f"{gold['text']!r}: missed predicate {verb}")
        for verb in sorted(given.keys() - wanted.keys()):
            errors.append(f"{gold['text']!r}: extra predicate {verb}")
        for verb in sorted(wanted.keys() | given.keys()):
            right = wanted.get(verb, {})
            found = {(names[a.head], a.role) for a in given[verb].arguments} if verb in given else set()
            hits = {(word, role) for word, role in found if role in right.get(word, ())}
            arguments.right += len({word for word, _ in hits})
            arguments.given += len(found)
            arguments.gold += len(right)
            unlabelled.add(set(right), {word for word, _ in found})
            for word in sorted(right.keys() - {w for w, _ in hits}):
                errors.append(f"{gold['text']!r}: {verb} lacks {word} as {'/'.join(right[word])}")
            for word, role in sorted(found - hits):
                errors.append(f"{gold['text']!r}: {verb} has {word} as {role}")
    return CaptionScore(predicates, arguments, unlabelled, tuple(errors))


def _names(words: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    names = []
    for word in words:
        seen[word] = seen.get(word, 0) + 1
        names.append(word if seen[word] == 1 else f"{word}#{seen[word]}")
    return names


def _name(predicate: Predicate, names: Sequence[str]) -> str:
    return names[predicate.head if predicate.head >= 0 else predicate.tokens[0]]
