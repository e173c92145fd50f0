"""EPIC-KITCHENS-100 multi-instance retrieval: clips against distinct narrations, right to the degree of their classes.

Every clip has its narration as a caption. Of clips with the same narration, one caption has classes and stands for
the string: these are the benchmark's queries, and classes decide how relevant every clip is to them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from hgr.data.classes import ActionClasses, Classes
from hgr.data.datasets.adapter import Dataset, Files, Reader, SplitData, a_list, clean, read_table, shown
from hgr.data.items import Caption, Video
from hgr.errors import DataError

CLIP_COLUMNS = ("narration_id", "narration", "verb_class", "all_noun_classes")
SENTENCE_COLUMNS = ("narration_id", "narration")
LISTED = 20
"""How many narrations a note lists."""


def read(files: Files) -> dict[str, SplitData]:
    """Training clips where their table is there, and test clips."""
    return {
        split: _split(files[split], files.get(f"{split}_sentences"))
        for split in ("train", "test")
        if split in files
    }


def _split(table: Path, sentences: Path | None) -> SplitData:
    captions: dict[str, Caption] = {}
    videos: dict[str, ActionClasses] = {}
    for row in read_table(table, CLIP_COLUMNS):
        identifier = row["narration_id"]
        where = f"{table}: narration {identifier!r}"
        if identifier in captions:
            raise DataError(f"{where}: is in the table twice")
        captions[identifier] = Caption(identifier, identifier, clean(row["narration"], where))
        videos[identifier] = _classes(row, where)
    queries = _first_of_each(captions) if sentences is None else _queries(sentences, captions, table)
    captions |= queries
    unknown = sorted({c.text for c in captions.values()} - {c.text for c in queries.values()})
    note = f"{table}: {len(unknown)} narrations are not in the sentence table: {', '.join(unknown[:LISTED])}"
    return SplitData(
        tuple(captions.values()),
        tuple(Video(identifier) for identifier in captions),
        (note,) if unknown else (),
        Classes({identifier: videos[identifier] for identifier in queries}, videos),
    )


def _first_of_each(captions: Mapping[str, Caption]) -> dict[str, Caption]:
    """The first caption of every distinct narration."""
    by_text: dict[str, Caption] = {}
    for caption in captions.values():
        by_text.setdefault(caption.text, caption)
    return {caption.id: caption for caption in by_text.values()}


def _queries(sentences: Path, captions: Mapping[str, Caption], table: Path) -> dict[str, Caption]:
    """The narrations of the sentence table, each under the clip that it is named by."""
    found = {}
    for row in read_table(sentences, SENTENCE_COLUMNS):
        identifier = row["narration_id"]
        where = f"{sentences}: narration {identifier!r}"
        if identifier not in captions:
            raise DataError(f"{where} is no clip of {table.name}")
        found[identifier] = Caption(identifier, identifier, clean(row["narration"], where))
    return found


def _classes(row: Mapping[str, str], where: str) -> ActionClasses:
    listed = f"{where}: 'all_noun_classes'"
    try:
        nouns = json.loads(row["all_noun_classes"])
    except (ValueError, RecursionError):
        raise DataError(f"{listed}: expected [2, 5], found {shown(row['all_noun_classes'])}") from None
    return ActionClasses(
        _class(row["verb_class"], f"{where}: 'verb_class'"),
        frozenset(_class(noun, listed) for noun in a_list(nouns, listed)),
    )


def _class(value: object, where: str) -> int:
    """The number of a class, from a number or its digits."""
    digits = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not (digits.isascii() and digits.isdecimal()):
        raise DataError(f"{where}: expected the number of a class, found {shown(value)}")
    return int(digits)


EPIC = Dataset(
    "epic100",
    {
        "test": ("EPIC_100_retrieval_test.csv",),
        "test_sentences": ("EPIC_100_retrieval_test_sentence.csv",),
        "train": ("EPIC_100_retrieval_train.csv",),
        "train_sentences": ("EPIC_100_retrieval_train_sentence.csv",),
    },
    {"epic100/mir": Reader(("test", "test_sentences"), read)},
)
