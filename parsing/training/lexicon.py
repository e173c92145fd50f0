"""Inflection and morphological features for the caption grammar, learnt from the treebank where it knows a word."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from parsing.training.treebank import GoldSentence
from parsing.training.vocabulary import IRREGULAR_PLURALS, word_list

VERB_TAGS = ("VB", "VBZ", "VBP", "VBD", "VBG", "VBN")
_VOWELS = "aeiou"
_DOUBLING = frozenset(
    word_list(
        """hit put cut set run sit get win spin grab hug stop chop drop flip slip clap nod beg jog skip step tap
    wrap trip whip drag dip swim trim hop stir plan pet pat rub scrub mop knit unwrap dig let begin admit
    pin zip strip ship shop bat hum rap pan plug chat mix"""
    )
) - {"mix"}
_IRREGULAR: dict[str, dict[str, str]] = {
    "ride": {"VBD": "rode", "VBN": "ridden"}, "dive": {"VBD": "dived", "VBN": "dived"},
    "freeze": {"VBD": "froze", "VBN": "frozen"}, "tear": {"VBD": "tore", "VBN": "torn"},
    "shake": {"VBD": "shook", "VBN": "shaken"}, "swim": {"VBD": "swam", "VBN": "swum"},
    "sing": {"VBD": "sang", "VBN": "sung"}, "bite": {"VBD": "bit", "VBN": "bitten"},
    "kneel": {"VBD": "knelt", "VBN": "knelt"}, "spin": {"VBD": "spun", "VBN": "spun"},
    "sweep": {"VBD": "swept", "VBN": "swept"}, "steal": {"VBD": "stole", "VBN": "stolen"},
    "beat": {"VBD": "beat", "VBN": "beaten"}, "stick": {"VBD": "stuck", "VBN": "stuck"},
    "swing": {"VBD": "swung", "VBN": "swung"}, "bow": {}, "lie": {"VBG": "lying", "VBD": "lay", "VBN": "lain"},
    "die": {"VBG": "dying"}, "tie": {"VBG": "tying"}, "knit": {"VBD": "knitted", "VBN": "knitted"},
    "dig": {"VBD": "dug", "VBN": "dug"}, "spread": {"VBD": "spread", "VBN": "spread"},
    "hit": {"VBD": "hit", "VBN": "hit"}, "sew": {"VBN": "sewn"}, "bleed": {"VBD": "bled", "VBN": "bled"},
    "drown": {}, "show": {"VBN": "shown"}, "weave": {"VBD": "wove", "VBN": "woven"},
    "hide": {"VBD": "hid", "VBN": "hidden"}, "wake": {"VBD": "woke", "VBN": "woken"},
}  # fmt: skip
_CLOSED = frozenset(("PRON", "DET", "AUX", "ADP", "SCONJ", "CCONJ", "PART", "ADV"))
MIN_COUNT = 2
"""How often the treebank must hold a form before it overrules the regular one."""


class Lexicon:
    """Word forms and features.

    Attributes:
        nouns: Lower-case singular common nouns of the treebank seen at least three times, by lemma order.
    """

    def __init__(self, sentences: Iterable[GoldSentence]):
        forms: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        exact: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        general: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        lemmas: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        nouns: Counter[str] = Counter()
        for sentence in sentences:
            for token in sentence.tokens:
                word = token.text.lower()
                exact[word, token.upos, token.xpos][token.feats] += 1
                lemmas[word, token.upos, token.xpos][token.lemma] += 1
                general[token.upos, token.xpos][token.feats] += 1
                if token.upos == "VERB":
                    forms[token.lemma, token.xpos][word] += 1
                elif token.xpos == "NN" and token.upos == "NOUN" and word == token.text and word.isalpha():
                    nouns[token.lemma] += 1
        self._forms = {key: _most(counts) for key, counts in forms.items()}
        self._exact = {key: _most(counts)[0] for key, counts in exact.items()}
        self._general = {key: _most(counts)[0] for key, counts in general.items()}
        self._lemmas = {key: _most(counts)[0] for key, counts in lemmas.items() if key[1] in _CLOSED}
        self.nouns = sorted(noun for noun, count in nouns.items() if count >= 3 and len(noun) > 2)

    def feats(self, form: str, upos: str, xpos: str) -> str:
        """Features that the treebank gives a word with these tags most often, else those of the tags."""
        key = (form.lower(), upos, xpos)
        return self._exact.get(key, self._general.get((upos, xpos), ""))

    def lemma(self, form: str, upos: str, xpos: str, default: str) -> str:
        """Lemma that the treebank gives a function word; `default` for other words."""
        return self._lemmas.get((form.lower(), upos, xpos), default)

    def verb(self, lemma: str, tag: str) -> str:
        """Inflected form of a verb, `tag` one of the PTB verb tags."""
        if tag in ("VB", "VBP"):
            return lemma
        irregular = _IRREGULAR.get(lemma, {}).get(tag)
        if irregular:
            return irregular
        known = self._forms.get((lemma, tag))
        if known and known[1] >= MIN_COUNT and known[0].isalpha():
            return known[0]
        if tag == "VBN":
            past = self._forms.get((lemma, "VBD"))
            if past and past[1] >= MIN_COUNT and past[0].endswith("ed"):
                return past[0]
        return _regular_verb(lemma, tag)


def plural(noun: str) -> str:
    """Plural of a noun."""
    if noun in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[noun]
    if noun.endswith("man"):
        return noun[:-3] + "men"
    return _third_person(noun)


def _most(counts: Counter[str] | Mapping[str, int]) -> tuple[str, int]:
    form = min(counts, key=lambda f: (-counts[f], f))
    return form, counts[form]


def _third_person(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")) or (word.endswith("o") and word[-2] not in _VOWELS):
        return word + "es"
    if word.endswith("y") and word[-2] not in _VOWELS:
        return word[:-1] + "ies"
    return word + "s"


def _regular_verb(lemma: str, tag: str) -> str:
    if tag == "VBZ":
        return _third_person(lemma)
    stem = lemma + lemma[-1] if lemma in _DOUBLING else lemma
    if tag == "VBG":
        if lemma.endswith("e") and not lemma.endswith(("ee", "ye", "oe")):
            return lemma[:-1] + "ing"
        return stem + "ing"
    if lemma.endswith("e"):
        return lemma + "d"
    if lemma.endswith("y") and lemma[-2] not in _VOWELS:
        return lemma[:-1] + "ied"
    return stem + "ed"
