"""Stanza as a backend. The only file that imports stanza."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from parsing.align import is_unspaced, onto_words
from parsing.code_digest import code_digest
from parsing.guard import batches
from parsing.parsed_caption import ROOT, ParsedCaption, ParseFailure, Token
from parsing.parsers import ParserError
from parsing.pieces import onto_caption, pieces_of, words_to_read
from parsing.predicates import predicates_from_tree
from parsing.roles_model import default_labeller

CHINESE = ("zh", "zh-hans", "zh-hant", "lzh")
LONGEST_WORD = 4
"""Letters of a word in a script without blanks; a longer run has not been cut into words."""


class StanzaParser:
    """Universal Dependencies trees of a stanza pipeline, with roles.

    Captions are given to stanza as their own words, punctuation and English contractions cut off (`parsing.pieces`).
    A caption in a script without blanks that has not been cut into words is given as it is, and stanza finds them.

    Attributes:
        name: "stanza:<language>".
        version: Version of stanza and of the labeller, digest of the models.
    """

    def __init__(self, language: str, words_pipeline: Any, text_pipeline: Any, version: str) -> None:
        self.name = f"stanza:{language}"
        self._language = language
        self._labeller = default_labeller("zh" if language in CHINESE else language)
        self.version = f"{version}+{self._labeller.version}+{code_digest()}"
        self._words_pipeline = words_pipeline
        self._text_pipeline = text_pipeline

    def parse(self, texts: Iterable[str], batch_size: int = 256) -> Iterator[ParsedCaption | ParseFailure]:
        """One result per caption, in order."""
        for batch in batches(texts, batch_size):
            spaced = [text for text in batch if text.split() and not _needs_words(text)]
            pieces = {text: pieces_of(text, self._language == "en") for text in spaced}
            read = [words_to_read(text, cut) for text, cut in pieces.items()]
            trees = dict(zip(pieces, self._trees(read), strict=True))
            for text in batch:
                try:
                    tokens = trees[text] if text in trees else self._tree(text)
                    cut = pieces.get(text)
                    if cut is None:
                        tokens = onto_words(tokens, text)
                    parts = predicates_from_tree(tokens, self._labeller)
                    yield onto_caption(tokens, parts, text, cut)
                except ValueError as error:
                    yield ParseFailure(text, f"{self.name}: {error}")

    def _trees(self, captions: Sequence[list[str]]) -> list[tuple[Token, ...]]:
        if not captions:
            return []
        sentences = self._words_pipeline(captions).sentences
        if len(sentences) != len(captions):
            raise ParserError(f"{self.name}: {len(sentences)} sentences for {len(captions)} captions")
        return [tokens_of([sentence]) for sentence in sentences]

    def _tree(self, text: str) -> tuple[Token, ...]:
        return tokens_of(self._text_pipeline(text).sentences) if text.split() else ()


def tokens_of(sentences: Sequence[Any]) -> tuple[Token, ...]:
    """Words of stanza sentences as one sequence of tokens; each sentence keeps its own root."""
    tokens: list[Token] = []
    for sentence in sentences:
        start = len(tokens)
        for word in sentence.words:
            tokens.append(
                Token(
                    word.text,
                    word.lemma or "",
                    word.upos or "",
                    word.xpos or "",
                    word.feats or "",
                    ROOT if not word.head else start + word.head - 1,
                    word.deprel or "",
                )
            )
    return tuple(tokens)


def load_stanza(language: str) -> StanzaParser:
    """The parser of "stanza:<language>"; nothing is downloaded.

    Its models are in stanza's own folder, or in the one that the environment variable STANZA_RESOURCES_DIR names.

    Raises:
        ParserError: stanza is not installed, or its models for the language are not there; says what to run.
    """
    try:
        import stanza
    except ImportError as error:
        raise ParserError(f"stanza:{language}: stanza is not installed; run: pip install stanza") from error
    logging.getLogger("stanza").setLevel(logging.ERROR)
    folder = os.environ.get("STANZA_RESOURCES_DIR")  # stanza itself reads it only once, when it is imported

    def pipeline(processors: str, pretokenized: bool) -> Any:
        return stanza.Pipeline(
            language,
            processors=processors,
            tokenize_pretokenized=pretokenized,
            tokenize_no_ssplit=True,
            download_method=None,
            use_gpu=False,
            verbose=False,
            **({"dir": folder} if folder else {}),
        )

    try:
        words = pipeline("tokenize,pos,lemma,depparse", True)
        text = pipeline("tokenize,pos,lemma,depparse", False) if language in (*CHINESE, "ja", "th") else words
    except Exception as error:  # stanza raises its own kinds, all of them saying that a model is not there
        raise ParserError(
            f"stanza:{language}: no models ({error}); run once, with a network: "
            f"python -c \"import stanza; stanza.download('{language}')\""
        ) from error
    return StanzaParser(language, words, text, f"stanza {stanza.__version__}, models {_digest(words)}")


def _needs_words(text: str) -> bool:
    return any(len(word) > LONGEST_WORD and is_unspaced(word) for word in text.split()) or (
        len(text.split()) == 1 and is_unspaced(text)
    )


def _digest(pipeline: Any) -> str:
    """Digest of the model files that a pipeline was loaded from.

    Options that a model was trained with are in its processor's config too, the name of a checkpoint among them.
    """
    digest = hashlib.sha256()
    found: set[str] = set()
    for processor in getattr(pipeline, "processors", {}).values():
        for name, value in dict(getattr(processor, "config", {}) or {}).items():
            if name.endswith("_path") and isinstance(value, str) and value.endswith(".pt"):
                found.add(value)
    for path in sorted(path for path in found if Path(path).is_file()):
        with open(path, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"sha256:{digest.hexdigest()[:16]}"
