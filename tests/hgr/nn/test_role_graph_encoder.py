"""Phrases read within the caption or by themselves."""

from __future__ import annotations

import pytest
import torch

from graphs.levels import ACTION, ENTITY, EVENT
from graphs.role_graph import Edge, Node, RoleGraph, event_node
from hgr.nn.role_graph_encoder import EncodedRoleGraphs, PhraseContext, RoleGraphEncoder, RoleGraphInputs

WORDS = ("<unk>", "a", "dog", "cat", "big", "chases", "bird")


def _encoded(context: PhraseContext, captions: list[RoleGraph]) -> EncodedRoleGraphs:
    torch.manual_seed(0)
    encoder = RoleGraphEncoder(
        len(WORDS), word_width=5, width=6, graph_layers=0, phrase_context=context
    ).eval()
    return encoder(RoleGraphInputs(WORDS, None, None, None)(captions))


def _chase(agent: str) -> RoleGraph:
    words = ("a", "big", agent, "chases", "a", "bird")
    nodes = (
        event_node(words),
        Node(ACTION, (3,), "chases"),
        Node(ENTITY, (0, 1, 2), f"a big {agent}"),
        Node(ENTITY, (4, 5), "a bird"),
    )
    return RoleGraph(words, nodes, (Edge(0, 1, ""), Edge(1, 2, "ARG0"), Edge(1, 3, "ARG1")))


@pytest.mark.parametrize(("context", "same"), [("caption", False), ("phrase", True)])
def test_another_agent_moves_other_phrases_only_where_the_caption_is_read(
    context: PhraseContext, same: bool
) -> None:
    dog, cat = (_encoded(context, [_chase(agent)]) for agent in ("dog", "cat"))
    assert torch.equal(dog.level(ACTION).vectors, cat.level(ACTION).vectors) is same
    entities = dog.level(ENTITY).vectors - cat.level(ENTITY).vectors
    assert entities[0, 0].abs().max() > 1e-3 and (entities[0, 1].abs().max() == 0).item() is same
    assert not torch.equal(dog.level(EVENT).vectors, cat.level(EVENT).vectors)


def test_phrases_by_themselves_do_not_depend_on_the_batch() -> None:
    bare = RoleGraph(("a", "cat"), (event_node(("a", "cat")),), ())
    together = _encoded("phrase", [_chase("dog"), bare, _chase("cat")])
    alone = _encoded("phrase", [_chase("cat")])
    for level in (EVENT, ACTION, ENTITY):
        torch.testing.assert_close(together.level(level).vectors[2:], alone.level(level).vectors)
    assert not _encoded("phrase", [bare]).level(ENTITY).mask.any()
