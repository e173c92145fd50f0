"""From a data set's folder to a probe set on disk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hgr.analysis.probes.generation import Probe, generate
from hgr.analysis.probes.operators import OPERATORS
from hgr.analysis.probes.probe_set import SMALLEST, Passport, refine_probes, write_probes
from hgr.data.folder import load_folder
from hgr.data.items import Caption
from hgr.data.protocols import digest
from hgr.data.role_graphs import GRAPHS_FILE, PARSES_FILE, GraphSource, role_graphs_of
from hgr.errors import DataError


@dataclass(frozen=True)
class Made:
    """A probe set that was written.

    Attributes:
        probes: The probes.
        passports: One a kind.
        about: Where they came from.
        captions: Video -> all its captions, of the videos that have probes.
    """

    probes: tuple[Probe, ...]
    passports: tuple[Passport, ...]
    about: dict[str, Any]
    captions: Mapping[str, tuple[str, ...]]


def make_probes(
    folder: Path,
    out: Path,
    *,
    split: str | None = None,
    graphs: Path | None = None,
    parser: str | None = "builtin",
    kinds: Sequence[str] | None = None,
    seed: int = 0,
    refined: bool = True,
    known_words: bool | None = None,
    per_caption: int = 1,
    learn_from_all: bool = False,
) -> Made:
    """Make and write the probes of a data set.

    Args:
        folder: The data set.
        out: The file to write.
        split: Only captions of this split.
        graphs: Role graphs or a parse cache; `graphs.jsonl` in the folder where it is there.
        parser: What parses the captions that have no graph there; None makes them an error.
        kinds: Keys of `OPERATORS`; all by default.
        seed: Of choices and blind readers.
        refined: Drop pairs until a blind reader is near chance.
        known_words: As in `generate`.
        per_caption: As in `generate`.
        learn_from_all: Learn what is plausible from the captions of all splits, not only from those of `split`.

    Raises:
        DataError: No captions, none that can be altered, captions without a role graph and no parser, unknown kinds.
        ParserError: The parser cannot be loaded.
    """
    data = load_folder(folder)
    captions = data.captions_of(split) if split else data.captions
    corpus = data.captions if learn_from_all else captions
    where = graphs or (folder / GRAPHS_FILE if (folder / GRAPHS_FILE).is_file() else None)
    if not captions:
        raise DataError(f"{folder}: no captions" + (f" in split {split!r}" if split else ""))
    known, report = role_graphs_of((c.text for c in corpus), GraphSource(where, parser, folder / PARSES_FILE))
    failed = set(report.failed)
    usable = [(c.id, c.video, c.text, known[c.text]) for c in corpus if c.text not in failed]
    wanted = frozenset(c.id for c in captions)
    chosen = tuple(kinds) if kinds else tuple(OPERATORS)
    probes = list(generate(usable, chosen, seed, known_words, per_caption, wanted))
    if not probes:
        segmented = sum(bool(c.segments) for c in captions)
        raise DataError(
            f"{folder}: none of the {len(captions)} captions can be altered: that takes one short sentence with a "
            "subject and a verb" + (f"; {segmented} are paragraphs" if segmented else "")
        )
    if refined:
        probes, passports = refine_probes(probes, seed)
    else:
        passports = [
            Passport(kind, n, n, None, None, 0.0, 1.0, False)
            for kind in OPERATORS
            if (n := sum(p.kind == kind for p in probes))
        ]
    about = {
        "folder": folder.name,
        "split": split,
        "captions": len(captions),
        "without_graph": sum(c.text in failed for c in captions),
        "learned_from": len(corpus),
        "per_caption": per_caption,
        "parser": parser,
        "digest": digest(captions, {c.video for c in captions}),
        "seed": seed,
        "refined": refined,
        "smallest_refined": SMALLEST,
    }
    write_probes(out, probes, passports, about)
    said = _by_video(data.captions, {probe.video for probe in probes})
    return Made(tuple(probes), tuple(passports), about, said)


def _by_video(captions: Iterable[Caption], videos: Collection[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {video: [] for video in sorted(videos)}
    for caption in captions:
        if caption.video in found:
            found[caption.video].append(caption.text)
    return {video: tuple(texts) for video, texts in found.items()}
