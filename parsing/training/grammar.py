"""The caption grammar: sentences in the style of video captions with Universal Dependencies trees by construction.

The words are drawn at random, so the sentences make no sense; their trees are right. A parser trained on them beside
a treebank of web text reads captions. A grammar teaches only what it contains: each construction has its method.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from parsing.parsed_caption import Token
from parsing.training import vocabulary as v
from parsing.training.lexicon import Lexicon
from parsing.training.node import Node
from parsing.training.phrases import Phrases
from parsing.training.verb_phrases import VerbPhrases


def frame_verbs(frames: Mapping[str, Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """Transitive and intransitive verbs of the PropBank frame files, all with an agent."""
    transitive: set[str] = set()
    intransitive: set[str] = set()
    for name, frame in frames.items():
        lemma, _, _ = name.rpartition(".")
        if not lemma.isalpha() or "v" not in frame["pos"] or not lemma.islower() or len(lemma) < 3:
            continue
        tags = {number: role[0] for number, role in frame["roles"].items()}
        if tags.get("0") == "PAG":
            (transitive if "1" in tags else intransitive).add(lemma)
    return sorted(transitive), sorted(intransitive)


class CaptionGrammar:
    """Draws captions with trees.

    Args:
        lexicon: Forms and features, from the treebank.
        frames: PropBank frame files (rolesets), for verbs beyond the hand-made lists.
        seed: Seed of all choices.
    """

    def __init__(self, lexicon: Lexicon, frames: Mapping[str, Mapping[str, Any]], seed: int):
        self.random = Random(seed)
        self.phrases = Phrases(lexicon, self.random)
        transitive, intransitive = frame_verbs(frames)
        self.verbs = VerbPhrases(lexicon, self.random, self.phrases, transitive, intransitive)
        self._sentences = {
            self.clause: 56, self.participle_caption: 15, self.noun_caption: 4, self.existential: 6, self.gerund: 4,
            self.clip_caption: 7, self.copular: 5, self.how_to_caption: 1.5, self.imperative: 1, self.run_on: 2,
        }  # fmt: skip

    def caption(self) -> tuple[Token, ...]:
        """One caption."""
        root = self.random.choices(list(self._sentences), list(self._sentences.values()))[0]()
        if self.phrases.chance(0.12):
            root.after("punct", self.phrases.word(".", ".", "PUNCT", "."))
        tokens = root.tokens()
        if self.phrases.chance(0.08):
            tokens = (replace(tokens[0], text=tokens[0].text[0].upper() + tokens[0].text[1:]), *tokens[1:])
        return tokens

    def subject(self, depth: int = 0) -> tuple[Node, bool]:
        """A subject, now and then with a relative clause or a participle, and whether it is plural."""
        node, many = self.phrases.noun_phrase("agent", depth)
        if depth == 0 and node.upos == "NOUN":
            r = self.random.random()
            if r < 0.06:
                node.after("acl", self.verbs.phrase("VBG", 1))
            elif r < 0.11:
                node.after("acl:relcl", self.relative(many))
            elif r < 0.13:
                node.after("acl", self.verbs.reduced_passive())
            elif r < 0.14:
                seated = self.random.choice(
                    ("seat", "dress", "tie", "stop", "cover", "hide", "arrest", "wound")
                )
                node.after("acl", self.verbs.verb(seated, "VBN"))
            elif r < 0.15:
                inner, _ = self.phrases.noun_phrase("object", 2, plain=True)
                inner.after(
                    "acl",
                    self.verbs.reduced_passive() if self.phrases.chance(0.6) else self.verbs.phrase("VBG", 1),
                )
                text = self.random.choice(("of", "of", "for", "with", "from", "about"))
                node.after("nmod", inner.before("case", self.phrases.preposition(text)))
            elif r < 0.18:
                node.after("nmod", self.phrases.prepositional(["in", "on", "with", "at", "from"], "place"))
        return node, many

    def relative(self, many: bool) -> Node:
        """A relative clause: "who is wearing a hat", "that she wears"."""
        if self.phrases.chance(0.15):
            clause = self.verbs.verb(self.random.choice(v.TRANSITIVE), "VBZ")
            clause.before("nsubj", self.phrases.noun_phrase("person", 2, plain=True)[0])
            if self.phrases.chance(0.6):
                clause.before("obj", self.phrases.word("that", "that", "PRON", "WDT"))
            return clause
        text, tag = self.random.choice((("who", "WP"), ("who", "WP"), ("that", "WDT"), ("which", "WDT")))
        pronoun = self.phrases.word(text, text, "PRON", tag)
        if self.phrases.chance(0.12):
            place = self.phrases.prepositional(v.PLACE_PREPOSITIONS)
            return place.before("cop", self.be(many)).before("nsubj", pronoun)
        if self.phrases.chance(0.06):
            return self.verbs.phrase("VBG", 1).before("nsubj", pronoun)
        node, subject_relation = self.predicate(many, 1)
        return node.before(subject_relation, pronoun)

    def be(self, many: bool, past: bool = False) -> Node:
        """A form of "be" as auxiliary or copula."""
        if past:
            return self.phrases.word("were" if many else "was", "be", "AUX", "VBD")
        return self.phrases.word("are" if many else "is", "be", "AUX", "VBP" if many else "VBZ")

    def predicate(self, many: bool, depth: int = 0) -> tuple[Node, str]:
        """A finite verb phrase without its subject, and the relation that the subject gets."""
        kind = self.random.choices(
            ("progressive", "present", "passive", "past", "modal", "perfect", "future", "negated", "about"),
            (42, 32, 11, 4, 2, 1.5, 2, 1, 0.6),
        )[0]
        word = self.phrases.word
        if kind == "passive":
            return self._passive(many, depth), "nsubj:pass"
        if kind == "progressive":
            node = self.verbs.phrase("VBG", depth).before("aux", self.be(many, self.phrases.chance(0.04)))
            if self.phrases.chance(0.03):
                node.inner("advmod", word("not", "not", "PART", "RB"))
        elif kind == "present":
            node = self.verbs.phrase("VBP" if many else "VBZ", depth)
        elif kind == "past":
            node = self.verbs.phrase("VBD", depth)
        elif kind == "modal":
            text = self.random.choice(("can", "will", "could", "would", "should", "may", "must", "might"))
            node = self.verbs.phrase("VB", depth).before("aux", word(text, text, "AUX", "MD"))
        elif kind == "perfect":
            have = word("have" if many else "has", "have", "AUX", "VBP" if many else "VBZ")
            node = self.verbs.phrase("VBN", depth).before("aux", have)
        elif kind == "future":
            node = self.verbs.verb("go", "VBG").after("xcomp", self.verbs.infinitive())
            node.before("aux", self.be(many))
        elif kind == "negated":
            node = self.verbs.phrase("VB", depth).inner(
                "aux", word(*(("do", "do") if many else ("does", "do")), "AUX", "VBP" if many else "VBZ")
            )
            node.inner("advmod", word("not", "not", "PART", "RB"))
        else:
            node = word("about", "about", "ADJ", "JJ").after("xcomp", self.verbs.infinitive())
            node.before("cop", self.be(many))
        return node, "nsubj"

    def _passive(self, many: bool, depth: int) -> Node:
        node = self.verbs.passive(depth)
        r = self.random.random()
        if r < 0.45:
            being = self.phrases.word("being", "be", "AUX", "VBG")
            return node.before("aux:pass", being).before("aux", self.be(many))
        if r < 0.53:
            being = self.phrases.word("getting", "get", "AUX", "VBG")
            return node.before("aux:pass", being).before("aux", self.be(many))
        if r < 0.58:
            text = "get" if many else "gets"
            return node.before("aux:pass", self.phrases.word(text, "get", "AUX", "VBP" if many else "VBZ"))
        if r < 0.64:
            been = self.phrases.word("been", "be", "AUX", "VBN")
            have = self.phrases.word("have" if many else "has", "have", "AUX", "VBP" if many else "VBZ")
            return node.before("aux:pass", been).before("aux", have)
        return node.before("aux:pass", self.be(many, self.phrases.chance(0.08)))

    def clause(self, depth: int = 0) -> Node:
        """A sentence with subject and finite verb, its adverbial clauses and what it is joined to."""
        subject, many = self.subject(depth)
        if self.phrases.chance(0.08):
            many = not many
        if subject.text in ("i", "you", "we", "they"):
            many = True
        node, relation = self.predicate(many, depth)
        shared_aux = any(r == "aux" and c.lemma == "be" for r, c in node.left) and node.xpos == "VBG"
        node.before(relation, subject)
        if depth == 0:
            if self.phrases.chance(0.05):
                node.before("obl", self._frame_setter())
            self.extend(node, many, shared_aux)
        return node

    def _frame_setter(self) -> Node:
        if self.phrases.chance(0.5):
            place = self.phrases.noun(self.random.choice(v.CLIPS)).before(
                "det", self.phrases.word("this", "this", "DET", "DT")
            )
            return place.before("case", self.phrases.preposition("in"))
        return self.phrases.prepositional(["in", "in", "on", "at", "inside", "outside", "during"])

    def extend(self, node: Node, many: bool, shared_aux: bool) -> None:
        """Join further verbs, further clauses and adverbial clauses to a finished clause."""
        if self.phrases.chance(0.16) and node.upos == "VERB":
            self.join_verb(
                node, node.xpos if shared_aux or node.xpos in ("VBZ", "VBP", "VBG") else "VBZ", many
            )
        elif self.phrases.chance(0.10):
            other = self.clause(1)
            text = self.random.choices(("and", "but", "while", "so"), (80, 8, 6, 3))[0]
            if text == "while":
                node.after("advcl", other.before("mark", self.phrases.word("while", "while", "SCONJ", "IN")))
            else:
                node.after("conj", other.before("cc", self.phrases.word(text, text, "CCONJ", "CC")))
        r = self.random.random()
        if r < 0.05:
            mark = self.random.choice(("while", "while", "as", "when", "because", "before", "after", "until"))
            node.after("advcl", self.clause(1).before("mark", self.phrases.word(mark, mark, "SCONJ", "IN")))
        elif r < 0.085:
            mark = self.random.choice(("while", "while", "while", "before", "after", "by", "without", "when"))
            inner = self.verbs.phrase("VBG", 1)
            node.after("advcl", inner.before("mark", self.phrases.word(mark, mark, "SCONJ", "IN")))
        elif r < 0.12:
            node.after("advcl", self.verbs.phrase("VBG", 1))
        elif r < 0.135:
            inner = self.verbs.phrase("VBG", 1).before(
                "nsubj", self.phrases.noun_phrase("agent", 1, plain=True)[0]
            )
            node.after("advcl", inner.before("mark", self.phrases.word("with", "with", "SCONJ", "IN")))
        elif r < 0.15:
            inner = self.verbs.phrase("VBG", 1).before(
                "nsubj", self.phrases.noun_phrase("agent", 1, plain=True)[0]
            )
            node.after("conj", inner.before("cc", self.phrases.word("and", "and", "CCONJ", "CC")))

    def join_verb(self, node: Node, tag: str, many: bool = False) -> None:
        """ "sings and dances", "is cutting x and then putting y", "running jumping and playing"."""
        if self.phrases.chance(0.12):
            middle = self.verbs.phrase(tag, 1)
            if self.phrases.chance(0.3):
                middle.before("punct", self.phrases.word(",", ",", "PUNCT", ","))
            node.after("conj", middle)
        if self.phrases.chance(0.08):
            other = (
                self._passive(many, 1)
                if self.phrases.chance(0.5)
                else self.verbs.phrase("VBG", 1).before("aux", self.be(many))
            )
        else:
            other = self.verbs.phrase(tag, 1)
        if self.phrases.chance(0.12):
            other.before("advmod", self.phrases.word("then", "then", "ADV", "RB"))
        other.before("cc", self.phrases.word("and", "and", "CCONJ", "CC"))
        if self.phrases.chance(0.4):
            node.right = [(r, c) for r, c in node.right if r in ("compound:prt",)]
        node.after("conj", other)

    def participle_caption(self) -> Node:
        """ "a man playing guitar", "two dogs fighting in the snow", "a cake decorated with fruit"."""
        node, _ = self.phrases.noun_phrase("agent", 0)
        r = self.random.random()
        if r < 0.09:
            return node.after("acl", self.verbs.reduced_passive())
        if r < 0.14:
            passive = self.verbs.passive(1).before("aux:pass", self.phrases.word("being", "be", "AUX", "VBG"))
            return node.after("acl", passive)
        verb = self.verbs.phrase("VBG", 0)
        if self.phrases.chance(0.15):
            self.join_verb(verb, "VBG")
        if self.phrases.chance(0.04):
            verb.after("advcl", self.verbs.phrase("VBG", 1))
        if self.phrases.chance(0.08):
            mark = self.random.choice(("while", "while", "as", "when"))
            verb.after("advcl", self.clause(1).before("mark", self.phrases.word(mark, mark, "SCONJ", "IN")))
        node.after("acl", verb)
        if self.phrases.chance(0.05):
            second, _ = self.phrases.noun_phrase("agent", 1)
            second.after("acl", self.verbs.phrase("VBG", 1))
            node.after("conj", second.before("cc", self.phrases.word("and", "and", "CCONJ", "CC")))
        return node

    def noun_caption(self) -> Node:
        """ "a scene from a movie", "a clip of a tv show", "a bird in the cage"."""
        node, _ = self.phrases.noun_phrase(self.random.choice(("clip", "agent", "object")), 0)
        if self.phrases.chance(0.7):
            prepositions = ["of", "of", "from", "about", "in", "on", "with", "for"]
            node.after(
                "nmod",
                self.phrases.prepositional(
                    prepositions, self.random.choice(("object", "place", "clip", "agent"))
                ),
            )
        return node

    def existential(self) -> Node:
        """ "there is a woman applying makeup"."""
        node, many = self.phrases.noun_phrase("agent", 0)
        verb = self.phrases.word("are" if many else "is", "be", "VERB", "VBP" if many else "VBZ")
        r = self.random.random()
        if r < 0.45:
            node.after("acl", self.verbs.phrase("VBG", 0 if self.phrases.chance(0.5) else 1))
        elif r < 0.6:
            node.after("acl:relcl", self.relative(many))
        elif r < 0.68:
            clause, _ = self.predicate(many, 1)
            node.after("acl:relcl", clause)
        elif r < 0.74:
            node.after("acl", self.verbs.reduced_passive())
        verb.before("expl", self.phrases.word("there", "there", "PRON", "EX")).after("nsubj", node)
        if r >= 0.74 and self.phrases.chance(0.8):
            verb.after("obl", self.phrases.prepositional(v.PLACE_PREPOSITIONS))
        elif self.phrases.chance(0.06):
            verb.after("conj", self.clause(1).before("cc", self.phrases.word("and", "and", "CCONJ", "CC")))
        return verb

    def gerund(self) -> Node:
        """ "playing guitar on the street"."""
        node = self.verbs.phrase("VBG", 0)
        if self.phrases.chance(0.2):
            self.join_verb(node, "VBG")
        return node

    def clip_caption(self) -> Node:
        """ "a video of a man cooking", "a clip showing how to cook", "this is a video about cars"."""
        node = self.phrases.noun(self.random.choice(v.CLIPS))
        if self.phrases.chance(0.25):
            node.before("amod", self.phrases.adjective())
        if self.phrases.chance(0.2):
            node.inner("compound", self.phrases.noun(self.phrases.choose_noun("thing")))
        self.phrases.determine(node, False)
        r = self.random.random()
        if r < 0.35:
            inner, many = self.phrases.noun_phrase("agent", 0)
            if self.phrases.chance(0.85):
                inner.after("acl", self.verbs.phrase("VBG", 1))
            else:
                inner.after("acl:relcl", self.relative(many))
            node.after(
                "nmod",
                inner.before(
                    "case", self.phrases.preposition(self.random.choice(("of", "of", "of", "about", "with")))
                ),
            )
        elif r < 0.5:
            where = self.phrases.word("where", "where", "ADV", "WRB")
            node.after("acl:relcl", self.clause(1).before("advmod", where))
        elif r < 0.7:
            showing = self.verbs.verb(
                self.random.choice(("show", "feature", "demonstrate", "explain", "depict")), "VBG"
            )
            if self.phrases.chance(0.35):
                showing.after("ccomp", self.verbs.how_to())
            else:
                thing, _ = self.phrases.noun_phrase("agent", 1)
                showing.after(
                    "obj",
                    thing.after("acl", self.verbs.phrase("VBG", 1)) if self.phrases.chance(0.5) else thing,
                )
            node.after("acl", showing)
        elif r < 0.8:
            mark = self.phrases.word(self.random.choice(("on", "about", "for")), "on", "SCONJ", "IN")
            mark.lemma = mark.text
            node.after(
                "acl",
                (self.verbs.how_to() if self.phrases.chance(0.5) else self.verbs.phrase("VBG", 1)).before(
                    "mark", mark
                ),
            )
        else:
            node.after(
                "nmod",
                self.phrases.prepositional(
                    ["of", "of", "about", "from"], self.random.choice(("object", "place", "agent"))
                ),
            )
        if self.phrases.chance(0.3):
            this = self.phrases.word(self.random.choice(("this", "it")), "this", "PRON", "DT")
            if this.text == "it":
                this = self.phrases.word("it", "it", "PRON", "PRP")
            return node.before("cop", self.be(False)).before("nsubj", this)
        return node

    def copular(self) -> Node:
        """ "a man is on stage singing", "the girl is happy", "he is a chef"."""
        subject, many = self.subject()
        r = self.random.random()
        if r < 0.55:
            node = self.phrases.prepositional(v.PLACE_PREPOSITIONS)
            if self.phrases.chance(0.45):
                node.after("advcl", self.verbs.phrase("VBG", 1))
        elif r < 0.75:
            node = self.phrases.adjective()
            if self.phrases.chance(0.3):
                node.after("obl", self.phrases.prepositional(["with", "about", "at", "in", "on"]))
        else:
            node, _ = self.phrases.noun_phrase("any" if self.phrases.chance(0.3) else "person", 1)
        node.before("cop", self.be(many, self.phrases.chance(0.1))).before("nsubj", subject)
        if self.phrases.chance(0.15):
            self.extend_copular(node)
        return node

    def extend_copular(self, node: Node) -> None:
        """Join a clause or an adverbial clause to a copular sentence."""
        if self.phrases.chance(0.5):
            node.after("conj", self.clause(1).before("cc", self.phrases.word("and", "and", "CCONJ", "CC")))
        else:
            node.after(
                "advcl", self.clause(1).before("mark", self.phrases.word("while", "while", "SCONJ", "IN"))
            )

    def how_to_caption(self) -> Node:
        """ "how to make a cake"."""
        return self.verbs.how_to()

    def imperative(self) -> Node:
        """ "add the onions to the pan"."""
        node = self.verbs.phrase("VB", 0)
        if self.phrases.chance(0.4):
            self.join_verb(node, "VB")
        return node

    def run_on(self) -> Node:
        """Two or three clauses without a conjunction: "a man is talking he is on stage"."""
        node = self.clause(1).after("parataxis", self.clause(1))
        if self.phrases.chance(0.2):
            node.after("parataxis", self.clause(1))
        return node
