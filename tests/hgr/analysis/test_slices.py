from __future__ import annotations

import pytest
import torch

from graphs.role_graph import Edge, Node, RoleGraph
from hgr.analysis.slices import caption_labels, compositions, slice_rows
from hgr.errors import DataError
from hgr.metrics.ranking import ranks


def graph(text: str, verb: int | None, agent: tuple[int, ...] = ()) -> RoleGraph:
    words = tuple(text.split())
    nodes, edges = [Node("event", tuple(range(len(words))), text)], []
    if verb is not None:
        nodes.append(Node("action", (verb,), words[verb]))
        edges.append(Edge(0, 1, ""))
        if agent:
            nodes.append(Node("entity", agent, " ".join(words[i] for i in agent)))
            edges.append(Edge(1, 2, "ARG0"))
    return RoleGraph(words, tuple(nodes), tuple(edges))


def test_labels() -> None:
    texts = ["a man runs", "a dog", "the big man runs", "a cat sleeps on the old red sofa in the sun"]
    graphs = {
        texts[0]: graph(texts[0], 2, (0, 1)),
        texts[1]: graph(texts[1], None),
        texts[2]: graph(texts[2], 3, (0, 1, 2)),
    }
    labels = caption_labels(texts, graphs, [graphs[texts[0]]])
    assert labels["words"] == [("1-5",), ("1-5",), ("1-5",), ("9-12",)]
    assert labels["parse"] == [
        ("every phrase in an action",),
        ("no action",),
        ("every phrase in an action",),
        ("no graph",),
    ]
    assert labels["events"] == [("1",), ("0",), ("1",), ()]
    assert labels["role"] == [("ARG0",), (), ("ARG0",), ()]
    assert labels["verb"][0] == ("run",)
    assert labels["composition"] == [("seen at most 5 times",), ("none",), ("seen at most 5 times",), ()]
    assert caption_labels(texts[2:3], graphs, [])["composition"] == [("unseen",)]
    assert compositions(graphs[texts[2]]) == {("run", "ARG0", "man")}
    assert set(caption_labels(texts)) == {"words"}


def test_verbs_and_compositions_are_those_of_the_dictionary() -> None:
    """Other forms, numbers, auxiliaries, particles and what follows a noun are the same slice."""
    texts = ["a man jumps", "two Men jumping.", "men with hats jumped", "a man is"]
    agents: tuple[tuple[int, ...], ...] = ((0, 1), (0, 1), (0, 1, 2), (0, 1))
    graphs = {
        text: graph(text, len(text.split()) - 1, agent) for text, agent in zip(texts, agents, strict=True)
    }
    labels = caption_labels(texts, graphs, [graphs[texts[0]]])
    assert labels["verb"] == [("jump",)] * 3 + [("be",)]
    assert labels["composition"] == [("seen at most 5 times",)] * 3 + [("unseen",)]


def test_training_graphs_that_hold_all_captions_are_an_error() -> None:
    texts = ["a man jumps", "a dog jumps"]
    graphs = {text: graph(text, 2, (0, 1)) for text in texts}
    with pytest.raises(DataError, match="hold all 2 captions that are sliced.*--split train"):
        caption_labels([*texts, "not parsed"], graphs, graphs.values())
    assert caption_labels(texts, graphs, [graphs[texts[0]]])["composition"][1] == ("unseen",)


def test_rows_hold_the_numbers_of_their_queries_only() -> None:
    scores = torch.rand(60, 20, generator=torch.Generator().manual_seed(0))
    relevant = (torch.arange(60) % 20).unsqueeze(1) == torch.arange(20)
    found = ranks(scores, relevant)
    kinds = {"half": [("a",) if q < 40 else ("b", "c") for q in range(60)], "small": [("x",)] * 9 + [()] * 51}
    rows = {(r.kind, r.value): r for r in slice_rows(found, kinds, [str(q % 20) for q in range(60)])}
    assert set(rows) == {("half", "a"), ("half", "b"), ("half", "c")}
    chosen = found.select(torch.arange(40))
    assert rows["half", "a"].recall[10] == pytest.approx(chosen.hits(10).mean().item())
    assert rows["half", "a"].num_queries == 40
    assert rows["half", "a"].low <= rows["half", "a"].recall[10] <= rows["half", "a"].high
    assert rows["half", "b"].recall == rows["half", "c"].recall
