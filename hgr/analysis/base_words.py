"""Dictionary forms of what a role graph holds: the verb of an action, the head noun of an entity."""

from __future__ import annotations

import re

from graphs.levels import ACTION
from graphs.role_graph import RoleGraph
from hgr.analysis.probes.lexicons import AUXILIARIES
from hgr.analysis.probes.morphology import PARTICIPLES, VOWELS, base_form, is_plural
from hgr.analysis.probes.phrases import find_phrase
from hgr.analysis.probes.source import plain

IRREGULAR_FORMS = {
    form: base
    for line in (
        "be is are was were am been being s re m", "have has had", "do does did done", "go went gone",
        "break broke broken", "bring brought", "buy bought", "build built", "catch caught", "come came",
        "cut cut", "die died dying", "dig dug", "draw drew drawn", "drink drank drunk", "drive drove driven",
        "eat ate eaten", "fall fell fallen", "feed fed", "fight fought", "find found", "fly flew flown",
        "get got", "give gave given", "hang hung", "hide hid hidden", "hold held", "keep kept", "leave left",
        "lead led", "lie lied lying", "make made", "meet met", "ride rode ridden", "run ran", "say said",
        "see saw seen", "sell sold", "shake shook shaken", "shoot shot", "sing sang sung", "sit sat",
        "sleep slept", "slide slid", "speak spoke spoken", "spin spun", "stand stood", "steal stole stolen",
        "stick stuck", "strike struck", "swim swam swum", "swing swung", "take took taken", "teach taught",
        "tear tore torn", "tell told", "think thought", "throw threw thrown", "tie tied tying",
        "wear wore worn", "win won", "write wrote written",
    )
    for base, *forms in [line.split()]
    for form in forms
}  # fmt: skip
"""Form of an irregular verb -> its dictionary form."""
PARTICIPLE_FORMS = {
    past: base_form(progressive) for progressive, past in PARTICIPLES.items() if not past.endswith("ed")
}
IRREGULAR_SINGULARS = {
    "men": "man", "women": "woman", "people": "person", "persons": "person", "children": "child", "feet": "foot",
    "teeth": "tooth", "mice": "mouse", "geese": "goose", "knives": "knife", "wolves": "wolf", "leaves": "leaf",
    "shelves": "shelf", "loaves": "loaf", "potatoes": "potato", "tomatoes": "tomato",
    "movies": "movie", "zombies": "zombie", "cookies": "cookie",
    "policemen": "policeman", "firemen": "fireman", "fishermen": "fisherman",
}  # fmt: skip
DROPPED_E = re.compile(
    r"""^(?:qu|[^aeiouy])*[aeiouy][^aeiouwxy]$          # hop-ing, from hope: hop would be hopping
    |[vcu]$|dg$|rg$|[^tz]z$|[^s]s$|[^aeioulrwy]l$       # arriv-, danc-, rescu-, judg-, charg-, realiz-, rais-, handl-
    |[aeiouy].*[^aeo]at$                                # animat-
    |[aeiouy].*[^aeiou](?:ag|ar|id|in|ir|od|ot|ud|um|ur|ut)$  # engag-, compar-, provid-, examin-, featur-
    |^(?:creat|excit|becom|compet|complet|tast|wast|past|arrang|challeng)$""",
    re.VERBOSE,
)
"""Stems of forms in -ing and -ed that have lost an e, by how English spells them."""
DOUBLED_L = re.compile(r"[aeiou].*[eo]ll$")
"""Stems that have an l more than their verb: travell-ing, controll-ed."""
SIBILANTS = ("ches", "shes", "sses", "xes", "zzes")


def verb_base(word: str) -> str:
    """Dictionary form of any form of a verb.

    >>> [verb_base(w) for w in ("jumped", "thrown", "are", "feed", "bringing", "arriving", "strikes")]
    ['jump', 'throw', 'be', 'feed', 'bring', 'arrive', 'strike']
    """
    known = IRREGULAR_FORMS.get(word) or PARTICIPLE_FORMS.get(word)
    if known is not None:
        return known
    stem = word.removesuffix("ing") if word.endswith("ing") else word.removesuffix("ed")
    if stem == word:
        return base_form(word)
    if not _is_stem(stem, word):
        return word
    if DROPPED_E.search(stem):
        return stem + "e"
    return stem[:-1] if DOUBLED_L.search(stem) else base_form(word)


def _is_stem(stem: str, word: str) -> bool:
    """Whether the rest of a word in -ing or -ed can be that of a verb: not those of "bring" and "feed"."""
    if word.endswith("eed"):
        return False
    return any(letter in VOWELS + "y" for letter in stem)


def noun_base(word: str) -> str:
    """Singular of a noun; a noun that is not known as a plural is returned as it is.

    >>> [noun_base(w) for w in ("dogs", "women", "boxes", "puppies", "glass", "sheep")]
    ['dog', 'woman', 'box', 'puppy', 'glass', 'sheep']
    """
    if word in IRREGULAR_SINGULARS:
        return IRREGULAR_SINGULARS[word]
    if not word.endswith("s") or not is_plural(word):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(SIBILANTS) else word[:-1]


def action_base(graph: RoleGraph, position: int) -> str:
    """Dictionary form of an action's verb, without auxiliaries and particles; forms of to be are "be"."""
    words = [plain(graph.words[token]) for token in graph.nodes[position].tokens]
    return verb_base(next((word for word in words if word not in AUXILIARIES), words[0]))


def entity_base(graph: RoleGraph, position: int) -> str:
    """Head noun of an entity in the singular; the last word where its words are no plain noun phrase."""
    tokens = graph.nodes[position].tokens
    words = [plain(word) for word in graph.words]
    verbs = frozenset(token for i in graph.positions(ACTION) for token in graph.nodes[i].tokens)
    phrase = find_phrase(words, tokens, verbs)
    return noun_base(words[tokens[-1] if phrase is None else phrase.head])
