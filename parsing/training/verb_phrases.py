"""Verb phrases of the caption grammar: frames, objects, places, purposes, control, particles."""

from __future__ import annotations

from random import Random

from parsing.training import vocabulary as v
from parsing.training.lexicon import Lexicon
from parsing.training.node import Node
from parsing.training.phrases import Phrases

FRAMES = {
    "transitive": 34, "intransitive": 24, "prepositional": 11, "particle_object": 4, "particle": 3, "put": 6,
    "give": 3, "control": 2.5, "gerund": 1.5, "object_control": 1.5, "bare_control": 1.8, "perceive": 3, "say": 3,
    "linking": 1, "have": 2, "do_sport": 1.5, "dress": 1,
}  # fmt: skip
"""Weight of each verb frame."""
PASSIVE_FRAMES = ("transitive", "transitive", "put", "particle_object", "perceive_passive", "give_passive")
VP_ACL = (
    ("make", "of"), ("make", "from"), ("dress", "in"), ("dress", "as"), ("park", "in"), ("park", "on"),
    ("surround", "by"), ("cover", "with"), ("fill", "with"), ("attach", "to"), ("cut", "into"), ("display", "on"),
    ("seat", "at"), ("seat", "on"), ("base", "on"), ("write", "on"), ("name", ""), ("call", ""), ("use", "for"),
    ("lead", "by"), ("follow", "by"), ("sing", "by"), ("play", "by"), ("drive", "by"), ("paint", "on"), ("mix", "with"),
    ("set", "to"), ("tie", "to"), ("show", "on"), ("hold", "by"), ("stick", "in"), ("gather", "in"), ("locate", "in"),
)  # fmt: skip


class VerbPhrases:
    """Builds verb phrases at random; the verb is the root, its subject is left to the clause.

    Args:
        lexicon: Forms and features.
        random: Source of all choices.
        phrases: Builder of noun phrases.
        transitive: Further transitive verb lemmas, used for a share of the phrases.
        intransitive: Further intransitive verb lemmas.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        random: Random,
        phrases: Phrases,
        transitive: list[str],
        intransitive: list[str],
    ):
        self.lexicon = lexicon
        self.random = random
        self.phrases = phrases
        self.transitive = transitive
        self.intransitive = intransitive
        self._frames = {
            "transitive": self._transitive, "intransitive": self._intransitive, "prepositional": self._prepositional,
            "particle_object": self._particle_object, "particle": self._particle_only, "put": self._put,
            "give": self._give, "control": self._control, "gerund": self._gerund, "have": self._have,
            "object_control": self._object_control, "bare_control": self._bare_control, "perceive": self._perceive,
            "say": self._say, "linking": self._linking, "do_sport": self._do_sport, "dress": self._dress,
        }  # fmt: skip

    def verb(self, lemma: str, tag: str) -> Node:
        """A verb form."""
        text = self.lexicon.verb(lemma, tag)
        return Node(text, lemma, "VERB", tag, self.lexicon.feats(text, "VERB", tag))

    def choose(self, transitive: bool) -> str:
        """A verb lemma: mostly of the hand-made list, otherwise of the frame files."""
        own, other = (v.TRANSITIVE, self.transitive) if transitive else (v.INTRANSITIVE, self.intransitive)
        return self.random.choice(own if not other or self.phrases.chance(0.7) else other)

    def phrase(self, tag: str, depth: int = 0) -> Node:
        """A verb phrase in the active voice whose verb has PTB tag `tag`."""
        frames = FRAMES if depth == 0 else {k: w for k, w in FRAMES.items() if k not in _NESTING}
        frame = self.random.choices(list(frames), list(frames.values()))[0]
        return self.adjoin(self._frames[frame](tag, depth), depth)

    def passive(self, depth: int = 0, by: float = 0.3) -> Node:
        """A past participle with what may follow it in the passive; auxiliaries and subject are left to the clause."""
        frame = self.random.choice(PASSIVE_FRAMES)
        phrases = self.phrases
        if frame == "put":
            node = self.verb(self.random.choice(v.PUT), "VBN").after("obl", self._goal())
        elif frame == "particle_object":
            lemma, particle = self.random.choice(v.WITH_PARTICLE)
            node = self.verb(lemma, "VBN").after("compound:prt", self._particle(particle))
        elif frame == "perceive_passive":
            node = self.verb(self.random.choice(("show", "see", "film", "hear", "record")), "VBN")
            if phrases.chance(0.75):
                return node.after("xcomp", self.phrase("VBG", 1))
            if phrases.chance(0.1):
                inner, _ = phrases.noun_phrase("object", 1)
                return node.after("obl", inner.before("case", phrases.preposition("of")))
        elif frame == "give_passive":
            node = self.verb(self.random.choice(("give", "show", "teach", "serve")), "VBN")
            node.after("obj", phrases.noun_phrase("thing", 1)[0])
        else:
            node = self.verb(self.choose(True), "VBN")
        if phrases.chance(by):
            agent, _ = phrases.noun_phrase("agent", 1)
            node.after("obl:agent", agent.before("case", phrases.preposition("by")))
        return self.adjoin(node, depth + 1)

    def reduced_passive(self) -> Node:
        """ "made of wood", "dressed in a suit", "called minecraft": a participle that describes a noun."""
        if self.phrases.chance(0.3):
            return self.passive(1)
        lemma, preposition = self.random.choice(VP_ACL)
        node = self.verb(lemma, "VBN")
        if not preposition:
            title = (
                self.phrases.name()
                if self.phrases.chance(0.6)
                else self.phrases.noun_phrase("any", 2, plain=True)[0]
            )
            return node.after("xcomp", title)
        inner, _ = self.phrases.noun_phrase("agent" if preposition == "by" else "object", 1)
        relation = "obl:agent" if preposition == "by" else "obl"
        return node.after(relation, inner.before("case", self.phrases.preposition(preposition)))

    def adjoin(self, node: Node, depth: int) -> Node:
        """Adverbs, places, times and purposes after a verb phrase."""
        phrases = self.phrases
        heavy = any(relation in ("ccomp", "xcomp", "advcl") for relation, _ in node.right)
        if phrases.chance(0.06):
            text = self.random.choice(v.ADVERBS_BEFORE)
            node.inner("advmod", phrases.word(text, text, "ADV", "RB"))
        if heavy:
            return node
        if phrases.chance(0.09):
            text = self.random.choice(v.ADVERBS_AFTER)
            node.after("advmod", phrases.word(text, text, "ADV", "RB"))
        if phrases.chance(0.36 if depth == 0 else 0.22):
            node.after("obl", phrases.prepositional(v.PLACE_PREPOSITIONS))
            if phrases.chance(0.12):
                node.after("obl", phrases.prepositional(v.PLACE_PREPOSITIONS))
        elif phrases.chance(0.12):
            kind = self.random.choice(("thing", "person", "object", "any"))
            words = [
                "with",
                "with",
                "with",
                "for",
                "for",
                "from",
                "about",
                "like",
                "as",
                "without",
                "during",
                "to",
                "of",
            ]
            node.after("obl", phrases.prepositional(words, kind))
        if phrases.chance(0.03):
            node.after("obl", self._time())
        if depth == 0 and phrases.chance(0.07):
            node.after("advcl", self.infinitive())
        return node

    def infinitive(self, depth: int = 1) -> Node:
        """ "to make an airplane"."""
        node = self.phrase("VB", depth)
        if self.phrases.chance(0.04):
            node.before("mark", self.phrases.word("to", "to", "PART", "TO"))
            order = self.phrases.word("order", "order", "NOUN", "NN")
            return node.before("mark", self.phrases.preposition("in").after("fixed", order))
        return node.before("mark", self.phrases.word("to", "to", "PART", "TO"))

    def how_to(self) -> Node:
        """ "how to cook rice", "how she cooks" is left to the clause."""
        return self.infinitive().before("advmod", self.phrases.word("how", "how", "ADV", "WRB"))

    def _transitive(self, tag: str, depth: int) -> Node:
        return self.verb(self.choose(True), tag).after("obj", self.phrases.noun_phrase("object", depth)[0])

    def _intransitive(self, tag: str, depth: int) -> Node:
        node = self.verb(self.choose(False), tag)
        if self.phrases.chance(0.25):
            node.after("obl", self.phrases.prepositional(v.PATH_PREPOSITIONS))
        return node

    def _prepositional(self, tag: str, depth: int) -> Node:
        lemma, preposition = self.random.choice(v.PREPOSITIONAL)
        inner, _ = self.phrases.noun_phrase("object", depth)
        if preposition == "about" and self.phrases.chance(0.25):
            inner.after(
                "nmod",
                self.phrases.prepositional(["of", "in", "on", "for", "from", "with", "between"], "any"),
            )
        node = self.verb(lemma, tag).after("obl", inner.before("case", self.phrases.preposition(preposition)))
        if preposition in ("to", "with", "at", "for") and self.phrases.chance(0.15):
            topic, _ = self.phrases.noun_phrase("object", 1)
            node.after("obl", topic.before("case", self.phrases.preposition("about")))
        if self.phrases.chance(0.06) and lemma == "talk":
            node.right.pop()
            clause = self.how_to() if self.phrases.chance(0.5) else self.phrase("VBG", 1)
            node.after("advcl", clause.before("mark", self.phrases.word("about", "about", "SCONJ", "IN")))
        return node

    def _particle_object(self, tag: str, depth: int) -> Node:
        lemma, particle = self.random.choice(v.WITH_PARTICLE)
        node = self.verb(lemma, tag)
        thing, _ = self.phrases.noun_phrase("object", depth)
        if self.phrases.chance(0.6):
            return node.after("compound:prt", self._particle(particle)).after("obj", thing)
        return node.after("obj", thing).after("compound:prt", self._particle(particle))

    def _particle(self, text: str, tag: str = "RP") -> Node:
        return self.phrases.word(text, text, "ADP", tag)

    def _particle_only(self, tag: str, depth: int) -> Node:
        lemma, particle = self.random.choice(v.PARTICLE_ONLY)
        return self.verb(lemma, tag).after("compound:prt", self._particle(particle))

    def _put(self, tag: str, depth: int) -> Node:
        node = self.verb(self.random.choice(v.PUT), tag)
        return node.after("obj", self.phrases.noun_phrase("object", 1)[0]).after("obl", self._goal())

    def _goal(self) -> Node:
        prepositions = v.word_list("into into onto in in on on to from over inside under through off")
        return self.phrases.prepositional(prepositions, self.random.choice(("thing", "place")))

    def _give(self, tag: str, depth: int) -> Node:
        node = self.verb(self.random.choice(v.GIVE), tag)
        receiver, _ = self.phrases.noun_phrase("agent", 1)
        thing, _ = self.phrases.noun_phrase("thing", 1)
        if self.phrases.chance(0.5):
            if receiver.text in v.PRONOUN_SUBJECTS:
                receiver = self.phrases.word("her", "she", "PRON", "PRP")
            return node.after("iobj", receiver).after("obj", thing)
        return node.after("obj", thing).after("obl", receiver.before("case", self.phrases.preposition("to")))

    def _control(self, tag: str, depth: int) -> Node:
        lemma = self.random.choice(v.CONTROL)
        if tag == "VBG" and self.phrases.chance(0.25):
            lemma = "go"
        return self.verb(lemma, tag).after("xcomp", self.infinitive())

    def _gerund(self, tag: str, depth: int) -> Node:
        if self.phrases.chance(0.15):
            going = self.verb("go", tag)
            if self.phrases.chance(0.3):
                going.after("advmod", self.phrases.word("out", "out", "ADV", "RB"))
            return going.after("xcomp", self.phrase("VBG", 1))
        return self.verb(self.random.choice(v.CONTROL_GERUND), tag).after("xcomp", self.phrase("VBG", 1))

    def _object_control(self, tag: str, depth: int) -> Node:
        node = self.verb(self.random.choice(v.OBJECT_CONTROL), tag)
        return node.after("obj", self.phrases.noun_phrase("object", 1)[0]).after("xcomp", self.infinitive())

    def _bare_control(self, tag: str, depth: int) -> Node:
        node = self.verb(self.random.choice(v.BARE_CONTROL), tag)
        return node.after("obj", self.phrases.noun_phrase("object", 1)[0]).after(
            "xcomp", self.phrase("VB", 1)
        )

    def _perceive(self, tag: str, depth: int) -> Node:
        node = self.verb(self.random.choice(v.PERCEIVE), tag)
        thing, _ = self.phrases.noun_phrase("agent", 1)
        if thing.text in v.PRONOUN_SUBJECTS:
            thing = self.phrases.word("them", "they", "PRON", "PRP")
        return node.after("obj", thing.after("acl", self.phrase("VBG", 1)))

    def _say(self, tag: str, depth: int) -> Node:
        node = self.verb(self.random.choice(v.SAY), tag)
        if self.phrases.chance(0.15):
            listener, _ = self.phrases.noun_phrase("person", 2, plain=True)
            node.after("iobj" if node.lemma in ("show", "tell") else "obj", listener)
        if self.phrases.chance(0.62):
            return node.after("ccomp", self.how_to())
        clause = self.phrase("VBZ", 1)
        subject, _ = self.phrases.noun_phrase("person", 2, plain=True)
        clause.before("nsubj", subject)
        if self.phrases.chance(0.4):
            text = self.random.choice(("how", "why", "where"))
            clause.before("advmod", self.phrases.word(text, text, "ADV", "WRB"))
        elif self.phrases.chance(0.6):
            clause.before("mark", self.phrases.word("that", "that", "SCONJ", "IN"))
        return node.after("ccomp", clause)

    def _linking(self, tag: str, depth: int) -> Node:
        return self.verb(self.random.choice(v.LINKING), tag).after("xcomp", self.phrases.adjective())

    def _have(self, tag: str, depth: int) -> Node:
        return self.verb("have", tag).after("obj", self.phrases.noun_phrase("any", 1)[0])

    def _do_sport(self, tag: str, depth: int) -> Node:
        sport = self.random.choice(v.SPORTS)
        node = self.verb(self.random.choice(("play", "do", "practice", "play")), tag)
        thing = self.phrases.word(sport, sport, "NOUN", "NN")
        if self.phrases.chance(0.25):
            thing = self.phrases.noun("game").before("compound", self.phrases.noun("video"))
            self.phrases.determine(thing, False)
        return node.after("obj", thing)

    def _dress(self, tag: str, depth: int) -> Node:
        thing, _ = self.phrases.noun_phrase("thing", 1)
        return self.verb("wear", tag).after("obj", thing)

    def _time(self) -> Node:
        noun = self.phrases.noun(self.random.choice(v.TIMES))
        text = self.random.choice(("at", "in", "during", "on"))
        if self.phrases.chance(0.6):
            noun.before("det", self.phrases.article("the"))
        return noun.before("case", self.phrases.preposition(text))


_NESTING = frozenset(("control", "gerund", "object_control", "bare_control", "perceive", "say"))
