"""The little English morphology that edited captions need: verb forms, number, articles."""

from __future__ import annotations

from hgr.analysis.probes.lexicons import (
    ANIMALS,
    AUXILIARIES,
    IRREGULAR_PLURALS,
    MASS,
    PLURAL_ANIMALS,
    PLURAL_PEOPLE,
    SINGULAR_PEOPLE,
    SINGULAR_S,
)

VOWELS = "aeiou"
E_ENDINGS = ("mak", "tak", "driv", "rid", "danc", "slic", "danc", "us", "giv", "writ", "bak", "smil", "rac", "mov",
"div",
             "com", "hav", "lov", "liv", "leav", "serv", "prepar", "explor", "sav", "surf e", "carv", "div", "pok",
             "strok", "stok", "skat", "chas", "clos", "rais", "mak", "tim", "shav", "wav", "pil", "fil", "fir", "wip",
             "dic", "minc", "plac", "fac", "judg", "chang", "exchang", "combin", "exercis", "practic", "produc",
             "introduc",
             "discus", "juggl", "wrestl", "handl", "settl", "sprinkl", "assembl", "dribbl", "cuddl", "giggl", "paddl",
             "struggl", "tumbl", "whistl", "battl", "saddl", "tackl", "circl", "cycl", "squeez", "freez", "breath",
             "bath",
             "celebrat", "decorat", "demonstrat", "operat", "rotat", "skateboard e", "hik", "bit", "bik", "trad",
             "grat",
             "glid", "slid", "hid", "rol e", "argu", "rescu", "describ", "scrap", "shap", "tap e", "typ", "wrap e",
             "pos",
             "amaz", "gaz", "glaz", "los", "teas", "shov", "strik", "pursu", "pleas", "compos", "clean e", "pric",
             "danc", "bounc", "balanc")  # fmt: skip
"""Stems that take an e: mak-ing is make."""
E_STEMS = frozenset(stem for stem in E_ENDINGS if " " not in stem)
IRREGULAR_BASE = {
    "goes": "go", "does": "do", "has": "have", "is": "be", "lying": "lie", "dying": "die", "tying": "tie",
    "skiing": "ski", "skis": "ski", "ties": "tie", "dies": "die", "lies": "lie", "seeing": "see", "being": "be",
    "freeing": "free", "dyeing": "dye", "running": "run", "sitting": "sit", "putting": "put", "getting": "get",
    "fishes": "fish", "brushes": "brush", "singeing": "singe", "adding": "add", "using": "use",
    "calling": "call", "falling": "fall", "rolling": "roll", "selling": "sell", "telling": "tell", "pulling": "pull",
    "filling": "fill", "grilling": "grill", "drilling": "drill", "spilling": "spill", "killing": "kill",
    "yelling": "yell",
    "passing": "pass", "kissing": "kiss", "dressing": "dress", "crossing": "cross", "tossing": "toss",
    "pressing": "press",
    "discussing": "discuss", "guessing": "guess", "buzzing": "buzz", "stuffing": "stuff", "sniffing": "sniff",
}  # fmt: skip
PARTICIPLES = {
    "cutting": "cut", "playing": "played", "riding": "ridden", "driving": "driven", "pushing": "pushed",
    "pulling": "pulled", "kicking": "kicked", "throwing": "thrown", "carrying": "carried", "chasing": "chased",
    "washing": "washed", "cleaning": "cleaned", "painting": "painted", "drawing": "drawn", "eating": "eaten",
    "drinking": "drunk", "cooking": "cooked", "frying": "fried", "chopping": "chopped", "slicing": "sliced",
    "peeling": "peeled", "feeding": "fed", "petting": "petted", "brushing": "brushed", "holding": "held",
    "lifting": "lifted", "folding": "folded", "opening": "opened", "closing": "closed", "reading": "read",
    "writing": "written", "singing": "sung", "hitting": "hit", "building": "built", "fixing": "fixed",
    "repairing": "repaired", "assembling": "assembled", "mixing": "mixed", "stirring": "stirred",
    "pouring": "poured", "spreading": "spread", "wrapping": "wrapped", "tying": "tied", "catching": "caught",
    "shooting": "shot", "rolling": "rolled", "baking": "baked", "preparing": "prepared", "making": "made",
    "teaching": "taught", "showing": "shown", "interviewing": "interviewed", "describing": "described",
    "explaining": "explained", "demonstrating": "demonstrated", "using": "used", "applying": "applied",
    "decorating": "decorated", "grating": "grated", "dragging": "dragged", "bouncing": "bounced",
    "shoving": "shoved", "striking": "struck", "orbiting": "orbited", "circling": "circled",
    "transporting": "transported", "pursuing": "pursued", "following": "followed", "wiping": "wiped",
    "examining": "examined", "touching": "touched", "moving": "moved",
    "dicing": "diced", "whisking": "whisked", "attacking": "attacked",
}  # fmt: skip
"""Progressive to past participle, for the passive."""


def verb_form(word: str) -> str:
    """ "ing", "s", "ed" or "base": how a verb's form ends."""
    if word.endswith("ing") and len(word) > 4:
        return "ing"
    if word.endswith("ed") and len(word) > 3:
        return "ed"
    if word.endswith("s") and not word.endswith("ss"):
        return "s"
    return "base"


def base_form(word: str) -> str:
    """Dictionary form of a verb in -ing, -s or -ed; other words are returned as they are.

    >>> [base_form(w) for w in ("riding", "cutting", "carries", "pushes", "played", "run")]
    ['ride', 'cut', 'carry', 'push', 'play', 'run']
    """
    if word in IRREGULAR_BASE:
        return IRREGULAR_BASE[word]
    form = verb_form(word)
    if form == "s":
        if word.endswith("ies") and len(word) > 4:
            return word[:-3] + "y"
        if word.endswith(("ches", "shes", "sses", "xes", "zzes", "oes")):
            return word[:-2]
        return word[:-1]
    if form == "ing":
        return _undo_ending(word[:-3])
    if form == "ed":
        return word[:-3] + "y" if word.endswith("ied") else _undo_ending(word[:-2])
    return word


def _undo_ending(stem: str) -> str:
    if stem in E_STEMS:
        return stem + "e"
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsze" and stem[-1] not in VOWELS:
        return stem[:-1]
    return stem


def third_person(base: str) -> str:
    """Third person singular of a dictionary form.

    >>> [third_person(w) for w in ("push", "carry", "play", "have")]
    ['pushes', 'carries', 'plays', 'has']
    """
    if base in ("have", "do", "go"):
        return {"have": "has", "do": "does", "go": "goes"}[base]
    if base.endswith(("ch", "sh", "ss", "x", "zz")):
        return base + "es"
    if base.endswith("y") and base[-2:-1] not in VOWELS:
        return base[:-1] + "ies"
    return base + "s"


def is_plural(noun: str) -> bool:
    """True for a plural noun."""
    if noun in IRREGULAR_PLURALS or noun in PLURAL_PEOPLE or noun in PLURAL_ANIMALS:
        return True
    if noun in SINGULAR_S or noun in SINGULAR_PEOPLE or noun in ANIMALS:
        return False
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is"))


def noun_kind(noun: str) -> str:
    """ "plural", "mass" or "singular": what may stand in for what."""
    if is_plural(noun):
        return "plural"
    return "mass" if noun in MASS else "singular"


def article_before(word: str) -> str:
    """The indefinite article before a word.

    >>> article_before("orange"), article_before("uniform"), article_before("hour")
    ('an', 'a', 'an')
    """
    if word.startswith(("uni", "use", "eur", "one", "ukulele")) and not word.startswith(
        ("unin", "unim", "unid")
    ):
        return "a"
    if word.startswith(("hour", "honest", "honor", "heir")):
        return "an"
    return "an" if word[:1] in VOWELS else "a"


def agree(verb: str, plural: bool) -> str | None:
    """A verb form or auxiliary in the number of another subject; None where this table does not know it.

    >>> agree("is", True), agree("pushes", True), agree("push", False), agree("pushing", True)
    ('are', 'push', 'pushes', None)
    """
    pairs = (("is", "are"), ("was", "were"), ("has", "have"), ("does", "do"))
    for singular, many in pairs:
        if verb in (singular, many):
            return many if plural else singular
    if verb in AUXILIARIES or verb_form(verb) in ("ing", "ed"):
        return None
    if plural:
        return base_form(verb) if verb_form(verb) == "s" else verb
    return verb if verb_form(verb) == "s" else third_person(verb)
