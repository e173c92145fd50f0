"""Relation labels: the Universal Dependencies inventory, and spaCy's English labels (ClearNLP) turned into it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from parsing.english import words
from parsing.parsed_caption import ROOT, Token
from parsing.parsers import ParserError

UD_RELATIONS = words(
    """acl advcl advmod amod appos aux case cc ccomp clf compound conj cop csubj dep det discourse dislocated
    expl fixed flat goeswith iobj list mark nmod nsubj nummod obj obl orphan parataxis punct reparandum root
    vocative xcomp"""
)
"""Universal relations; a subtype follows after a colon."""

CLEARNLP_RENAMED: dict[str, str] = {
    "ROOT": "root", "nsubjpass": "nsubj:pass", "csubjpass": "csubj:pass", "auxpass": "aux:pass", "dobj": "obj",
    "prt": "compound:prt", "relcl": "acl:relcl", "neg": "advmod", "npadvmod": "obl:unmarked", "poss": "nmod:poss",
    "intj": "discourse", "oprd": "xcomp", "attr": "xcomp", "acomp": "xcomp", "quantmod": "advmod",
    "predet": "det:predet", "preconj": "cc:preconj", "meta": "dep", "dative": "iobj", "nmod": "compound",
    "prep": "advmod", "agent": "advmod", "pobj": "obl", "pcomp": "advcl", "complm": "mark", "num": "nummod",
    "number": "nummod", "nn": "compound", "rcmod": "acl:relcl", "partmod": "acl", "infmod": "acl", "hmod": "compound",
    "hyph": "punct", "possessive": "case", "abbrev": "appos", "subtok": "goeswith",
}  # fmt: skip
"""ClearNLP label -> UD relation where only the name differs (or nothing better is known)."""
CLEARNLP_KEPT = words(
    """acl advcl advmod amod appos aux case cc ccomp compound conj csubj dep det expl mark nsubj nummod
    parataxis punct root xcomp obj iobj obl cop"""
)
"""Labels that both inventories share."""
_ONLY_CLEARNLP = words("nsubjpass auxpass dobj pobj prep pcomp prt relcl acomp attr npadvmod poss oprd")
_NOUN_LIKE = frozenset(("NOUN", "PROPN", "PRON", "NUM", "DET"))


def is_clearnlp(labels: Iterable[str]) -> bool:
    """Whether a parser with these labels follows ClearNLP (spaCy's en_core_web_*) and not UD."""
    return bool(_ONLY_CLEARNLP.intersection(labels))


def to_universal(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The UD tree of a ClearNLP tree.

    Prepositions become case markers of their nouns, "be" with a complement becomes a copula, conjuncts attach to the
    first one, and labels are renamed.

    Raises:
        ParserError: A label of neither inventory.
    """
    conversion = _Conversion(tokens)
    conversion.prepositions()
    conversion.copulas()
    conversion.coordinations()
    return conversion.result()


class _Conversion:
    """A tree while it is being changed."""

    def __init__(self, tokens: Sequence[Token]):
        self.tokens = tokens
        self.heads = [t.head for t in tokens]
        self.labels = [t.deprel for t in tokens]
        self.upos = [t.upos for t in tokens]
        for i, label in enumerate(self.labels):
            if label and label not in CLEARNLP_RENAMED and label not in CLEARNLP_KEPT:
                raise ParserError(
                    f"word {i} ({tokens[i].text!r}) has the unknown relation {label!r}, expected ClearNLP"
                )

    def children(self, head: int) -> list[int]:
        return [i for i, h in enumerate(self.heads) if h == head]

    def prepositions(self) -> None:
        """prep + pobj, agent + pobj, dative + pobj, prep + pcomp, prep + prep + pobj: the noun or verb takes over."""
        for i in reversed(range(len(self.tokens))):
            if self.labels[i] not in ("prep", "agent", "dative"):
                continue
            below = self.children(i)
            inner = next(
                (c for c in below if self.labels[c] in ("pobj", "pcomp", "obl:done", "nmod:done")), None
            )
            if inner is None:
                continue
            head = self.heads[i]
            clause = self.labels[inner] == "pcomp"
            if self.labels[i] == "agent":
                relation = "obl:agent"
            elif clause:
                relation = "acl" if head >= 0 and self.upos[head] in _NOUN_LIKE else "advcl"
            else:
                noun = head >= 0 and self.upos[head] in _NOUN_LIKE
                relation = "nmod:done" if noun else "obl:done"
            if self.labels[i] == "prep" and head >= 0 and self.labels[head] == "prep" and not clause:
                relation = "pobj"
            self.heads[inner], self.labels[inner] = head, relation
            self.heads[i], self.labels[i] = inner, "mark" if clause else "case"
            for child in below:
                if child != inner:
                    self.heads[child] = inner

    def copulas(self) -> None:
        """ "be" with attr, acomp or a prepositional complement: the complement becomes the head, "be" its cop."""
        for i, token in enumerate(self.tokens):
            if (token.lemma or token.text).lower() not in ("be", "is", "are") or self.labels[i] in (
                "aux",
                "auxpass",
            ):
                continue
            below = self.children(i)
            if any(self.labels[c] == "expl" for c in below):
                self.upos[i] = "VERB"
                for c in below:
                    if self.labels[c] == "attr":
                        self.labels[c] = "nsubj"
                continue
            complement = next((c for c in below if self.labels[c] in ("attr", "acomp")), None)
            if complement is None:
                complement = next((c for c in below if self.labels[c] == "obl:done" and c > i), None)
            if complement is None:
                continue
            self.heads[complement], self.labels[complement] = self.heads[i], self.labels[i]
            self.heads[i], self.labels[i], self.upos[i] = complement, "cop", "AUX"
            for c in below:
                if c != complement:
                    self.heads[c] = complement

    def coordinations(self) -> None:
        """Chains of conjuncts hang on the first one; a conjunction belongs to the conjunct that follows it."""
        for i, label in enumerate(self.labels):
            if label == "cc":
                later = [c for c in self.children(self.heads[i]) if self.labels[c] == "conj" and c > i]
                if later:
                    self.heads[i] = later[0]
        for i, label in enumerate(self.labels):
            if label == "conj":
                head = self.heads[i]
                while head >= 0 and self.labels[head] == "conj":
                    head = self.heads[head]
                if head >= 0:
                    self.heads[i] = head

    def result(self) -> tuple[Token, ...]:
        tokens = []
        for i, token in enumerate(self.tokens):
            label = self.labels[i]
            if label.endswith(":done"):
                label = label.removesuffix(":done")
            elif label in CLEARNLP_RENAMED:
                label = CLEARNLP_RENAMED[label]
            elif label == "aux" and token.xpos == "TO":
                label = "mark"
            if self.heads[i] == ROOT:
                label = "root"
            tokens.append(replace(token, head=self.heads[i], deprel=label, upos=self.upos[i]))
        return tuple(tokens)
