"""Made-up captions and videos in the sizes of MSR-VTT, for the package and for the plain baseline alike."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import torch

from benchmarks.plain.graph import dense_adjacency
from benchmarks.plain.hgr import TextBatch, VideoBatch
from graphs.levels import ACTION, ENTITY
from graphs.role_graph import NOUN, VERB_ROLE, Edge, Node, RoleGraph, event_node
from hgr.data.items import Caption, TextItem, VideoItem

NUM_WORDS = 10_510
FRAME_WIDTH = 2048
NUM_FRAMES = 20
ACTIONS = {0: 0.01, 1: 0.48, 2: 0.35, 3: 0.13, 4: 0.03}
"""Share of captions with so many actions: 1.7 in the mean."""
ENTITIES = {1: 0.07, 2: 0.22, 3: 0.31, 4: 0.21, 5: 0.13, 6: 0.06}
"""Share of captions with so many entities: 3.3 in the mean."""
LENGTHS = range(7, 15)
ROLES = {"ARG1": 1, "ARG0": 2, "ARG2": 3, "ARGM-LOC": 6, NOUN: 15}
"""Roles that occur, with their published numbers."""
SLOTS = (4, 6)
"""Published verb and noun slots."""


def vocabulary() -> tuple[str, ...]:
    """ "<bos>", "<eos>", "<unk>", then made-up words."""
    return ("<bos>", "<eos>", "<unk>", *(f"w{i}" for i in range(3, NUM_WORDS)))


def make_texts(count: int, *, seed: int = 0) -> list[TextItem]:
    """Captions with role graphs; caption i describes video "v<i>"."""
    rng = random.Random(seed)
    return [_text(i, rng) for i in range(count)]


def _draw(shares: dict[int, float], rng: random.Random) -> int:
    return rng.choices(list(shares), list(shares.values()))[0]


def _text(number: int, rng: random.Random) -> TextItem:
    length = rng.choice(LENGTHS)
    words = tuple(f"w{rng.randrange(3, NUM_WORDS)}" for _ in range(length))
    actions, entities = _draw(ACTIONS, rng), _draw(ENTITIES, rng)
    nodes, edges = [event_node(words)], []
    for position in sorted(rng.sample(range(length), actions)):
        edges.append(Edge(0, len(nodes), VERB_ROLE))
        nodes.append(Node(ACTION, (position,), words[position]))
    roles = [role for role in ROLES if role != NOUN]
    starts = sorted(rng.sample(range(length), entities))
    for start in starts:
        tokens = tuple(range(start, min(start + rng.randint(1, 3), length)))
        source = rng.randint(1, actions) if actions else 0
        edges.append(Edge(source, len(nodes), rng.choice(roles) if source else NOUN))
        nodes.append(Node(ENTITY, tokens, " ".join(words[i] for i in tokens)))
    graph = RoleGraph(words, tuple(nodes), tuple(edges))
    return TextItem(Caption(f"c{number}", f"v{number}", " ".join(words)), graph)


def make_videos(count: int, *, seed: int = 0, stream: str = "frames") -> list[VideoItem]:
    """Videos of NUM_FRAMES frames with non-negative features, as of a network's last pooling."""
    rng = np.random.default_rng(seed)
    frames = np.maximum(rng.standard_normal((count, NUM_FRAMES, FRAME_WIDTH), dtype=np.float32), 0)
    return [VideoItem(f"v{i}", {stream: frames[i]}) for i in range(count)]


def plain_text(items: Sequence[TextItem]) -> TextBatch:
    """The same captions as padded tensors in the published slots."""
    ids = {word: i for i, word in enumerate(vocabulary())}
    length = max(len(item.graph.words) for item in items)
    verbs, nouns = SLOTS
    words = torch.ones(len(items), length, dtype=torch.long)
    masks = torch.zeros(len(items), verbs + nouns, length, dtype=torch.bool)
    roles = torch.zeros(len(items), verbs + nouns, dtype=torch.long)
    adjacency = []
    for row, item in enumerate(items):
        graph = item.graph
        words[row, : len(graph.words)] = torch.tensor([ids[word] for word in graph.words])
        slots = {node: slot for slot, node in enumerate(graph.positions(ACTION)[:verbs])}
        slots |= {node: verbs + slot for slot, node in enumerate(graph.positions(ENTITY)[:nouns])}
        for node, slot in slots.items():
            masks[row, slot, list(graph.nodes[node].tokens)] = True
        for edge in graph.edges:
            if edge.target in slots and edge.role:
                roles[row, slots[edge.target]] = ROLES[edge.role]
        adjacency.append(
            [
                (slots[e.source], slots[e.target] - verbs)
                for e in graph.edges
                if e.source in slots and e.target in slots
            ]
        )
    counts = [min(len(item.graph.positions(ACTION)), verbs) for item in items]
    return TextBatch(
        words,
        torch.tensor([len(item.graph.words) for item in items]),
        masks[:, :verbs],
        masks[:, verbs:],
        roles,
        dense_adjacency(counts, [nouns] * len(items), adjacency, verbs),
    )


def plain_video(items: Sequence[VideoItem], *, stream: str = "frames") -> VideoBatch:
    """The same videos as padded tensors."""
    lengths = [len(item.streams[stream]) for item in items]
    frames = torch.zeros(len(items), max(lengths), FRAME_WIDTH)
    for row, item in enumerate(items):
        frames[row, : lengths[row]] = torch.from_numpy(np.asarray(item.streams[stream], dtype=np.float32))
    return VideoBatch(frames, torch.tensor(lengths))
