"""Stanza as a backend. The only file that imports stanza."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from parsing.align import is_unspaced, onto_words
from parsing.guard import batches
from parsing.parsed_caption import ROOT, ParsedCaption, ParseFailure, Token
from parsing.parsers import ParserError
from parsing.predicates import predicates_from_tree
from parsing.roles_model import default_labeller

CHINESE = ("zh", "zh-hans", "zh-hant", "lzh")


class StanzaParser:
    """Universal Dependencies trees of a stanza pipeline, with roles.

    Captions are given to stanza as their own words. A caption in a script without blanks that has no blanks
    is given as it is, and stanza finds the words.

    Attributes:
        name: "stanza:<language>".
        version: Version of stanza and of the labeller, digest of the models.
    """

    def __init__(self, language: str, words_pipeline: Any, text_pipeline: Any, version: str) -> None:
        self.name = f"stanza:{language}"
        self._labeller = default_labeller("zh" if language in CHINESE else language)
        self.version = f"{version}+{self._labeller.version}"
        self._words_pipeline = words_pipeline
        self._text_pipeline = text_pipeline

    def parse(self, texts: Iterable[str], batch_size: int = 256) -> Iterator[ParsedCaption | ParseFailure]:
        """One result per caption, in order."""
        for batch in batches(texts, batch_size):
            spaced = [text for text in batch if text.split() and not _needs_words(text)]
            trees = dict(zip(spaced, self._trees(spaced), strict=True))
            for text in batch:
                try:
                    tokens = trees[text] if text in trees else self._tree(text)
                    tokens = onto_words(tokens, text)
                    yield ParsedCaption(text, tokens, *predicates_from_tree(tokens, self._labeller))
                except ValueError as error:
                    yield ParseFailure(text, f"{self.name}: {error}")

    def _trees(self, texts: Sequence[str]) -> list[tuple[Token, ...]]:
        if not texts:
            return []
        sentences = self._words_pipeline([text.split() for text in texts]).sentences
        if len(sentences) != len(texts):
            raise ParserError(f"{self.name}: {len(sentences)} sentences for {len(texts)} captions")
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

    Raises:
        ParserError: stanza is not installed, or its models for the language are not there; says what to run.
    """
    try:
        import stanza
    except ImportError as error:
        raise ParserError(f"stanza:{language}: stanza is not installed; run: pip install stanza") from error
    logging.getLogger("stanza").setLevel(logging.ERROR)

    def pipeline(processors: str, pretokenized: bool) -> Any:
        return stanza.Pipeline(
            language,
            processors=processors,
            tokenize_pretokenized=pretokenized,
            tokenize_no_ssplit=True,
            download_method=None,
            use_gpu=False,
            verbose=False,
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
    return len(text.split()) == 1 and is_unspaced(text)


def _digest(pipeline: Any) -> str:
    """Digest of the model files that a pipeline was loaded from."""
    digest = hashlib.sha256()
    found: set[str] = set()
    for processor in getattr(pipeline, "processors", {}).values():
        for value in dict(getattr(processor, "config", {}) or {}).values():
            if isinstance(value, str) and value.endswith(".pt"):
                found.add(value)
    for path in sorted(path for path in found if Path(path).is_file()):
        with open(path, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"sha256:{digest.hexdigest()[:16]}"
