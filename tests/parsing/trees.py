"""Small trees for tests, in a notation that fits in a line."""

from __future__ import annotations

from parsing.parsed_caption import Token

_TAGS = {"VBZ": "VERB", "VBP": "VERB", "VBD": "VERB", "VBG": "VERB", "VBN": "VERB", "VB": "VERB", "NN": "NOUN",
         "NNS": "NOUN", "DT": "DET", "IN": "ADP", "RP": "ADP", "PRP": "PRON", "WP": "PRON", "WDT": "PRON", "EX": "PRON",
         "CC": "CCONJ", "TO": "PART", "RB": "ADV", "WRB": "ADV", "JJ": "ADJ", "MD": "AUX", "CD": "NUM",
         "AX": "AUX", "SC": "SCONJ", "NNP": "PROPN", ".": "PUNCT"}  # fmt: skip
_XPOS = {"AX": "VBZ", "SC": "IN"}


def tree(text: str) -> tuple[Token, ...]:
    """Tokens from "word:lemma/TAG/head/relation" items; heads count from 1, 0 is the root, ":lemma" may be left out."""
    tokens = []
    for item in text.split():
        word, tag, head, relation = item.split("/")
        form, _, lemma = word.partition(":")
        tokens.append(
            Token(form, lemma or form, _TAGS[tag], _XPOS.get(tag, tag), "", int(head) - 1, relation)
        )
    return tuple(tokens)
