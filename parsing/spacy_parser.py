"""spaCy pipelines as parsers, the builtin one among them. With graphs/spacy_component.py the only file with spaCy."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import version as installed_version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from parsing.code_digest import code_digest
from parsing.lemmas import with_known_lemmas
from parsing.parsed_caption import ROOT, ParsedCaption, ParseFailure, Token
from parsing.parsers import ParserError
from parsing.pieces import onto_caption, pieces_of, words_to_read
from parsing.predicates import Labeller, predicates_from_trees
from parsing.relations import is_clearnlp, to_universal
from parsing.repair import repaired
from parsing.roles_model import RoleModel, default_labeller

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODELS = Path(__file__).resolve().parent / "models"
"""Package data of the builtin parser: `pipeline/` (spaCy) and `roles.npz`."""
_SIGN = 1 << 63


class SpacyParser:
    """A spaCy pipeline with a dependency parser, and a role labeller.

    Args:
        nlp: The pipeline; needs tags, lemmas and a dependency parser.
        name: What the parser is called.
        version: Versions and digest of the model files.
        labeller: Names the arguments.
    """

    def __init__(self, nlp: Language, name: str, version: str, labeller: Labeller):
        self.nlp = nlp
        self.name = name
        self.version = version
        self.labeller = labeller
        self._convert = is_clearnlp(nlp.get_pipe("parser").labels)  # type: ignore[attr-defined]
        self._verbs = known_verbs(labeller)

    def parse(self, texts: Iterable[str], batch_size: int = 256) -> Iterator[ParsedCaption | ParseFailure]:
        """Parse captions; words are `text.split()`, a caption is one sentence, and a text without words gives no words.

        The pipeline reads punctuation and contractions as words of their own (`parsing.pieces`).

        A caption that the pipeline cannot parse gives a ParseFailure; the others of its batch are parsed nevertheless.
        """
        iterator = iter(texts)
        while batch := list(islice(iterator, batch_size)):
            try:
                yield from self._parse_batch(batch)
            except (
                Exception
            ) as error:  # a foreign pipeline may raise anything; the caption is named by its failure
                if len(batch) == 1:
                    yield ParseFailure(batch[0], f"{type(error).__name__}: {error}")
                else:
                    for text in batch:
                        yield from self.parse([text], 1)

    def _parse_batch(self, texts: list[str]) -> list[ParsedCaption | ParseFailure]:
        pieces = [pieces_of(text, self.nlp.lang == "en") for text in texts]
        read = [words_to_read(text, cut) for text, cut in zip(texts, pieces, strict=True)]
        docs = self.nlp.pipe((caption_doc(self.nlp, w) for w in read if w), batch_size=max(len(texts), 1))
        found = [put_right(doc_tokens(doc), self._convert, self._verbs) for doc in docs]
        trees = iter(zip(found, predicates_from_trees(found, self.labeller), strict=True))
        results: list[ParsedCaption | ParseFailure] = []
        for text, words, cut in zip(texts, read, pieces, strict=True):
            tokens, parts = next(trees) if words else ((), ((), ()))
            results.append(onto_caption(tokens, parts, text, cut))
        return results


def put_right(
    tokens: tuple[Token, ...], clearnlp: bool, verbs: Collection[str] = frozenset()
) -> tuple[Token, ...]:
    """A pipeline's tree with UD labels, repaired where it cannot be right, with lemmas that exist.

    Args:
        tokens: As the pipeline gave them.
        clearnlp: Whether its labels are ClearNLP's.
        verbs: Known lemmas of verbs, none where no list is at hand.
    """
    return with_known_lemmas(repaired(to_universal(tokens) if clearnlp else tokens), verbs)


def known_verbs(labeller: Labeller) -> Collection[str]:
    """Lemmas that a trained labeller has frames of; none with rules."""
    return labeller.features.frames if isinstance(labeller, RoleModel) else ()


def caption_doc(nlp: Language, words: list[str]) -> Doc:
    """A Doc of exactly these words that is one sentence by decree: the parser may not cut it."""
    from spacy.tokens import Doc

    return Doc(nlp.vocab, words=words, sent_starts=[i == 0 for i in range(len(words))])


def doc_tokens(doc: Doc) -> tuple[Token, ...]:
    """The words of a Doc as tokens; labels are the pipeline's own, roots get the relation "root"."""
    from spacy.attrs import DEP, HEAD, LEMMA, MORPH, ORTH, POS, TAG

    strings = doc.vocab.strings
    tokens = []
    rows = doc.to_array([ORTH, LEMMA, POS, TAG, MORPH, HEAD, DEP]).tolist()
    for i, (word, lemma, pos, tag, morph, head, dep) in enumerate(rows):
        feats = strings[morph] if morph else ""
        tokens.append(
            Token(
                text=strings[word],
                lemma=strings[lemma],
                upos=strings[pos],
                xpos=strings[tag],
                feats="" if feats == "_" else feats,
                head=ROOT if not head else i + (head - 2 * _SIGN if head >= _SIGN else head),
                deprel=strings[dep] if head else "root",
            )
        )
    return tuple(tokens)


def load_builtin() -> SpacyParser:
    """The parser that comes with the package.

    Raises:
        ParserError: The package data is incomplete, or the installed spaCy cannot read it.
    """
    import spacy
    from thinc.api import use_ops

    folder = MODELS / "pipeline"
    if not (folder / "meta.json").is_file():
        raise ParserError(
            f"the builtin parser's files are missing, expected {folder}; install the package again"
        )
    try:
        with use_ops("numpy", use_blis=False):  # numpy's products are half again as fast at these sizes
            nlp = spacy.load(folder)
    except (OSError, ValueError) as error:
        raise ParserError(
            f"spaCy {installed_version('spacy')} cannot read the builtin pipeline {folder}: {error}"
        ) from error
    labeller = default_labeller("en")
    files = [*sorted(p for p in folder.rglob("*") if p.is_file()), MODELS / "roles.npz"]
    digest = files_digest(MODELS, files)
    version = f"spacy-{installed_version('spacy')}+{labeller.version}+{code_digest()}+{digest}"
    return SpacyParser(nlp, "builtin", version, labeller)


def load_spacy(model: str) -> SpacyParser:
    """An installed spaCy pipeline, by package name or folder.

    Raises:
        ParserError: It is not installed, or has no dependency parser; the message says what to run.
    """
    import spacy

    try:
        nlp = spacy.load(model)
    except OSError as error:
        raise ParserError(
            f"no spaCy pipeline {model!r} is installed; run: python -m spacy download {model}"
        ) from error
    if "parser" not in nlp.pipe_names:
        raise ParserError(
            f"spaCy pipeline {model!r} has no parser, only {', '.join(nlp.pipe_names) or 'nothing'}"
        )
    labeller = default_labeller(nlp.lang)
    meta = nlp.meta
    folder = Path(nlp.path) if nlp.path else None
    digest = files_digest(folder, sorted(p for p in folder.rglob("*") if p.is_file())) if folder else "memory"
    version = f"spacy-{installed_version('spacy')}+{meta.get('name', model)}-{meta.get('version', '0')}"
    version += f"+{labeller.version}+{code_digest()}+{digest}"
    return SpacyParser(nlp, f"spacy:{model}", version, labeller)


def files_digest(root: Path, files: Iterable[Path]) -> str:
    """First 16 hex digits of the SHA-256 over names and contents of the files that exist."""
    digest = hashlib.sha256()
    for path in files:
        if path.is_file():
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
