"""Graded relevance beside the plain ranking: what counts as half right, and how far the ranking goes along with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graphs.role_graph import RoleGraph
from hgr.analysis.probes.lexicons import AUXILIARIES, CONJUNCTIONS, DETERMINERS, PREPOSITIONS, PRONOUNS
from hgr.analysis.stored import StoredSimilarity
from hgr.data.classes import CLASSES_FILE, Classes, read_classes
from hgr.errors import DataError
from hgr.metrics.class_relevance import benchmark_numbers, class_relevance
from hgr.metrics.graded import average_precision, ndcg
from hgr.metrics.relevance import bag_of_words, meteor_like, parts_of_speech, role_graph_overlap, synsets
from hgr.runs import RunFolder
from hgr.settings import read_settings
from parsing.parsed_caption import ParsedCaption

CLASSES = "classes"
"""Name of the relevance that annotated classes decide, not the captions' words."""
CLOSED_CLASS = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | PRONOUNS
"""Stop words of `bag_of_words` where none are given."""


@dataclass(frozen=True)
class CaptionKnowledge:
    """What is known of the captions beyond their text.

    Attributes:
        graphs: Caption -> role graph.
        parses: Caption -> parse, for parts of speech and lemmas.
        synsets: (lemma, "NOUN" or "VERB") -> synsets.
        stop_words: Words that do not count as overlap.
        classes: Classes by id; where None, `graded_rows` looks for the file of the data set that was measured.
    """

    graphs: Mapping[str, RoleGraph] = field(default_factory=dict)
    parses: Mapping[str, ParsedCaption] = field(default_factory=dict)
    synsets: Mapping[tuple[str, str], Collection[str]] = field(default_factory=dict)
    stop_words: frozenset[str] = CLOSED_CLASS
    classes: Classes | None = None


@dataclass(frozen=True)
class Proxy:
    """One way to say how relevant a video is that is not the right one.

    Attributes:
        apply: (captions, captions of the videos, knowledge) -> relevance (N, M) in [0, 1].
        needs: Which fields of `CaptionKnowledge` it cannot do without, and which option gives them.
        most_pairs: With more pairs evenly spread queries are measured, because it takes a loop over pairs.
    """

    apply: Callable[[Sequence[str], Sequence[str], CaptionKnowledge], Tensor]
    needs: Mapping[str, str] = field(default_factory=dict)
    most_pairs: int | None = None


PROXIES: dict[str, Proxy] = {
    "bag_of_words": Proxy(lambda a, b, known: bag_of_words(_lowered(a), _lowered(b), known.stop_words)),
    "parts_of_speech": Proxy(
        lambda a, b, known: parts_of_speech(_tagged(a, known), _tagged(b, known)), {"parses": "--parses"}
    ),
    "synsets": Proxy(
        lambda a, b, known: synsets(_tagged(a, known), _tagged(b, known), known.synsets),
        {"parses": "--parses", "synsets": "--wordnet"},
    ),
    "meteor_like": Proxy(lambda a, b, known: meteor_like(b, a).T, most_pairs=5_000_000),
    "role_graph_overlap": Proxy(
        lambda a, b, known: role_graph_overlap([known.graphs[t] for t in a], [known.graphs[t] for t in b]),
        {"graphs": "--graphs"},
    ),
}
"""Name -> proxy, after Wray et al., CVPR 2021; the last one is our own."""


def graded_rows(
    stored: StoredSimilarity, matrix: str, names: Sequence[str], known: CaptionKnowledge
) -> list[dict[str, Any]]:
    """nDCG and average precision against each proxy, a video being its first caption.

    A right pair has relevance 1 whatever the proxy says. Queries with nothing relevant are left out and counted.
    "classes" is no proxy: captions and videos are compared by their annotated classes alone, the captions that have
    some are the queries, and mAP is the benchmark's, to which half right candidates add.

    Args:
        stored: The similarities.
        matrix: Which of them ranks.
        names: Keys of `PROXIES`, or "classes".
        known: What the proxies look at.

    Returns:
        One row a proxy: its name, the matrix, how many captions were measured, numbers by direction.

    Raises:
        DataError: Unknown proxy; captions without text, graph or parse; a video that has no caption; no classes.
    """
    return [
        _class_row(stored, matrix, known) if name == CLASSES else _row(stored, matrix, name, known)
        for name in dict.fromkeys(names)
    ]


def _class_row(stored: StoredSimilarity, matrix: str, known: CaptionKnowledge) -> dict[str, Any]:
    classes = known.classes or read_classes(_classes_file(stored))
    rows = [i for i, row in enumerate(stored.texts) if row.id in classes.captions]
    without = [video for video in stored.videos if video not in classes.videos]
    if not rows or without:
        what = f"{len(without)} videos, e.g. {without[0]!r}" if without else "any of the captions"
        raise DataError(f"{CLASSES}: {CLASSES_FILE} has no classes of {what}")
    relevance = class_relevance(
        [classes.captions[stored.texts[i].id] for i in rows],
        [classes.videos[video] for video in stored.videos],
    )
    numbers = benchmark_numbers(stored.scores(matrix)[rows], relevance)
    directions = {name: numbers[name] for name in ("text_to_video", "video_to_text")}
    return {"relevance": CLASSES, "matrix": matrix, "captions": len(rows), **directions}


def _classes_file(stored: StoredSimilarity) -> Path:
    """`classes.jsonl` of a run's data set, or the one beside the `ids.json` of matrices from elsewhere."""
    source = Path(stored.source)
    if source.is_dir():
        config = RunFolder(source.parent.parent).config
        found = Path(read_settings(config).data.folder) / CLASSES_FILE if config.is_file() else config
    else:
        found = source.parent / CLASSES_FILE
    if not found.is_file():
        raise DataError(
            f"{CLASSES}: {found}: no such file; expected {CLASSES_FILE} in the folder of the run's data set, "
            "or beside the file of ids"
        )
    return found


def _row(stored: StoredSimilarity, matrix: str, name: str, known: CaptionKnowledge) -> dict[str, Any]:
    if name not in PROXIES:
        raise DataError(
            f"unknown graded relevance {name!r}, expected one of {', '.join((*PROXIES, CLASSES))}"
        )
    proxy = PROXIES[name]
    first: dict[str, str] = {}
    for row in stored.texts:
        for video in row.videos:
            first.setdefault(video, row.text)
    without = [video for video in stored.videos if video not in first]
    if without:
        raise DataError(f"{name}: {len(without)} videos have no caption to go by, e.g. {without[0]!r}")
    rows = _even_rows(len(stored.texts), len(stored.videos), proxy.most_pairs)
    texts = [stored.texts[i].text for i in rows]
    videos = [first[video] for video in stored.videos]
    _check(name, proxy, [*texts, *videos], known)
    relevance = proxy.apply(texts, videos, known)
    relevance[torch.from_numpy(stored.relevant()[rows])] = 1.0
    scores = torch.from_numpy(stored.scores(matrix)[rows])
    found: dict[str, Any] = {"relevance": name, "matrix": matrix, "captions": len(rows)}
    for direction, (s, r) in {
        "text_to_video": (scores, relevance),
        "video_to_text": (scores.T, relevance.T),
    }.items():
        gain, precision = ndcg(s, r), average_precision(s, r)
        found[direction] = {
            "nDCG": torch.nanmean(gain).item(),
            "mAP": torch.nanmean(precision).item(),
            "skipped": int(torch.isnan(gain).sum()),
        }
    return found


def _even_rows(texts: int, videos: int, most_pairs: int | None) -> np.ndarray:
    most = texts if most_pairs is None else max(1, most_pairs // max(videos, 1))
    if texts <= most:
        return np.arange(texts)
    return np.unique(np.linspace(0, texts - 1, most).round().astype(np.int64))


def _check(name: str, proxy: Proxy, texts: Sequence[str], known: CaptionKnowledge) -> None:
    if not all(texts):
        raise DataError(f"{name}: {sum(not t for t in texts)} of {len(texts)} captions have no text")
    for what, option in proxy.needs.items():
        have = getattr(known, what)
        if not have:
            raise DataError(f"{name} needs {option}")
        missing = [t for t in dict.fromkeys(texts) if t not in have] if what != "synsets" else []
        if missing:
            raise DataError(f"{name}: {option} lacks {len(missing)} captions, e.g. {missing[0]!r}")


def _lowered(texts: Sequence[str]) -> list[str]:
    return [text.lower() for text in texts]


def _tagged(texts: Sequence[str], known: CaptionKnowledge) -> list[Any]:
    return [known.parses[text].tokens for text in texts]
