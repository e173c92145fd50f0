"""Probes for a corpus: learn what is plausible, alter every sound caption, keep what no sibling supports."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from graphs.role_graph import RoleGraph
from hgr.analysis.probes.corpus import Corpus, learn
from hgr.analysis.probes.operators import OPERATORS
from hgr.analysis.probes.soundness import is_sound
from hgr.analysis.probes.source import Source, make_source
from hgr.analysis.probes.structure import verb_phrase
from hgr.errors import DataError

SMALL_CORPUS = 20_000
"""Captions below which every word counts as known: rare words are no typing errors in a controlled vocabulary."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A caption and an altered one.

    Attributes:
        id: Unique.
        kind: A key of `OPERATORS`.
        caption: Id of the caption.
        video: Id of its video.
        text: The caption.
        altered: The altered caption.
        before: The words that were changed.
        after: What they became.
        graph: Role graph of the altered caption, edited from the caption's.
    """

    id: str
    kind: str
    caption: str
    video: str
    text: str
    altered: str
    before: str
    after: str
    graph: RoleGraph


def generate(
    captions: Sequence[tuple[str, str, str, RoleGraph]],
    kinds: Sequence[str] = tuple(OPERATORS),
    seed: int = 0,
    known_words: bool | None = None,
    per_caption: int = 1,
    wanted: Collection[str] | None = None,
) -> Iterator[Probe]:
    """Probes of a corpus, in the order of its captions; the same for the same corpus and seed.

    Args:
        captions: (id, video, text, role graph) of every caption; guards look at all captions of a video.
        kinds: Keys of `OPERATORS`.
        seed: Of the choices among replacements.
        known_words: Take every word for a real one; by default in corpora of fewer than 20,000 captions.
        per_caption: How often each operator draws; the different altered captions of all draws are kept.
        wanted: Ids of the captions that are altered, None for all; the others only say what is plausible.

    Raises:
        DataError: Unknown kind, or no captions.
    """
    unknown = [kind for kind in kinds if kind not in OPERATORS]
    if unknown:
        raise DataError(f"unknown probe kind {unknown[0]!r}, expected one of {', '.join(OPERATORS)}")
    if not captions:
        raise DataError("no captions to make probes from")
    sources = [make_source(*caption) for caption in captions]
    corpus = learn(sources, len(sources) < SMALL_CORPUS if known_words is None else known_words)
    sound = [source for source in sources if is_sound(source, corpus)]
    _learn_events(corpus, sound)
    for source in sound:
        if wanted is None or source.id in wanted:
            yield from _probes_of(source, corpus, kinds, seed, per_caption)


def _learn_events(corpus: Corpus, sources: Iterable[Source]) -> None:
    for source in sources:
        found = verb_phrase(source, corpus)
        if found is not None:
            corpus.events[found[0]][found[1]] += 1


def _probes_of(
    source: Source, corpus: Corpus, kinds: Sequence[str], seed: int, per_caption: int
) -> Iterator[Probe]:
    seen = {source.text}
    for kind in kinds:
        number = 0
        for draw in range(per_caption):
            rng = random.Random(f"{seed} {source.seed} {kind}" + (f" {draw}" if draw else ""))
            for edit in OPERATORS[kind].apply(source, corpus, rng):
                if edit.text in seen:
                    continue
                seen.add(edit.text)
                yield Probe(
                    f"{source.id}/{kind}/{number}",
                    kind,
                    source.id,
                    source.video,
                    source.text,
                    edit.text,
                    edit.before,
                    edit.after,
                    edit.graph,
                )
                number += 1
