"""A small captioned data set with role graphs written by hand, regular enough for every operator."""

from __future__ import annotations

from graphs.role_graph import Edge, Node, RoleGraph

Spec = tuple[tuple[int, ...], tuple[tuple[str, int, int], ...]]
"""Positions of one verb, and (role, first, one past the last position) of its fillers."""


def role_graph(text: str, *actions: Spec) -> RoleGraph:
    """A role graph from positions; fillers with the same positions are one node."""
    words = tuple(text.split())
    nodes = [Node("event", tuple(range(len(words))), text)]
    edges = []
    for tokens, _ in actions:
        edges.append(Edge(0, len(nodes), ""))
        nodes.append(Node("action", tokens, " ".join(words[t] for t in tokens)))
    known: dict[tuple[int, int], int] = {}
    for number, (_, fillers) in enumerate(actions, start=1):
        for role, start, stop in fillers:
            if (start, stop) not in known:
                known[start, stop] = len(nodes)
                nodes.append(Node("entity", tuple(range(start, stop)), " ".join(words[start:stop])))
            edges.append(Edge(number, known[start, stop], role))
    return RoleGraph(words, tuple(nodes), tuple(edges))


def transitive(agent: str, verb: str, patient: str, place: str = "") -> tuple[str, RoleGraph]:
    """ "a dog", "is chasing", "a cat", "in a garden"."""
    text = " ".join(part for part in (agent, verb, patient, place) if part)
    a, v, p = (len(part.split()) for part in (agent, verb, patient))
    fillers = [("ARG0", 0, a), ("ARG1", a + v, a + v + p)]
    if place:
        fillers.append(("ARGM-LOC", a + v + p, len(text.split())))
    return text, role_graph(text, ((a + v - 1,), tuple(fillers)))


def corpus_captions(copies: int = 4) -> list[tuple[str, str, str, RoleGraph]]:
    """Two captions a video; every agent does everything to every patient somewhere, so that all is plausible."""
    agents = ("a dog", "a cat", "a man", "a woman")
    verbs = ("is chasing", "is kicking", "is pushing")
    patients = ("a red ball", "a blue car", "a horse", "a dog", "a cat", "a man", "a woman")
    places = ("in a kitchen", "in a garden", "on a street", "")
    found = []
    video = 0
    for _ in range(copies):
        for agent in agents:
            for verb in verbs:
                for patient in patients:
                    if agent == patient:
                        continue
                    text, graph = transitive(agent, verb, patient, places[video % len(places)])
                    found.append((f"v{video}#0", f"v{video}", text, graph))
                    video += 1
    return found
