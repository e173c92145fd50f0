"""Roles of obliques, adverbs and clauses under a verb: English word lists, and the Chinese table."""

from __future__ import annotations

from parsing import english
from parsing.english import words as word_set
from parsing.tree import Tree

CHINESE: dict[str, str] = {
    "在": "ARGM-LOC", "于": "ARGM-LOC", "當": "ARGM-TMP", "当": "ARGM-TMP", "时": "ARGM-TMP", "时候": "ARGM-TMP",
    "期间": "ARGM-TMP", "之后": "ARGM-TMP", "以后": "ARGM-TMP", "之前": "ARGM-TMP", "以前": "ARGM-TMP",
    "然后": "ARGM-TMP", "正在": "ARGM-TMP", "正": "ARGM-TMP", "一边": "ARGM-TMP", "同时": "ARGM-TMP",
    "已经": "ARGM-TMP", "再": "ARGM-TMP", "又": "ARGM-TMP", "先": "ARGM-TMP", "接着": "ARGM-TMP",
    "从": "ARGM-DIR", "自": "ARGM-DIR", "向": "ARGM-DIR", "往": "ARGM-DIR", "朝": "ARGM-DIR", "沿": "ARGM-DIR",
    "沿着": "ARGM-DIR", "朝着": "ARGM-DIR", "到": "ARG4", "至": "ARG4",
    "用": "ARGM-MNR", "以": "ARGM-MNR", "通过": "ARGM-MNR", "像": "ARGM-MNR", "按": "ARGM-MNR", "地": "ARGM-MNR",
    "跟": "ARGM-COM", "和": "ARGM-COM", "与": "ARGM-COM", "同": "ARGM-COM",
    "对": "ARG2", "给": "ARG2", "把": "ARG1", "将": "ARG1", "被": "ARG0", "由": "ARG0", "让": "ARG0",
    "为": "ARGM-PRP", "为了": "ARGM-PRP", "因": "ARGM-CAU", "因为": "ARGM-CAU", "由于": "ARGM-CAU",
    "不": "ARGM-NEG", "没": "ARGM-NEG", "没有": "ARGM-NEG", "别": "ARGM-NEG", "未": "ARGM-NEG",
    "很": "ARGM-EXT", "非常": "ARGM-EXT", "太": "ARGM-EXT", "十分": "ARGM-EXT",
    "会": "ARGM-MOD", "能": "ARGM-MOD", "可以": "ARGM-MOD", "要": "ARGM-MOD", "应该": "ARGM-MOD", "必须": "ARGM-MOD",
}  # fmt: skip
"""Chinese case or clause marker, adverb or modal -> role; the word itself and its dependants are looked up."""
_CHINESE_PLACE = word_set(
    "上 里 中 下 前 后 旁 旁边 外 内 边 间 上面 里面 下面 前面 后面 外面 中间 附近 周围"
)
_CHINESE_TIME = word_set("今天 昨天 明天 晚上 早上 白天 夜晚 现在 时 时候 时间 年 月 天 小时 分钟")

_CAUSE_MARKS = word_set("because since")
_TIME_MARKS = word_set("when while as before after until till once whenever during")
_MANNER_MARKS = word_set("by like without through")
_MULTIWORD_CASE = {
    ("because", "of"): "ARGM-CAU", ("due", "to"): "ARGM-CAU", ("instead", "of"): "ARGM-ADV",
    ("out", "of"): "ARGM-DIR", ("away", "from"): "ARGM-DIR", ("off", "of"): "ARGM-DIR",
    ("in", "front", "of"): "ARGM-LOC", ("next", "to"): "ARGM-LOC", ("on", "top", "of"): "ARGM-LOC",
    ("along", "with"): "ARGM-COM", ("together", "with"): "ARGM-COM", ("such", "as"): "ARGM-ADV",
    ("in", "order", "to"): "ARGM-PRP", ("close", "to"): "ARGM-LOC", ("according", "to"): "ARGM-ADV",
    ("inside", "of"): "ARGM-LOC", ("outside", "of"): "ARGM-LOC", ("as", "well", "as"): "ARGM-ADV",
}  # fmt: skip


def _marker_words(tree: Tree, head: int, relation: str) -> tuple[str, ...]:
    words: list[int] = []
    for child in tree.children[head]:
        if tree.relations[child] == relation:
            words.append(child)
            words.extend(c for c in tree.children[child] if tree.relations[c] == "fixed")
    return tuple(tree.tokens[i].text.lower() for i in sorted(words))


def oblique_role(tree: Tree, verb: int, noun: int, passive: bool) -> str:
    """Role of an oblique noun by its preposition, its verb and itself."""
    case = _marker_words(tree, noun, "case")
    lemma, thing = tree.lemmas[verb], tree.lemmas[noun]
    has_object = tree.has(verb, "obj") or passive
    is_time = thing in english.TIME_NOUNS
    if not case:
        return _bare_noun_role(tree, noun, is_time)
    if case in _MULTIWORD_CASE:
        return _MULTIWORD_CASE[case]
    preposition = case[0]
    if preposition == "out" and len(case) == 1:
        return "ARGM-DIR"
    if (lemma, preposition) in english.PREPOSITION_OBJECT_VERBS:
        return "ARG1"
    if preposition == "by" and passive:
        return "ARG0"
    if preposition in english.TIME_PREPOSITIONS or (
        is_time and preposition in ("in", "on", "at", "for", "by", "within")
    ):
        return "ARGM-TMP"
    if preposition == "to":
        if lemma in english.MOTION_VERBS and not has_object:
            return "ARG4"
        return "ARGM-GOL" if lemma in ("dance", "sing") else "ARG2"
    if preposition in ("into", "onto"):
        if lemma in english.PUT_VERBS or has_object or lemma not in english.MOTION_VERBS:
            return "ARG2"
        return "ARG4"
    if preposition == "from":
        return "ARGM-DIR" if lemma in english.MOTION_VERBS else "ARG2"
    if preposition == "with":
        return _with_role(tree, verb, noun)
    if preposition == "for":
        return "ARG2" if not is_time else "ARGM-TMP"
    if preposition == "about":
        return "ARG1"
    if preposition == "of":
        return "ARG2" if has_object else "ARG1"
    if preposition == "as":
        return "ARG2" if has_object else "ARGM-PRD"
    if preposition == "like":
        return "ARGM-MNR"
    if preposition in english.ADVERBIAL_PREPOSITIONS:
        return "ARGM-ADV"
    if preposition in english.PATH_PREPOSITIONS and lemma in english.MOTION_VERBS:
        return "ARGM-DIR"
    if lemma in english.PUT_VERBS and has_object and preposition in ("in", "on", "inside", "under"):
        return "ARG2"
    if lemma == "dress" and preposition in ("in", "as"):
        return "ARG2" if preposition == "in" else "ARG1"
    if preposition in english.LOCATIVE_PREPOSITIONS or preposition in english.PATH_PREPOSITIONS:
        return "ARGM-LOC"
    return "ARGM-ADV"


def _bare_noun_role(tree: Tree, noun: int, is_time: bool) -> str:
    if is_time or tree.lemmas[noun] in english.TIME_ADVERBS:
        return "ARGM-TMP"
    if tree.lemmas[noun] == "way":
        return "ARGM-MNR"
    return "ARGM-EXT" if tree.has(noun, "nummod") else "ARGM-ADV"


def _with_role(tree: Tree, verb: int, noun: int) -> str:
    person = tree.lemmas[noun] in english.PERSON_NOUNS or tree.tokens[noun].upos in ("PROPN", "PRON")
    if tree.lemmas[verb] in english.TALK_VERBS:
        return "ARG2"
    if person:
        return "ARGM-COM"
    return "ARGM-MNR" if tree.has(verb, "obj") else "ARG2"


def adverb_role(tree: Tree, verb: int, adverb: int) -> str:
    """Role of an adverb by word list; -ly and what follows the verb is manner."""
    word = tree.tokens[adverb].text.lower()
    if word in english.NEGATION and word != "never":
        return "ARGM-NEG"
    if word == "never":
        return "ARGM-NEG"
    if word in ("why",):
        return "ARGM-CAU"
    if word in english.MANNER_ADVERBS:
        return "ARGM-MNR"
    if word in english.TIME_ADVERBS:
        return "ARGM-TMP"
    if word in english.PLACE_ADVERBS:
        return "ARGM-LOC"
    if word in english.DIRECTION_ADVERBS:
        return "ARGM-DIR" if adverb > verb else "ARGM-LOC"
    if word in english.DISCOURSE_ADVERBS:
        return "ARGM-DIS"
    if word in english.EXTENT_ADVERBS:
        return "ARGM-EXT"
    if word in english.ADVERBIAL_ADVERBS:
        return "ARGM-ADV"
    if word.endswith("ly"):
        return "ARGM-MNR"
    return "ARGM-MNR" if adverb > verb else "ARGM-ADV"


def clause_role(tree: Tree, clause: int) -> str:
    """Role of an adverbial clause by the word that opens it."""
    marks = _marker_words(tree, clause, "mark")
    opener = marks[0] if marks else ""
    adverb = tree.first(clause, "advmod")
    if opener == "about" and (marks[1:2] != ["to"] or adverb is not None):
        return "ARG1"
    if marks[:2] in (("so", "that"), ("in", "order")) or "to" in marks:
        return "ARGM-PRP"
    if opener in _CAUSE_MARKS:
        return "ARGM-CAU"
    if opener in _TIME_MARKS or (adverb is not None and tree.lemmas[adverb] in ("when", "while")):
        return "ARGM-TMP"
    if opener in _MANNER_MARKS:
        return "ARGM-MNR"
    return "ARGM-ADV"


def chinese_role(tree: Tree, verb: int, child: int) -> str | None:
    """Role of a dependant of a Chinese verb, None where it has none (aspect, classifiers, punctuation)."""
    relation = tree.relations[child]
    word = tree.tokens[child].text
    if relation.split(":")[0] not in ("advmod", "aux", "obl", "nmod", "advcl", "dep", "mark"):
        return None
    if relation in ("aux", "advmod", "advmod:df", "mark") or relation.startswith("aux:"):
        if word in CHINESE:
            return CHINESE[word]
        return "ARGM-ADV" if relation == "advmod" else None
    if word in _CHINESE_TIME or relation in ("obl:tmod", "nmod:tmod"):
        return "ARGM-TMP"
    places = False
    for marker in tree.children[child]:
        if tree.relations[marker].split(":")[0] in ("case", "mark", "advmod", "acl"):
            text = tree.tokens[marker].text
            if text in ("时", "时候", "后", "之后", "之前", "前") and relation.startswith("advcl"):
                return "ARGM-TMP"
            if text in CHINESE:
                return CHINESE[text]
            places = places or text in _CHINESE_PLACE
    if places:
        return "ARGM-LOC"
    return "ARGM-ADV"
