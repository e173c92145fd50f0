"""Why queries are lost: each against the captions of the video that beat it, by what the role graphs say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graphs.concepts import FUNCTION_WORDS, stem
from graphs.levels import ACTION, ENTITY
from graphs.role_graph import NOUN, RoleGraph
from hgr.analysis.report.overview import Section
from hgr.analysis.report.query_facts import QueryFacts, query_facts
from hgr.analysis.stored import StoredSimilarity

ROWS = 2000
"""Queries whose scores are in memory at once."""
SAME = 0.75
"""Share of a component's words that the other caption must have for the component to count as the same."""
PARTS = {
    "agent": ("ARG0",),
    "object": ("ARG1", "ARG2", "ARG3", "ARG4", "ARG5", NOUN),
    "place": ("ARGM-LOC", "ARGM-DIR", "ARGM-GOL"),
}
PARSE, FALSE_NEGATIVE, UNDER_SPECIFIED = "parse failure", "likely false negative", "under-specified caption"
DISAGREEMENT, ROLES, ORDER, OTHER = "level disagreement", "wrong roles", "wrong order", "other"
MEANINGS = {
    PARSE: "the caption's graph has neither action nor entity",
    FALSE_NEGATIVE: "a caption of the video that beat it says the same: the pair may be right and unlabeled",
    UNDER_SPECIFIED: "two or more of the videos above the right one have a caption that says all it says",
    DISAGREEMENT: "one level alone puts the right video first",
    "wrong action": "the video that beat it differs in what is done",
    "wrong agent": "it differs in who does it",
    "wrong object": "it differs in whom or what it is done to",
    "wrong place": "it differs in where or which way",
    ROLES: "the same things take part, in other roles",
    ORDER: "the same is done, in another order",
    OTHER: "none of these",
}


@dataclass(frozen=True)
class Said:
    """What a caption says, as words without inflection.

    Attributes:
        parts: "action", "agent", "object", "place" -> words; a part that the caption lacks is absent.
        order: Its actions in the order in which they happen, as far as "before" and "after" tell.
    """

    parts: Mapping[str, frozenset[str]]
    order: tuple[str, ...]

    @property
    def participants(self) -> frozenset[str]:
        """Words of agents and objects together."""
        return self.parts.get("agent", frozenset()) | self.parts.get("object", frozenset())


def said(graph: RoleGraph) -> Said:
    """What a role graph says."""
    parts: dict[str, set[str]] = {}
    actions = sorted(graph.positions(ACTION), key=lambda i: graph.nodes[i].tokens)
    order = [" ".join(_content(graph.nodes[i].text)) or graph.nodes[i].text for i in actions]
    if order:
        parts["action"] = {word for name in order for word in name.split()}
    for position in graph.positions(ENTITY):
        for role in graph.roles_of(position):
            part = next((name for name, roles in PARTS.items() if role in roles), None)
            if part is not None:
                parts.setdefault(part, set()).update(_content(graph.nodes[position].text))
    kept = {name: frozenset(words) for name, words in parts.items() if words}
    return Said(kept, tuple(reversed(order)) if _told_backwards(graph.words) else tuple(order))


def tags_of(
    query: Said | None, rival: Sequence[Said], above: Sequence[Sequence[Said]], *, one_level_right: bool
) -> tuple[str, ...]:
    """Labels of a lost query.

    Args:
        query: What its caption says; None where its graph has neither action nor entity.
        rival: What the captions of the best wrong video say.
        above: The same for each of the videos that stand above the right one.
        one_level_right: Whether a level alone puts the right video first.
    """
    found = [DISAGREEMENT] if one_level_right else []
    if query is None:
        return (PARSE, *found)
    if sum(any(not _differences(query, other) for other in captions) for captions in above) >= 2:
        found.append(UNDER_SPECIFIED)
    if rival:
        closest = min((_differences(query, other) for other in rival), key=len)
        found += closest or [FALSE_NEGATIVE]
    return tuple(found) or (OTHER,)


def lost_queries(
    stored: StoredSimilarity, graphs: Mapping[str, RoleGraph]
) -> tuple[Section, dict[str, tuple[str, ...]]]:
    """The taxonomy of a split.

    Args:
        stored: Similarities with a fused matrix.
        graphs: Caption id -> role graph, for every caption of the split.

    Returns:
        A table of the labels with what R@1 would be without each, and the labels of every lost query by caption id.
    """
    content = {caption: _said_or_none(graph) for caption, graph in graphs.items()}
    by_video: dict[str, list[Said]] = {}
    for row in stored.texts:
        for video in row.videos:
            words = content.get(row.id)
            if words is not None:
                by_video.setdefault(video, []).append(words)
    tags: dict[str, tuple[str, ...]] = {}
    gains: defaultdict[str, float] = defaultdict(float)
    hits = 0.0
    for facts in _all_facts(stored):
        hits += facts.hit
        caption = stored.texts[facts.row].id
        if facts.rank <= 1 or caption not in content:
            continue
        wrong = [stored.videos[column] for column in facts.top if column not in facts.answers]
        above = [by_video.get(video, []) for video in wrong[: int(facts.rank) - 1]]
        rival = by_video.get(stored.videos[facts.rival], []) if facts.rival >= 0 else []
        right_alone = any(rank is not None and rank <= 1 for rank in facts.level_ranks.values())
        tags[caption] = tags_of(content[caption], rival, above, one_level_right=right_alone)
        for tag in tags[caption]:
            gains[tag] += 1 - facts.hit
    return _section(tags, gains, hits, len(stored.texts)), tags


def _section(
    tags: Mapping[str, Sequence[str]], gains: Mapping[str, float], hits: float, total: int
) -> Section:
    counts = Counter(tag for found in tags.values() for tag in found)
    rows = tuple(
        (tag, meaning, counts[tag], 100 * counts[tag] / len(tags), 100 * (hits + gains[tag]) / total)
        for tag, meaning in sorted(MEANINGS.items(), key=lambda item: -counts[item[0]])
        if counts[tag]
    )
    return Section(
        "Why queries are lost",
        f"{len(tags)} of {total} captions do not have their video first; R@1 is {100 * hits / total:.1f}. A query "
        "can have several labels, so the gains do not add up. What differs is read from the role graph of the closest "
        "caption of the best wrong video, by words without inflection: synonyms count as different.",
        ("label", "meaning", "queries", "% of the lost", "R@1 if all were solved"),
        rows,
        opened=True,
    )


def _all_facts(stored: StoredSimilarity) -> Iterable[QueryFacts]:
    for start in range(0, len(stored.texts), ROWS):
        yield from query_facts(stored, range(start, min(start + ROWS, len(stored.texts))))


def _said_or_none(graph: RoleGraph) -> Said | None:
    found = said(graph)
    return found if found.parts else None


def _differences(query: Said, other: Said) -> list[str]:
    """Labels of what another caption says otherwise; [] where it says all that the query says."""
    wrong = [
        part
        for part, words in query.parts.items()
        if len(words & other.parts.get(part, frozenset())) < SAME * len(words)
    ]
    if {"agent", "object"} & set(wrong) and query.participants and query.participants <= other.participants:
        wrong = [part for part in wrong if part not in ("agent", "object")]
        return [*(f"wrong {part}" for part in wrong), ROLES]
    if not wrong and len(query.order) > 1 and sorted(query.order) == sorted(other.order):
        return [] if query.order == other.order else [ORDER]
    return [f"wrong {part}" for part in wrong]


def _content(text: str) -> list[str]:
    return [stem(word) for word in text.split() if word.lower() not in FUNCTION_WORDS]


def _told_backwards(words: Sequence[str]) -> bool:
    """Whether a caption tells its last action first: "A after B", "before A, B"."""
    low = [word.lower().strip(",.") for word in words]
    return ("after" in low[1:]) or low[:1] == ["before"]
