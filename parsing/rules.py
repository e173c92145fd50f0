"""Semantic roles by rule: which words are predicates, which words fill their roles, from a UD tree alone.

Roles follow PropBank. The rules share arguments where the sentence leaves them out: conjoined verbs, control verbs,
participles and relative clauses take their subject from where PropBank resolves it.
"""

from __future__ import annotations

from collections.abc import Sequence

from parsing import english
from parsing.adjuncts import adverb_role, chinese_role, clause_role, oblique_role
from parsing.english import words as word_set
from parsing.tree import Tree

PASSIVE_SUBJECTS = ("nsubj:pass", "csubj:pass")
SUBJECTS = ("nsubj", "csubj", "nsubj:outer", "csubj:outer")
_AUXILIARIES = ("aux", "aux:pass")
_CLAUSAL = ("root", "acl:relcl", "ccomp", "xcomp", "advcl", "conj", "parataxis")
_RELATIVE_WORDS = word_set("who whom whose which that where when why how what")
_MAX_SHARING = 6
"""Steps that a missing subject is followed through the tree."""

Filler = tuple[int, str]
"""Head position of an argument and its role."""


def predicate_heads(tree: Tree) -> list[int]:
    """Positions of the predicates: every verb that is no auxiliary, and every copula."""
    heads = []
    for i, token in enumerate(tree.tokens):
        relation = tree.relations[i]
        if token.upos == "VERB" or _is_tagged_verb(tree, i):
            if _is_used_as_noun(tree, i):
                continue
            adjective = relation == "amod" and token.xpos not in ("VBG", "VBN", "")
            inner = relation.startswith(("compound", "fixed", "flat", "goeswith", "case", "mark", "det"))
            if relation not in _AUXILIARIES and not inner and not adjective:
                heads.append(i)
        elif token.upos == "AUX" and (
            relation == "cop"
            or (relation not in _AUXILIARIES and tree.lemmas[i] == "be" and tree.has(i, *SUBJECTS, "expl"))
            or (relation in _CLAUSAL and tree.lemmas[i] != "be" and token.xpos in ("VBZ", "VBP", "VBD"))
        ):
            heads.append(i)
    return heads


def _is_tagged_verb(tree: Tree, i: int) -> bool:
    """Whether fine tag or tree say verb where the coarse tag does not: the parser disagrees with itself on rare verbs.

    A noun with an auxiliary, an object, or a subject but no copula is a verb ("fireworks explode").
    """
    token = tree.tokens[i]
    if token.upos in ("AUX", "VERB", "ADP", "SCONJ"):
        return False
    if token.xpos in ("VBZ", "VBP", "VBD"):
        return tree.relations[i] in _CLAUSAL
    if token.upos != "NOUN" or tree.has(i, "cop", "det", "nummod"):
        return False
    if tree.relations[i] in ("obj", "obl", "nmod") and tree.has(i, "compound", "amod", "nmod:poss"):
        return False
    clause = tree.relations[i] if tree.relations[i] in (*_CLAUSAL, "acl") else ""
    noun = clause == "root" and token.xpos == "NN" and not token.text.lower().endswith("ing")
    if clause not in ("", "advcl") and not noun and tree.has(i, "obj"):
        return True
    if tree.has(i, "aux", "aux:pass"):
        return True
    subject = tree.first(i, *SUBJECTS, *PASSIVE_SUBJECTS)
    return subject is not None and _agrees(tree, i, subject)


def _agrees(tree: Tree, i: int, subject: int) -> bool:
    """Whether a noun can be the verb of a subject: "worms inch", "a phone rings", not "a church choir", "white words".

    What looks like a singular is a verb without ending, which wants a plural subject and is no subject, object or
    oblique itself; what looks like a plural has the ending of the third person and wants a singular.
    """
    if i and tree.heads[i - 1] == i and tree.relations[i - 1] == "amod":
        return False
    if tree.tokens[i].xpos == "NN":
        sure = tree.relations[i] in ("advcl", "ccomp") and tree.has(i, "mark", "advmod")
        return tree.relations[i] in _CLAUSAL and (sure or _is_plural(tree, subject))
    return tree.tokens[i].xpos != "NNS" or not _is_plural(tree, subject)


def _is_plural(tree: Tree, noun: int) -> bool:
    """Whether a subject takes a plural verb: by its tag, as "they", as conjoined nouns, or as "a group of people"."""
    plural = ("NNS", "NNPS")
    if tree.tokens[noun].xpos in plural or tree.lemmas[noun] in ("they", "we", "you", "i"):
        return True
    return any(
        tree.relations[c] == "conj" or (tree.relations[c] == "nmod" and tree.tokens[c].xpos in plural)
        for c in tree.children[noun]
    )


def _is_used_as_noun(tree: Tree, i: int) -> bool:
    """Whether a word that is tagged as a verb stands where only a noun can stand.

    That is a participle with a determiner or possessor in a noun's place ("the designed", "its power steering"), a
    form without ending that has a preposition but neither subject, auxiliary nor mark ("in a television show"), or
    a finite form without dependants that is conjoined with a noun ("a hammer and bulldozer"), or is subject or object
    ("swims laps"), and what the fine tag calls a noun there ("waters plants").
    """
    relation = tree.relations[i]
    if tree.tokens[i].xpos in ("NN", "NNS") and relation in (
        "nsubj",
        "nsubj:pass",
        "obj",
        "iobj",
        "obl",
        "nmod",
    ):
        return True
    bare = tree.tokens[i].xpos in ("VB", "VBP")
    if bare and not tree.has(i, "aux", "aux:pass", "mark", *SUBJECTS, *PASSIVE_SUBJECTS):
        case = tree.first(i, "case")
        if case is not None and case < i:
            return True
    if relation in ("nsubj", "nsubj:pass", "obj", "iobj", "nmod") and _stands_alone(tree, i):
        return True
    if relation in ("nsubj", "nsubj:pass", "obj", "obl", "nmod", "obl:agent"):
        clausal = tree.has(i, "obj", "obl", "xcomp", "ccomp", "advcl", "advmod", "aux", *SUBJECTS)
        finite = tree.tokens[i].xpos in ("VBZ", "VBD") and tree.has(i, "nmod", "acl")
        return tree.has(i, "det", "nmod:poss", "compound", "amod") and not clausal and not finite
    head = tree.heads[i]
    if relation != "conj" or tree.tokens[i].xpos not in ("VB", "VBP") or tree.tokens[head].upos != "NOUN":
        return False
    alone = all(tree.relations[child] in ("cc", "punct") for child in tree.children[i])
    return alone and not tree.has(head, "cop", "obj", "aux", *SUBJECTS)


def _stands_alone(tree: Tree, i: int) -> bool:
    """Whether a form that is no participle has none of the dependants that a verb has, nor a pronoun before it."""
    if tree.tokens[i].xpos not in ("VB", "VBP", "VBZ") or (i and tree.tokens[i - 1].upos == "PRON"):
        return False
    return all(
        tree.relations[child]
        in ("compound", "amod", "det", "nummod", "nmod:poss", "nmod", "conj", "cc", "punct", "case")
        for child in tree.children[i]
    )


def is_passive(tree: Tree, verb: int) -> bool:
    """Whether a verb form stands in the passive, reduced passives ("a dish made by") included."""
    if tree.has(verb, "aux:pass", *PASSIVE_SUBJECTS, "obl:agent"):
        return True
    token = tree.tokens[verb]
    participle = token.xpos == "VBN" or "VerbForm=Part" in token.feats and "Tense=Past" in token.feats
    if not participle or tree.has(verb, "aux", *SUBJECTS):
        return False
    relation = tree.relations[verb]
    if relation == "conj":
        return is_passive(tree, tree.heads[verb])
    return relation in ("acl", "amod", "acl:relcl", "advcl", "xcomp", "root")


class RuleLabeller:
    """Roles of each predicate by rule.

    Attributes:
        version: Names the rule set; changes with it.
        language: "en" or "zh"; adverbs and prepositions are read from that language's tables.
    """

    def __init__(self, language: str = "en"):
        if language not in ("en", "zh"):
            raise ValueError(f"no role rules for language {language!r}, expected 'en' or 'zh'")
        self.language = language
        self.version = f"rules-5-{language}"

    def arguments(self, tree: Tree, predicates: Sequence[int]) -> list[list[Filler]]:
        """Role fillers of each predicate, ascending by position; each word fills at most one role of a predicate."""
        return [
            copula_arguments(tree, verb, self.language)
            if tree.relations[verb] == "cop"
            else verb_arguments(tree, verb, self.language)
            for verb in predicates
        ]


def copula_arguments(tree: Tree, copula: int, language: str = "en") -> list[Filler]:
    """Fillers of "be" as copula: its subject ARG1, what is said of it ARG2, and the adverbials of the latter."""
    head = tree.heads[copula]
    found: dict[int, str] = {}
    subject = _subject(tree, head)
    if subject is not None and subject != head:
        found[subject] = "ARG1"
    found[head] = "ARG2"
    nominal = tree.tokens[head].upos in ("NOUN", "PROPN", "PRON")
    for child in tree.children[head]:
        relation = tree.relations[child]
        if child == copula or child in found:
            continue
        if relation == "advmod" and (not nominal or child < head):
            role = adverb_role(tree, head, child) if language == "en" else chinese_role(tree, head, child)
            if role in ("ARGM-NEG", "ARGM-TMP", "ARGM-DIS", "ARGM-LOC") and child != head:
                found[child] = role
        elif relation == "aux" and tree.tokens[child].xpos == "MD":
            found[child] = "ARGM-MOD"
        elif relation == "advcl":
            found[child] = clause_role(tree, child)
        elif relation == "obl:unmarked" and tree.lemmas[child] in english.TIME_NOUNS:
            found[child] = "ARGM-TMP"
    return sorted(found.items())


def verb_arguments(tree: Tree, verb: int, language: str = "en") -> list[Filler]:
    """Fillers of a full verb: its own dependants, then the subject it shares with another verb or a noun."""
    passive = is_passive(tree, verb)
    found: dict[int, str] = {}
    for child in tree.children[verb]:
        role = _own_role(tree, verb, child, passive, language)
        if role is not None:
            found[child] = role
    relative = _relative_arguments(tree, verb, passive, found)
    found.update(relative)
    if not tree.has(verb, *SUBJECTS, *PASSIVE_SUBJECTS) and not any(
        not r.startswith("R-") for r in relative.values()
    ):
        shared = _shared_subject(tree, verb)
        if shared is not None and shared != verb and shared not in found:
            role = "ARG1" if passive else _subject_role(tree, verb)
            if role not in found.values():
                found[shared] = role
    if "ARG1" not in found.values():
        shared = _shared_object(tree, verb)
        if shared is not None and shared not in found:
            found[shared] = "ARG1"
    joined = tree.relations[verb] == "conj" and tree.tokens[tree.heads[verb]].upos == "VERB"
    if joined and not tree.has(verb, *SUBJECTS, *PASSIVE_SUBJECTS, "aux"):
        for child in tree.children[tree.heads[verb]]:
            if tree.relations[child] == "aux" and tree.tokens[child].xpos == "MD":
                found[child] = "ARGM-MOD"
    return sorted(found.items())


def _own_role(tree: Tree, verb: int, child: int, passive: bool, language: str) -> str | None:
    relation = tree.relations[child]
    token = tree.tokens[child]
    lemma = tree.lemmas[verb]
    if relation in SUBJECTS:
        return "ARG1" if passive else _subject_role(tree, verb)
    if relation in PASSIVE_SUBJECTS:
        return "ARG2" if lemma in english.GIVE_VERBS and tree.has(verb, "obj") else "ARG1"
    if relation == "obj":
        return "ARG2" if lemma in english.ASK_VERBS and tree.has(verb, "xcomp") else "ARG1"
    if relation == "iobj":
        return "ARG2"
    if relation in ("obl:agent", "obl:patient"):
        return "ARG0" if relation == "obl:agent" else "ARG1"
    if relation == "xcomp":
        if passive and lemma in english.SHOW_VERBS and token.xpos == "VBG":
            return "ARGM-PRD"
        return _complement_role(tree, verb)
    if relation == "ccomp":
        return "ARG2" if lemma in english.ASK_VERBS and tree.has(verb, "obj", "iobj") else "ARG1"
    if relation in ("discourse", "vocative"):
        return "ARGM-DIS"
    if relation == "cc" and child == 0:
        return "ARGM-DIS"
    if relation == "parataxis":
        return "ARG1" if lemma in english.SAY_VERBS and child < verb and token.upos == "VERB" else None
    if language == "zh":
        return chinese_role(tree, verb, child)
    if relation == "aux":
        return "ARGM-MOD" if token.xpos == "MD" else None
    if relation == "advcl" or relation.startswith("advcl:"):
        return clause_role(tree, child)
    if relation == "advmod" or relation.startswith("advmod:"):
        return adverb_role(tree, verb, child)
    if relation in ("obl", "obl:unmarked", "obl:tmod", "obl:npmod", "nmod"):
        return oblique_role(tree, verb, child, passive)
    return None


def _subject_role(tree: Tree, verb: int) -> str:
    intransitive = not tree.has(verb, "obj", "ccomp", "iobj")
    return "ARG1" if intransitive and tree.lemmas[verb] in english.NO_AGENT_VERBS else "ARG0"


def _complement_role(tree: Tree, verb: int) -> str:
    lemma = tree.lemmas[verb]
    if lemma in english.BECOME_VERBS:
        return "ARG2"
    if lemma in english.ASK_VERBS or lemma in english.CAUSE_VERBS:
        return "ARG2" if tree.has(verb, "obj", "iobj") and lemma not in ("make", "let", "cause") else "ARG1"
    return "ARG1"


def _subject(tree: Tree, head: int) -> int | None:
    own = tree.first(head, *SUBJECTS, *PASSIVE_SUBJECTS)
    if own is not None:
        return _resolve_relative(tree, own)
    return _shared_subject(tree, head)


def _resolve_relative(tree: Tree, subject: int) -> int:
    """The antecedent where the subject is a relative pronoun, otherwise the subject itself."""
    clause = tree.heads[subject]
    if tree.relations[clause] == "acl:relcl" and tree.lemmas[subject] in ("who", "which", "that"):
        return tree.heads[clause]
    return subject


def _shared_subject(tree: Tree, verb: int) -> int | None:
    """Who does a verb without a subject of its own, None where the sentence does not say."""
    current = verb
    for _ in range(_MAX_SHARING):
        relation, head = tree.relations[current], tree.heads[current]
        if head < 0:
            return None
        token = tree.tokens[current]
        to = any(tree.lemmas[c] == "to" and tree.relations[c] == "mark" for c in tree.children[current])
        if relation == "conj":
            pass
        elif relation == "xcomp":
            controlled = tree.first(head, "obj", "iobj")
            if controlled is not None and not (controlled > current):
                return controlled
        elif relation == "advcl" or relation.startswith("advcl:"):
            nonfinite = to or token.xpos in ("VBG", "VBN") or "VerbForm=Part" in token.feats
            if not (nonfinite or "VerbForm=Ger" in token.feats):
                return None
        elif relation in ("ccomp", "obl"):
            if not to and token.xpos != "VBG":
                return None
            taught = tree.first(head, "iobj", "obj") if tree.lemmas[head] in english.TEACH_VERBS else None
            if to and taught is not None and taught < current:
                return taught
        elif relation == "acl":
            if to:
                return None
            return head
        elif relation == "amod" and token.upos == "VERB" or relation == "acl:relcl":
            return head
        elif relation == "parataxis":
            finite = token.xpos in ("VBZ", "VBP", "VBD")
            if not finite or current < head or tree.tokens[head].upos != "VERB":
                return None
        else:
            return None
        own = tree.first(head, *SUBJECTS, *PASSIVE_SUBJECTS)
        if own is not None:
            return _resolve_relative(tree, own)
        current = head
    return None


def _shared_object(tree: Tree, verb: int) -> int | None:
    """The object that conjoined verbs share ("washes and dries a car"), None where there is none."""
    if tree.has(verb, "obj", "ccomp", "xcomp", "obl", "advcl", "aux:pass", "nsubj:pass"):
        return None
    if tree.relations[verb] == "conj" and tree.tokens[tree.heads[verb]].upos == "VERB":
        thing = tree.first(tree.heads[verb], "obj")
        return thing if thing is not None and thing > verb else None
    for child in tree.children[verb]:
        if tree.relations[child] == "conj" and tree.tokens[child].upos == "VERB":
            between = all(tree.relations[k] in ("cc", "punct") for k in range(verb + 1, child))
            thing = tree.first(child, "obj")
            if between and thing is not None and thing > child:
                return thing
    return None


def _relative_arguments(tree: Tree, verb: int, passive: bool, found: dict[int, str]) -> dict[int, str]:
    """Fillers that come from the noun that a relative clause describes; relative pronouns get the prefix R-."""
    clause = verb
    while tree.relations[clause] in ("conj", "xcomp", "ccomp") and tree.heads[clause] >= 0:
        clause = tree.heads[clause]
    if tree.relations[clause] != "acl:relcl":
        return {}
    antecedent = tree.heads[clause]
    pronoun = next((i for i, _ in sorted(found.items()) if tree.lemmas[i] in _RELATIVE_WORDS), None)
    if pronoun is not None:
        if tree.tokens[pronoun].xpos in ("WDT", "WP", "WRB", "IN", "") or tree.tokens[pronoun].upos in (
            "PRON",
            "ADV",
        ):
            role = found[pronoun]
            return {pronoun: f"R-{role}", antecedent: role}
        return {}
    if clause != verb:
        return {}
    roles = set(found.values())
    lemma = tree.lemmas[antecedent]
    has_subject = tree.has(verb, *SUBJECTS, *PASSIVE_SUBJECTS)
    if not has_subject:
        return {antecedent: "ARG1" if passive else _subject_role(tree, verb)}
    if lemma in ("day", "time", "moment", "year"):
        return {antecedent: "ARGM-TMP"}
    if lemma == "way":
        return {antecedent: "ARGM-MNR"}
    if lemma == "reason":
        return {antecedent: "ARGM-CAU"}
    if lemma in ("place", "room", "area"):
        return {antecedent: "ARGM-LOC"}
    return {antecedent: "ARG1"} if "ARG1" not in roles else {}


__all__ = [
    "Filler",
    "RuleLabeller",
    "copula_arguments",
    "is_passive",
    "predicate_heads",
    "verb_arguments",
]
