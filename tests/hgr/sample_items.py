"""Small captions, role graphs and videos that every system can be tried on."""

from __future__ import annotations

from itertools import product

import numpy as np

from graphs.levels import ACTION, ENTITY
from graphs.role_graph import NOUN, Edge, Node, RoleGraph, event_node
from hgr.data.items import Caption, Segment, TextItem, VideoItem
from hgr.data.spec import DataSpec
from hgr.data.vocabulary import RESERVED

WORDS = (
    "a",
    "man",
    "dog",
    "feeds",
    "walks",
    "red",
    "ball",
    "box",
    "pushes",
    "chases",
    "in",
    "snow",
    "park",
    "two",
)
NOUNS = ("man", "dog", "ball", "box", "park")
VERBS = ("feeds", "walks", "pushes", "chases")
STREAMS = {"appearance": 6, "motion": 3}
SEGMENTS = 3


def graph(agent: str, verb: str | None, patient: str) -> RoleGraph:
    """ "a <agent> <verb> a <patient>", or without a verb two entities that hang under the event."""
    words = ("a", agent, verb, "a", patient) if verb else ("a", agent, "a", patient)
    last = len(words)
    nodes = [event_node(words)]
    edges = []
    if verb:
        nodes.append(Node(ACTION, (2,), verb))
        edges.append(Edge(0, 1, ""))
    for role, tokens in (("ARG0", (0, 1)), ("ARG1", (last - 2, last - 1))):
        edges.append(Edge(1, len(nodes), role) if verb else Edge(0, len(nodes), NOUN))
        nodes.append(Node(ENTITY, tokens, " ".join(words[t] for t in tokens)))
    return RoleGraph(words, tuple(nodes), tuple(edges))


def texts(count: int = 8, seed: int = 0) -> list[TextItem]:
    """Captions c0, c1, ... of videos v0, v1, ...; the third has no verb; each has three sentences."""
    generator = np.random.default_rng(seed)
    items = []
    triples = list(product(NOUNS, VERBS, NOUNS))
    chosen = generator.permutation(len(triples))[: count * (SEGMENTS + 1)].reshape(count, -1)
    for i in range(count):
        graphs = []
        for agent, verb, patient in (triples[k] for k in chosen[i]):
            graphs.append(graph(agent, None if i == 2 else verb, patient))
        segments = tuple(Segment(float(k), k + 1.0, " ".join(g.words)) for k, g in enumerate(graphs[1:]))
        caption = Caption(f"c{i}", f"v{i}", " ".join(graphs[0].words), segments)
        items.append(TextItem(caption, graphs[0], tuple(graphs[1:])))
    return items


def videos(count: int = 8, seed: int = 1) -> list[VideoItem]:
    """Videos v0, v1, ... of two streams, four to nine frames, three clips."""
    generator = np.random.default_rng(seed)
    return [
        VideoItem(
            f"v{i}",
            {
                name: generator.standard_normal((4 + (i * 5) % 6, width)).astype(np.float32)
                for name, width in STREAMS.items()
            },
            tuple(Segment(float(k), k + 1.0) for k in range(SEGMENTS)),
            float(SEGMENTS),
        )
        for i in range(count)
    ]


def spec(**tables: tuple[str, ...]) -> DataSpec:
    """What a system needs to know of these items."""
    return DataSpec(streams=STREAMS, words=RESERVED + WORDS, tables=tables)
