"""The phrases of a caption as a system's levels see them, so that attention weights get their words back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphs.role_graph import RoleGraph
from graphs.transforms import keep_first, split_by_role
from hgr.models.base import SystemConfig


@dataclass(frozen=True)
class Phrase:
    """One element of one level of a caption.

    Attributes:
        level: "action", "entity", ...
        text: Its words.
        role: Its semantic role, "" for actions and where there is none, "NOUN" where its action was cut off.
        node: Position in `seen_graph`, -1 for an element that is no node of it.
    """

    level: str
    text: str
    role: str = ""
    node: int = -1


def seen_graph(graph: RoleGraph, config: SystemConfig) -> RoleGraph:
    """The role graph as the system's inputs see it: one entity node a role, within the system's slots.

    Args:
        graph: The caption's graph.
        config: Options of the system; those without slot limits keep every node.
    """
    return keep_first(
        split_by_role(graph),
        max_actions=getattr(config, "max_actions", None),
        max_entities=getattr(config, "max_entities", None),
        max_words=getattr(config, "max_words", None),
    )


def phrases_of(graph: RoleGraph, level: str, count: int) -> tuple[Phrase, ...]:
    """What the elements of a level are.

    Args:
        graph: What `seen_graph` returned.
        level: A level of the system.
        count: How many elements the system has on it. Where that is not the graph's number of nodes, the elements
            are words (as many as the caption has) or are numbered.
    """
    positions = graph.positions(level)
    if len(positions) == count:
        return tuple(
            Phrase(level, graph.nodes[i].text, next((r for r in graph.roles_of(i) if r), ""), i)
            for i in positions
        )
    if len(graph.words) == count:
        return tuple(Phrase(level, word) for word in graph.words)
    return tuple(Phrase(level, f"{level} {k + 1}") for k in range(count))


def distinct_names(phrases: Sequence[Phrase]) -> tuple[str, ...]:
    """A name for each phrase: its words, with role, level or number where the words occur twice."""
    texts = [phrase.text for phrase in phrases]
    names: list[str] = []
    for phrase in phrases:
        candidates = [phrase.text] if texts.count(phrase.text) == 1 else []
        candidates += [f"{phrase.text} ({phrase.role or phrase.level})"]
        name = next((c for c in candidates if c not in names), "")
        number = 2
        while not name or name in names:
            name, number = f"{candidates[-1]} #{number}", number + 1
        names.append(name)
    return tuple(names)
