"""Trees that another parser wrote: a CoNLL-U file as a backend."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from parsing.align import is_unspaced, onto_words, squeezed
from parsing.code_digest import code_digest
from parsing.conllu_format import blocks, tokens_of
from parsing.json_lines import FormatError
from parsing.parsed_caption import ParsedCaption, ParseFailure
from parsing.parsers import ParserError
from parsing.predicates import predicates_from_tree
from parsing.roles_model import default_labeller


class ConlluParser:
    """Looks captions up in a file of Universal Dependencies trees and adds roles.

    A caption is found by its `# text` or by its words, blanks not counting. Of equal captions the first tree
    counts.

    Attributes:
        name: "conllu:<file>".
        version: Versions of the labellers (English, Chinese) and digest of the file.
    """

    def __init__(self, path: Path) -> None:
        self.name = f"conllu:{path}"
        self.path = path
        self._english, self._chinese = default_labeller("en"), default_labeller("zh")
        self._trees: dict[str, tuple[int, str]] = {}
        for number, comments, rows in blocks(path):
            if not rows:
                continue
            lines = "\n".join("\t".join(row) for row in rows)
            by_words = squeezed("".join(row[1] for row in rows))
            for key in dict.fromkeys((squeezed(comments.get("text", "")), by_words)):
                if key:
                    self._trees.setdefault(key, (number, lines))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        labellers = f"{self._english.version}+{self._chinese.version}"
        self.version = f"{labellers}+{code_digest()}+sha256:{digest}"

    def parse(self, texts: Iterable[str], batch_size: int = 256) -> Iterator[ParsedCaption | ParseFailure]:
        """One result per caption, in order; a caption that the file lacks, or whose tree is broken, is a failure."""
        for text in texts:
            if not text.split():
                yield ParsedCaption(text, ())
                continue
            found = self._trees.get(squeezed(text))
            if found is None:
                yield ParseFailure(
                    text, f"no tree in {self.path.name}: no sentence has this text or these words"
                )
                continue
            number, lines = found
            try:
                tokens = onto_words(tokens_of([line.split("\t") for line in lines.split("\n")]), text)
                labeller = self._chinese if is_unspaced(text) else self._english
                yield ParsedCaption(text, tokens, *predicates_from_tree(tokens, labeller))
            except ValueError as error:
                yield ParseFailure(text, f"{self.path.name}:{number}: {error}")


def load_conllu(path: str) -> ConlluParser:
    """The parser of "conllu:<file>".

    Raises:
        ParserError: No such file, no CoNLL-U, or no sentence in it.
    """
    if not Path(path).is_file():
        raise ParserError(
            f"conllu:{path}: no such file; write trees there with any Universal Dependencies parser"
        )
    try:
        parser = ConlluParser(Path(path))
    except FormatError as error:
        raise ParserError(f"conllu:{path}: no CoNLL-U file ({error})") from error
    if not parser._trees:
        raise ParserError(f"conllu:{path}: no sentence in the file")
    return parser
