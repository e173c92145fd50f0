"""What the trained role labeller sees of a candidate: one column of hashed values per property.

Properties of words are looked up once a sentence, those of predicates once a predicate; strings are hashed once and
remembered. Everything after that is arithmetic on whole arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from parsing import english
from parsing.rules import SUBJECTS, Filler, is_passive
from parsing.tree import Tree

_FRAME = {
    "nsubj": "s", "nsubj:pass": "p", "csubj": "s", "obj": "o", "iobj": "i", "ccomp": "c", "xcomp": "x", "obl": "b",
    "obl:agent": "a", "expl": "e", "compound:prt": "t", "cop": "k",
}  # fmt: skip
_SEQUENCE = _FRAME | {"advmod": "r", "advcl": "l", "obl:unmarked": "u", "parataxis": "q", "conj": "j"}
_SHORT = {
    "ADJ": "A", "ADP": "I", "ADV": "R", "AUX": "X", "CCONJ": "C", "DET": "D", "NOUN": "N", "NUM": "M", "PART": "T",
    "PRON": "P", "PROPN": "N", "PUNCT": ",", "SCONJ": "S", "VERB": "V",
}  # fmt: skip
_KIDS = frozenset(
    ("det", "case", "mark", "nummod", "nmod:poss", "acl:relcl", "cop", "nsubj", "aux", "cc", "fixed")
)
WORD = ("noun", "xpos", "upos", "word", "suffix", "kind", "eventive")
SENTENCE = ("case", "mark", "own", "kids")
NEAR = ("before", "before_tag", "after", "after_tag", "first", "first_tag", "over", "over_noun")
PREDICATE = (
    "lemma", "verb", "voice", "frame", "governor", "tags", "object", "verb_tag", "trust", "places", "clause", "subject",
    "style",
)  # fmt: skip
PAIR = ("path", "relation", "rule", "side", "near", "between", "order", "sequence")
COLUMNS = (*WORD, *SENTENCE, *NEAR, *PREDICATE, *PAIR)
"""Names of the columns in order."""
_NEAR_FIELDS = ((0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (3, 2), (3, 0))
"""For each neighbor column which neighbor (before, after, first of the phrase, head) and which of its WORD fields."""
_CACHE_LIMIT = 400_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is known of a sentence before its roles are.

    Attributes:
        tree: The tree.
        predicates: Positions of the predicates.
        candidates: For each predicate position and path of each candidate.
        rules: For each predicate what the rules say.
    """

    tree: Tree
    predicates: Sequence[int]
    candidates: Sequence[Sequence[tuple[int, str]]]
    rules: Sequence[Sequence[Filler]]


class ColumnMaker:
    """Turns the candidates of a sentence's predicates into columns of hashed values.

    Args:
        frames: Verb lemma -> its roles with function tags, "0PAG 1PPT 2GOL", and " n" at the end for words that are
            also nouns of events.
    """

    def __init__(self, frames: Mapping[str, str]):
        self.frames = frames
        self._codes: dict[str, int] = {}
        self._words: dict[tuple[str, str, str, str], list[int]] = {}
        self._outside = [self.code("-")] * len(WORD)

    def code(self, text: str) -> int:
        """A hash of 62 bits that depends on nothing but the text."""
        found = self._codes.get(text)
        if found is None:
            if len(self._codes) > _CACHE_LIMIT:
                self._codes.clear()
            digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            found = self._codes[text] = int.from_bytes(digest, "little") >> 2
        return found

    def columns(self, sentences: Sequence[Sentence], trust: str) -> NDArray[np.int64]:
        """One row a candidate, one column a name of COLUMNS; sentence by sentence, predicate by predicate.

        Args:
            sentences: Trees, predicates, candidates and the rules' opinion.
            trust: Where the trees come from: "G" gold, "P" predicted, "E" predicted, of an example sentence.
        """
        code = self.code
        words: list[list[int]] = [self._outside]
        own: list[list[int]] = []
        others: list[tuple[int, int, int, int]] = []
        above: list[list[int]] = []
        pairs: list[list[int]] = []
        at: list[int] = []
        which: list[int] = []
        for sentence in sentences:
            tree, start = sentence.tree, len(words)
            words += [self._word(tree, i) for i in range(len(tree))]
            end = len(words)
            known: dict[int, int] = {}
            style = code(_style(tree))
            signs = "".join([_SHORT.get(token.upos, "x") for token in tree.tokens])
            for verb, found, fillers in zip(
                sentence.predicates, sentence.candidates, sentence.rules, strict=True
            ):
                if not found:
                    continue
                above += [[*self._predicate(tree, verb, trust), style]] * len(found)
                pairs += self._pairs(tree, verb, found, dict(fillers), signs)
                for i, _ in found:
                    row = known.get(i)
                    if row is None:
                        row = known[i] = len(own)
                        case, mark = markers(tree, i)
                        own.append([code(case), code(mark), code(tree.relations[i]), code(_kids(tree, i))])
                        after = start + i + 1 if start + i + 1 < end else 0
                        head = tree.heads[i]
                        others.append(
                            (
                                start + i - 1 if i else 0,
                                after,
                                start + _opening(tree, i),
                                start + head if head >= 0 else 0,
                            )
                        )
                    which.append(row)
                    at.append(start + i)
        result = np.empty((len(at), len(COLUMNS)), dtype=np.int64)
        if not at:
            return result
        table = np.array(words, dtype=np.int64)
        a, b = len(WORD), len(WORD) + len(SENTENCE)
        result[:, :a] = table[np.array(at)]
        result[:, a:b] = np.array(own, dtype=np.int64)[which]
        neighbors = np.array(others)[which]
        for k, (neighbor, field) in enumerate(_NEAR_FIELDS):
            result[:, b + k] = table[neighbors[:, neighbor], field]
        result[:, b + len(NEAR) : b + len(NEAR) + len(PREDICATE)] = above
        result[:, -len(PAIR) :] = pairs
        return result

    def _word(self, tree: Tree, i: int) -> list[int]:
        token = tree.tokens[i]
        key = (token.text, tree.lemmas[i], token.xpos, token.upos)
        found = self._words.get(key)
        if found is None:
            if len(self._words) > _CACHE_LIMIT:
                self._words.clear()
            noun = tree.lemmas[i]
            eventive = "n" if self.frames.get(noun, "").endswith("n") else "-"
            text = token.text.lower()
            values = (noun, token.xpos or token.upos, token.upos, text, text[-3:], _kind(noun), eventive)
            found = self._words[key] = [self.code(value) for value in values]
        return found

    def _predicate(self, tree: Tree, verb: int, trust: str) -> list[int]:
        lemma = tree.lemmas[verb]
        particle = tree.first(verb, "compound:prt")
        full = lemma if particle is None else f"{lemma}_{tree.lemmas[particle]}"
        anchor = tree.heads[verb] if tree.relations[verb] == "cop" else verb
        voice = "P" if is_passive(tree, verb) else "A"
        relations = [tree.relations[c] for c in tree.children[anchor]]
        frame = voice + "".join(sorted({_FRAME[r] for r in relations if r in _FRAME}))
        head = tree.heads[verb]
        thing = tree.first(verb, "obj")
        subject = tree.first(verb, *SUBJECTS)
        cases = [
            markers(tree, c)[0]
            for c, r in zip(tree.children[anchor], relations, strict=True)
            if r in ("obl", "nmod")
        ]
        token = tree.tokens[verb]
        values = (
            full, lemma, voice, frame, tree.lemmas[head] if head >= 0 else "-",
            self.frames.get(full, self.frames.get(lemma, "?")), tree.lemmas[thing] if thing is not None else "-",
            token.xpos or token.upos, trust, "+".join(sorted(cases)), tree.relations[verb],
            tree.lemmas[subject] if subject is not None else "-",
        )  # fmt: skip
        return [self.code(value) for value in values]

    def _pairs(
        self, tree: Tree, verb: int, found: Sequence[tuple[int, str]], by_rule: Mapping[int, str], signs: str
    ) -> list[list[int]]:
        code = self.code
        anchor = tree.heads[verb] if tree.relations[verb] == "cop" else verb
        dependents = [c for c in tree.children[anchor] if tree.relations[c] in _SEQUENCE]
        letters = [_SEQUENCE[tree.relations[c]] for c in dependents]
        cut = sum(c < verb for c in dependents)
        letters.insert(cut, "V")
        dependents.insert(cut, verb)
        seen: dict[str, int] = {}
        rows = []
        for i, path in found:
            relation = path[path.rfind("/") + 1 :] if "/" in path else path
            order = seen[relation] = seen.get(relation, 0) + 1
            distance = i - verb
            near = "1" if abs(distance) == 1 else "2" if abs(distance) < 4 else "3"
            side = "L" if distance < 0 else "R"
            middle = signs[i + 1 : verb] if distance < 0 else signs[verb + 1 : i]
            if len(middle) > 5:
                middle = f"{middle[:2]}~{'V' if 'V' in middle else '-'}~{middle[-1]}"
            sequence = "".join(
                [f"*{letter}" if c == i else letter for c, letter in zip(dependents, letters, strict=True)]
            )
            rows.append(
                [code(path), code(relation), code(by_rule.get(i, "-")), code(side), code(near),
                 code(side + middle), code(str(order)), code(sequence)]
            )  # fmt: skip
        return rows


def markers(tree: Tree, i: int) -> tuple[str, str]:
    """Prepositions and clause markers of a word, each joined by "_"."""
    case, mark = "", ""
    for child in tree.children[i]:
        relation = tree.relations[child]
        if relation == "case":
            case = f"{case}_{tree.lemmas[child]}" if case else tree.lemmas[child]
        elif relation == "mark" or (relation == "advmod" and tree.tokens[child].xpos == "WRB"):
            mark = f"{mark}_{tree.lemmas[child]}" if mark else tree.lemmas[child]
    return case, mark


def _style(tree: Tree) -> str:
    """Whether a sentence is written like a caption, in lower case and without a final point, or like a text."""
    last = tree.relations[-1] == "punct"
    return "t" if last or any(token.text[:1].isupper() for token in tree.tokens) else "c"


def _kids(tree: Tree, i: int) -> str:
    """Which function words and clauses hang on a word."""
    return "+".join(sorted({tree.relations[c] for c in tree.children[i]} & _KIDS))


def _opening(tree: Tree, i: int) -> int:
    """First word of the phrase under a word."""
    while tree.children[i] and tree.children[i][0] < i:
        i = tree.children[i][0]
    return i


def _kind(noun: str) -> str:
    if noun in english.TIME_NOUNS:
        return "T"
    if noun in english.PERSON_NOUNS:
        return "P"
    return "E" if noun in english.EVENT_NOUNS else "-"
