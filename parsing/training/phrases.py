"""Noun phrases and prepositional phrases of the caption grammar."""

from __future__ import annotations

from random import Random

from parsing.training import vocabulary as v
from parsing.training.lexicon import Lexicon, plural
from parsing.training.node import Node


class Phrases:
    """Builds nouns, pronouns, noun phrases and prepositional phrases at random.

    Args:
        lexicon: Forms and features.
        random: Source of all choices.
        telegraphic: Share of noun phrases without a determiner.
    """

    def __init__(self, lexicon: Lexicon, random: Random, telegraphic: float = 0.12):
        self.lexicon = lexicon
        self.random = random
        self.telegraphic = telegraphic

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random.random() < probability

    def word(self, text: str, lemma: str, upos: str, xpos: str) -> Node:
        """A word without dependents, features (and lemma of a function word) from the treebank."""
        lemma = self.lexicon.lemma(text, upos, xpos, lemma)
        return Node(text, lemma, upos, xpos, self.lexicon.feats(text, upos, xpos))

    def noun(self, lemma: str, number: str = "Sing") -> Node:
        """A common noun."""
        if number == "Plur":
            return self.word(plural(lemma), lemma if lemma != "people" else "people", "NOUN", "NNS")
        if lemma == "people":
            return self.word("people", "people", "NOUN", "NNS")
        return self.word(lemma, lemma, "NOUN", "NN")

    def preposition(self, text: str) -> Node:
        """A preposition."""
        return self.word(text, text, "ADP", "IN")

    def adjective(self) -> Node:
        """An adjective, a color, now and then with a degree word."""
        text = self.random.choice(v.COLORS if self.chance(0.35) else v.ADJECTIVES)
        node = self.word(text, text, "ADJ", "JJ")
        if self.chance(0.04):
            node.before("advmod", self.word(d := self.random.choice(v.DEGREES), d, "ADV", "RB"))
        return node

    def participle(self) -> Node:
        """A participle used as an adjective: "boiling", "sliced"."""
        text = self.random.choice(v.PARTICIPLES)
        tag = "VBG" if text.endswith("ing") else "VBN"
        lemma = _PARTICIPLE_LEMMAS.get(text) or (text[:-3] if tag == "VBG" else text[:-2])
        return self.word(text, lemma, "VERB", tag)

    def choose_noun(self, kind: str) -> str:
        """A noun of a kind: person, animal, vehicle, thing, place, clip, time, any."""
        if kind == "agent":
            kind = self.random.choices(("person", "animal", "vehicle", "any"), (78, 12, 5, 5))[0]
        if kind == "object":
            kind = self.random.choices(("thing", "person", "animal", "vehicle", "any"), (62, 12, 8, 6, 12))[0]
        lists = {
            "person": v.PEOPLE, "animal": v.ANIMALS, "vehicle": v.VEHICLES, "thing": v.THINGS, "place": v.PLACES,
            "clip": v.CLIPS, "time": v.TIMES, "any": self.lexicon.nouns,
        }  # fmt: skip
        return self.random.choice(lists[kind])

    def noun_phrase(self, kind: str = "object", depth: int = 0, plain: bool = False) -> tuple[Node, bool]:
        """A noun phrase and whether it is plural.

        Args:
            kind: Kind of the head noun, see `choose_noun`.
            depth: Nesting so far; deep phrases get no further modifiers.
            plain: No pronoun, no coordination, no phrase after the noun.
        """
        r = self.random.random()
        if not plain and kind in ("agent", "object"):
            if r < 0.06:
                return self.pronoun(kind), False
            if r < 0.08:
                title = self.chance(0.15)
                name = self.name()
                return (
                    name.before("nmod:desc", self.noun(self.choose_noun("person"))) if title else name
                ), False
            if r < 0.14 and depth == 0:
                return self.coordination(kind, depth), True
            if r < 0.21:
                return self.group(kind, depth)
        lemma = self.choose_noun(kind)
        many = lemma == "people" or (lemma not in v.MASS and self.chance(0.22))
        node = self.noun(lemma, "Plur" if many else "Sing")
        compound = self.chance(0.09) and kind not in ("time", "any")
        if compound:
            *parts, lemma = self.random.choice(v.COMPOUNDS).split()
            node = self.noun(lemma, "Plur" if many else "Sing")
            node.left += [("compound", self.word(part, part, "NOUN", "NN")) for part in parts]
        elif self.chance(0.12):
            node.left.append(
                ("compound", self.noun(self.choose_noun(self.random.choice(("thing", "clip", "any")))))
            )
            if self.chance(0.12):
                node.left.insert(0, ("compound", self.noun(self.choose_noun("thing"))))
        if kind in ("agent", "person") and self.chance(0.02):
            color = self.random.choice(v.HAIR)
            haired = self.random.choice(("haired", "haired", "headed", "skinned"))
            like = self.word(haired, haired, "ADJ", "JJ").before("amod", self.word(color, color, "ADJ", "JJ"))
            node.before("amod", like)
        elif self.chance(0.27):
            node.before("amod", self.adjective())
            if self.chance(0.18):
                node.before("amod", self.adjective())
        elif self.chance(0.06):
            node.before("amod", self.participle())
        self.determine(node, many, lemma in v.MASS)
        if not plain and depth < 2:
            self.modify(node, kind, depth)
            if depth == 0 and self.chance(0.015):
                node.after("appos", self.name())
        return node, many

    def determine(self, node: Node, many: bool, mass: bool = False) -> None:
        """Put a determiner, number or possessor before a noun; sometimes nothing."""
        r = self.random.random()
        if r < self.telegraphic:
            return
        if many:
            choices = ("none", "two", "some", "the", "poss", "many", "these", "all", "few")
            kind = self.random.choices(choices, (30, 26, 14, 14, 5, 4, 2, 2, 3))[0]
        elif mass:
            kind = self.random.choices(("none", "some", "the", "a", "poss"), (45, 20, 20, 10, 5))[0]
        else:
            kind = self.random.choices(
                ("a", "the", "poss", "this", "one", "another", "genitive"), (68, 18, 6, 2, 2, 2, 2)
            )[0]
        if kind == "none":
            return
        if kind == "two":
            number = self.random.choice(v.NUMBERS)
            node.before("nummod", self.word(number, number, "NUM", "CD"))
        elif kind == "one":
            node.before("nummod", self.word("one", "one", "NUM", "CD"))
        elif kind == "many":
            text = self.random.choice(("many", "several", "few"))
            node.before("amod", self.word(text, text, "ADJ", "JJ"))
        elif kind == "few":
            node.before("amod", self.word("few", "few", "ADJ", "JJ")).before("det", self.article("a"))
        elif kind == "poss":
            text = self.random.choice(("his", "her", "their", "its", "my", "your", "our"))
            lemma = {
                "his": "he",
                "her": "she",
                "their": "they",
                "its": "its",
                "my": "my",
                "your": "you",
                "our": "we",
            }
            node.before(
                "nmod:poss",
                self.word(text, lemma[text] if text not in ("its", "my") else text, "PRON", "PRP$"),
            )
        elif kind == "genitive":
            owner = self.noun(self.choose_noun("person"))
            owner.before("det", self.article("a")).after("case", self.word("'s", "'s", "PART", "POS"))
            node.before("nmod:poss", owner)
        elif kind in ("these", "this"):
            node.before("det", self.word(kind, "this", "DET", "DT"))
        else:
            first = node.left[0][1] if node.left else node
            if kind == "a":
                while first.left:
                    first = first.left[0][1]
                wrong = self.chance(0.06)
                kind = "an" if (first.text[0] in "aeiou") != wrong else "a"
            node.before("det", self.article(kind))

    def article(self, text: str) -> Node:
        """A determiner; "an" has the lemma "a"."""
        return self.word(text, "a" if text == "an" else text, "DET", "DT")

    def modify(self, node: Node, kind: str, depth: int) -> None:
        """Now and then a phrase after the noun: "of ...", "in a red dress", "with long hair"."""
        r = self.random.random()
        if r < 0.055:
            inner, _ = self.noun_phrase(self.random.choice(("object", "thing", "any")), depth + 1)
            node.after("nmod", inner.before("case", self.preposition("of")))
        elif kind in ("agent", "person") and r < 0.10:
            wear = self.noun(
                self.random.choice(
                    v.word_list("dress shirt suit hat cap mask jacket glass coat uniform costume")
                )
            )
            if self.chance(0.6):
                wear.before("amod", self.adjective())
            if self.chance(0.7):
                self.determine(wear, False)
            if self.chance(0.3):
                wear = self.word(text := self.random.choice(v.COLORS), text, "NOUN", "NN")
            node.after("nmod", wear.before("case", self.preposition("in")))
        elif r < 0.125:
            inner, _ = self.noun_phrase("thing", 2, plain=True)
            node.after(
                "nmod",
                inner.before(
                    "case", self.preposition(self.random.choice(("with", "with", "about", "for", "from")))
                ),
            )

    def pronoun(self, kind: str) -> Node:
        """A personal or indefinite pronoun fit for subject ("agent") or object."""
        if kind == "agent":
            text = self.random.choice(v.PRONOUN_SUBJECTS)
        elif self.chance(0.25):
            first, second = self.random.choice((("each", "other"), ("each", "other"), ("one", "another")))
            node = (
                self.word("each", "each", "DET", "DT")
                if first == "each"
                else self.word("one", "one", "PRON", "CD")
            )
            other = (
                self.word("other", "other", "ADJ", "JJ")
                if second == "other"
                else self.word(second, second, "DET", "DT")
            )
            return node.after("fixed", other)
        else:
            text = self.random.choice(v.PRONOUN_OBJECTS)
        if text.startswith(("some", "every", "no")):
            return self.word(text, text, "PRON", "NN")
        if text in ("this", "that"):
            return self.word(text, text, "PRON", "DT")
        if text == "one":
            return self.word(text, text, "NUM", "CD")
        lemmas = {"him": "he", "her": "she", "them": "they", "us": "we", "me": "I", "i": "I"}
        return self.word(text, lemmas.get(text, text), "PRON", "PRP")

    def name(self) -> Node:
        """One or two proper names, lower-cased as captions write them."""
        node = self._name_word()
        if self.chance(0.4):
            node.after("flat", self._name_word())
        return node

    def _name_word(self) -> Node:
        if self.chance(0.6):
            text = self.random.choice(v.NAMES)
        else:
            text = "".join(self.random.choice(_SYLLABLES) for _ in range(self.random.choice((2, 2, 3))))
        return self.word(text, text.capitalize(), "PROPN", "NNP")

    def coordination(self, kind: str, depth: int) -> Node:
        """ "a man and a woman", "onions carrots and rice"."""
        first, _ = self.noun_phrase(kind, depth + 1, plain=True)
        for _ in range(1 if self.chance(0.25) else 0):
            middle, _ = self.noun_phrase(kind, depth + 1, plain=True)
            if self.chance(0.4):
                middle.before("punct", self.word(",", ",", "PUNCT", ","))
            first.after("conj", middle)
        last, _ = self.noun_phrase(kind, depth + 1, plain=True)
        if self.chance(0.35):
            last.left = [(relation, child) for relation, child in last.left if relation != "det"]
        text = "and" if self.chance(0.9) else "or"
        first.after("conj", last.before("cc", self.word(text, text, "CCONJ", "CC")))
        return first

    def group(self, kind: str, depth: int) -> tuple[Node, bool]:
        """ "a group of people", "a piece of paper", "a lot of fans"."""
        living = kind == "agent" or self.chance(0.25)
        head = self.noun(self.random.choice(v.GROUPS if living else v.MEASURES))
        if head.lemma == "lots":
            head = self.word("lots", "lot", "NOUN", "NNS")
        if self.chance(0.12):
            head.before("amod", self.adjective())
        if head.text != "lots":
            self.determine(head, False)
        inner, _ = self.noun_phrase("person" if living and self.chance(0.8) else kind, depth + 2, plain=True)
        if living and inner.left and inner.xpos == "NN" and inner.left[0][1].lemma == "a":
            lemma = inner.lemma
            inner = self.noun(lemma if lemma not in v.MASS else "person", "Plur")
            if self.chance(0.3):
                inner.before("amod", self.adjective())
        return head.after("nmod", inner.before("case", self.preposition("of"))), False

    def prepositional(self, prepositions: list[str], kind: str = "place") -> Node:
        """A noun phrase with a preposition, to be attached as obl or nmod."""
        r = self.random.random()
        if r < 0.07:
            return self._fronted()
        node, _ = self.noun_phrase(kind, 1)
        if r < 0.13:
            words = self.random.choice(v.MULTIWORD_PREPOSITIONS).split()
            if words == ["because", "of"]:
                first = self.word("because", "because", "ADP", "IN").after("fixed", self.preposition("of"))
                return node.before("case", first)
            for text in reversed(words):
                node.before("case", self.preposition(text))
            return node
        node.before("case", self.preposition(self.random.choice(prepositions)))
        if self.chance(0.03):
            text = self.random.choice(("right", "just", "all"))
            node.before("advmod", self.word(text, text, "ADV", "RB"))
        return node

    def _fronted(self) -> Node:
        words = self.random.choice(v.FRONTED_PLACES).split()
        node = self.word(words[-2], words[-2], "NOUN", "NN")
        if words[1] == "the":
            node.before("det", self.article("the"))
        node.before("case", self.preposition(words[0]))
        inner, _ = self.noun_phrase("place", 2, plain=True)
        return node.after("nmod", inner.before("case", self.preposition("of")))


_SYLLABLES = v.word_list(
    """ma ri to lo ka ben dar sel vin gor tha lee san ko mi ra del fos ty wen zu pan jo har nel bra qui os ter
    chi lan dro ves mon tar il ga no pe rus"""
)
_PARTICIPLE_LEMMAS = {
    "running": "run", "moving": "move", "dancing": "dance", "smiling": "smile", "chopped": "chop", "sliced": "slice",
    "fried": "fry", "baked": "bake", "broken": "break", "burnt": "burn", "decorated": "decorate",
    "crashed": "crash",
}  # fmt: skip
