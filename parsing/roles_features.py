"""Candidates and hashed features of the trained role labeller."""

from __future__ import annotations

from zlib import crc32

from parsing import english
from parsing.rules import SUBJECTS, Filler, is_passive
from parsing.tree import Tree

_FRAME = {
    "nsubj": "s", "nsubj:pass": "p", "csubj": "s", "obj": "o", "iobj": "i", "ccomp": "c", "xcomp": "x", "obl": "b",
    "obl:agent": "a", "expl": "e", "compound:prt": "t", "cop": "k",
}  # fmt: skip
_SHORT = {
    "ADJ": "A", "ADP": "I", "ADV": "R", "AUX": "X", "CCONJ": "C", "DET": "D", "NOUN": "N", "NUM": "M", "PART": "T",
    "PRON": "P", "PROPN": "N", "PUNCT": ",", "SCONJ": "S", "VERB": "V",
}  # fmt: skip
_RELATIVE = frozenset(("that", "which", "who", "whom", "where", "when", "why", "how", "what", "whose"))
WINDOW = 60
"""Words farther from the predicate are no candidates: time grows with the length of a text, not with its square."""


class FeatureMaker:
    """Turns a predicate's candidates into hashed features.

    Args:
        paths: Tree paths from a predicate on which candidates are looked for.
        buckets: Number of hash buckets.
        frames: Verb lemma -> its roles with function tags, "0PAG 1PPT 2GOL", and " n" at the end for words that are
            also nouns of events.
    """

    def __init__(self, paths: frozenset[str], buckets: int, frames: dict[str, str]):
        self.paths = paths
        self.buckets = buckets
        self.frames = frames
        self.longest = max((path.count("^") + path.count("/") for path in paths), default=0)
        self._cache: dict[str, int] = {}

    def candidates(self, tree: Tree, verb: int) -> list[tuple[int, str]]:
        """Words on a known path from the predicate and near it, with the path, ascending."""
        found = []
        for i in range(max(0, verb - WINDOW), min(len(tree), verb + WINDOW + 1)):
            if i != verb and tree.relations[i] != "punct":
                path = tree.path(verb, i, self.longest)
                if path is not None and path in self.paths:
                    found.append((i, path))
        return found

    def features(
        self,
        tree: Tree,
        verb: int,
        candidates: list[tuple[int, str]],
        rules: list[Filler],
        gold: bool = False,
    ) -> list[list[int]]:
        """Feature ids of each candidate, 1 .. buckets - 1.

        Args:
            tree: The sentence.
            verb: The predicate.
            candidates: Position and path of each candidate.
            rules: What the rules say about this predicate; a feature among others.
            gold: Whether the tree is known to be right.
        """
        by_rule = dict(rules)
        lemma = tree.lemmas[verb]
        particle = tree.first(verb, "compound:prt")
        if particle is not None:
            lemma += "_" + tree.lemmas[particle]
        token = tree.tokens[verb]
        anchor = tree.heads[verb] if tree.relations[verb] == "cop" else verb
        voice = "P" if is_passive(tree, verb) else "A"
        frame = voice + "".join(
            sorted({_FRAME[tree.relations[c]] for c in tree.children[anchor] if tree.relations[c] in _FRAME})
        )
        head = tree.heads[verb]
        governor = tree.lemmas[head] if head >= 0 else "-"
        tags = self.frames.get(lemma, self.frames.get(tree.lemmas[verb], "?"))
        thing = tree.first(verb, "obj")
        object_lemma = tree.lemmas[thing] if thing is not None else "-"
        verb_tag = token.xpos or token.upos
        trust = "G" if gold else "P"
        places = "+".join(
            sorted(
                _markers(tree, c)[0] for c in tree.children[anchor] if tree.relations[c] in ("obl", "nmod")
            )
        )
        rows = []
        seen: dict[str, int] = {}
        style = _style(tree)
        for i, path in candidates:
            word = tree.tokens[i]
            noun = tree.lemmas[i]
            relation = path[path.rfind("/") + 1 :] if "/" in path else path
            case, mark = _markers(tree, i)
            rule = by_rule.get(i, "-")
            side = "L" if i < verb else "R"
            kind = _kind(noun)
            eventive = "n" if self.frames.get(noun, "").endswith("n") else "-"
            near = "1" if abs(i - verb) == 1 else "2" if abs(i - verb) < 4 else "3"
            between = _between(tree, i, verb)
            before, after = _neighbor(tree, i - 1), _neighbor(tree, i + 1)
            first, tag_first = _opening(tree, i)
            order = seen[relation] = seen.get(relation, 0) + 1
            above = tree.heads[i]
            over = tree.tokens[above].upos if above >= 0 else "-"
            names = [
                f"p{path}", f"pl{path}|{lemma}", f"pv{path}|{voice}", f"pf{path}|{frame}", f"plf{path}|{lemma}|{frame}",
                f"cp{case}|{path}", f"cl{case}|{lemma}|{relation}", f"cn{case}|{noun}", f"cf{case}|{frame}|{relation}",
                f"cln{case}|{lemma}|{kind}", f"ck{case}|{kind}|{relation}", f"mp{mark}|{path}", f"ml{mark}|{lemma}",
                f"mt{mark}|{word.xpos}|{relation}", f"fl{frame}|{lemma}", f"tp{word.xpos}|{path}", f"np{noun}|{path}",
                f"n{noun}", f"ln{lemma}|{noun}", f"gp{governor}|{path}", f"vp{verb_tag}|{path}", f"r{rule}",
                f"rl{rule}|{lemma}", f"rc{rule}|{case}", f"rcl{rule}|{case}|{lemma}", f"rf{rule}|{frame}",
                f"s{side}|{relation}|{near}", f"sp{side}|{path}|{word.upos}", f"x{tags}|{relation}|{case}",
                f"xr{tags}|{rule}|{voice}", f"xf{tags}|{path}|{frame}", f"oc{object_lemma}|{case}|{relation}",
                f"lo{lemma}|{object_lemma}|{relation}", f"kp{kind}|{path}|{voice}", f"lt{lemma}|{relation}|{word.xpos}",
                f"t{trust}|{path}", f"tr{trust}|{rule}|{relation}", f"tg{trust}|{side}|{word.upos}|{relation}",
                f"pc{frame}|{places}|{lemma}|{relation}", f"cpl{places}|{case}|{relation}|{tags}",
                f"e{eventive}|{lemma}|{relation}", f"em{eventive}|{case}|{path}",
                f"b{between}|{word.upos}", f"bl{between}|{lemma}", f"bp{between}|{path}",
                f"bt{trust}|{between}|{voice}",
                f"ab{before[0]}|{relation}|{side}", f"at{before[1]}|{word.xpos}|{after[1]}|{side}",
                f"aa{after[0]}|{relation}|{side}", f"fw{first}|{path}", f"fl{first}|{lemma}|{side}",
                f"ft{tag_first}|{first}|{kind}|{relation}", f"or{order}|{path}|{case}", f"ov{over}|{word.xpos}|{path}",
                f"u{style}|{rule}|{relation}", f"uc{style}|{rule}|{case}", f"up{style}|{path}|{voice}",
                f"dl{tree.relations[i]}|{first}|{noun}", f"vt{verb_tag}|{voice}|{between}|{word.upos}",
            ]  # fmt: skip
            if relation in ("advmod", "obl:unmarked", "advcl", "obl"):
                names += [
                    f"w{word.text.lower()}|{side}",
                    f"sf{noun[-3:]}|{relation}",
                    f"wl{noun}|{lemma}|{side}",
                ]
            if noun in _RELATIVE:
                names.append(f"q{noun}|{path}|{word.xpos}")
            if tree.relations[verb] in ("acl:relcl", "acl", "xcomp", "conj", "advcl"):
                own = tree.first(verb, *SUBJECTS)
                names.append(f"o{path}|{frame}|{tree.lemmas[own] if own is not None else '-'}")
                names.append(f"og{path}|{tree.relations[verb]}|{governor}|{frame}")
            rows.append([self._hash(name) for name in names])
        return rows

    def _hash(self, name: str) -> int:
        found = self._cache.get(name)
        if found is None:
            found = crc32(name.encode("utf-8", "surrogatepass")) % (self.buckets - 1) + 1
            if len(self._cache) > 400_000:
                self._cache.clear()
            self._cache[name] = found
        return found


def _style(tree: Tree) -> str:
    """Whether a sentence is written like a caption, in lower case and without a final point, or like a text."""
    last = tree.relations[-1] == "punct"
    return "t" if last or any(token.text[:1].isupper() for token in tree.tokens) else "c"


def _between(tree: Tree, i: int, verb: int) -> str:
    """Side of a word and the coarse tags between it and the predicate, which stay right where the tree is wrong."""
    low, high = (i, verb) if i < verb else (verb, i)
    tags = [_SHORT.get(tree.tokens[k].upos, "x") for k in range(low + 1, high)]
    middle = "".join(tags)
    if len(tags) > 5:
        middle = f"{middle[:2]}~{'V' if 'V' in tags else '-'}~{middle[-1]}"
    return f"{'L' if i < verb else 'R'}{middle}"


def _neighbor(tree: Tree, i: int) -> tuple[str, str]:
    if 0 <= i < len(tree):
        return tree.lemmas[i], tree.tokens[i].xpos or tree.tokens[i].upos
    return "-", "-"


def _opening(tree: Tree, i: int) -> tuple[str, str]:
    """Lemma and tag of the first word of the phrase under a word."""
    while tree.children[i] and tree.children[i][0] < i:
        i = tree.children[i][0]
    return _neighbor(tree, i)


def _markers(tree: Tree, i: int) -> tuple[str, str]:
    case, mark = "", ""
    for child in tree.children[i]:
        relation = tree.relations[child]
        if relation == "case":
            case = f"{case}_{tree.lemmas[child]}" if case else tree.lemmas[child]
        elif relation == "mark" or (relation == "advmod" and tree.tokens[child].xpos == "WRB"):
            mark = f"{mark}_{tree.lemmas[child]}" if mark else tree.lemmas[child]
    return case, mark


def _kind(noun: str) -> str:
    if noun in english.TIME_NOUNS:
        return "T"
    if noun in english.PERSON_NOUNS:
        return "P"
    return "E" if noun in english.EVENT_NOUNS else "-"
